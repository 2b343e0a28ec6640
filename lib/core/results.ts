/**
 * What user functions give, where the types cannot keep them from giving something else.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeValue } from "./describe_value.ts"
import { Mismatch } from "./errors.ts"

const isIterable = (u: unknown): u is Iterable<unknown> =>
  typeof u === "string" || (typeof u === "object" && u !== null && Symbol.iterator in u)

/**
 * What a function that gives many records has given, as an array. Throws `Mismatch` for what is no iterable, which
 * `Array.from` would take for an empty one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { listOf } from "./results.ts"
 *
 * assert.deepEqual(listOf(new Set([1, 2])), [1, 2])
 * const untyped: any = 7
 * assert.throws(() => listOf(untyped), Mismatch)
 * ```
 */
export const listOf = <A>(given: Iterable<A>): ReadonlyArray<A> => {
  if (Array.isArray(given)) return given
  if (isIterable(given)) return Array.from(given)
  throw new Mismatch({
    problem: `its function must give an array or another iterable, but gave: ${describeValue(given)}`,
  })
}

/** What nobody waits for or runs. */
const isPending = (u: unknown): boolean => u instanceof Promise || Effect.isEffect(u)

/**
 * Throws `Mismatch` if the first of some records is a Promise or an Effect, or a pair with one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { refusePending } from "./results.ts"
 *
 * assert.throws(() => refusePending([["a", Promise.resolve(1)]]), Mismatch)
 * ```
 */
export const refusePending = (records: ReadonlyArray<unknown>): void => {
  const [first] = records
  const found = [first, Array.isArray(first) && first.length === 2 ? first[1] : undefined].find(isPending)
  if (found === undefined) return
  const given = found instanceof Promise ? "Promises, which are not waited for" : "Effects, which are not run"
  throw new Mismatch({ problem: `its function gives ${given}; mapEffect takes functions that give Effects` })
}
