/**
 * What user functions give, where the types cannot keep them from giving something else.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describeValue } from "./describe_value.ts"
import { Mismatch } from "./errors.ts"

/** What is an iterable only for the sake of `yield*`, and what gives its records. Undefined: it is none of them. */
const yielding = (u: unknown): string | undefined =>
  Option.isOption(u)
    ? "an Option; Option.toArray makes a list of it, and filterMap takes functions that give Options"
    : Result.isResult(u)
    ? "a Result; Result.match makes a list of it"
    : Effect.isEffect(u)
    ? "an Effect; flatMapEffect takes functions that give Effects of lists"
    : undefined

const isIterable = (u: unknown): u is Iterable<unknown> =>
  typeof u === "string" || (typeof u === "object" && u !== null && Symbol.iterator in u)

/**
 * What a function that gives many records has given, as an array. Throws `Mismatch` for what is no iterable, which
 * `Array.from` would take for an empty one, and for Options and Effects, which it would take for lists of themselves.
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
  const instead = yielding(given)
  if (instead === undefined && isIterable(given)) return Array.from(given)
  pendingIn(given)
  throw new Mismatch({
    problem: `its function must give an array or another iterable, but gave: ${instead ?? describeValue(given)}`,
  })
}

const NOT_RUN = "Effects, which are not run"

/** What nobody waits for or runs, in words. */
const pendingIn = (u: unknown): string | undefined => {
  if (u instanceof Promise) {
    // Its failure must not end the process: the job fails anyway.
    u.catch(() => {})
    return "Promises, which are not waited for"
  }
  // Errors and Exits are Effects too, but as good as any other data.
  if (u instanceof Error || Exit.isExit(u)) return undefined
  return Effect.isEffect(u) ? NOT_RUN : undefined
}

/**
 * Throws `Mismatch` if what a function has given is a Promise or an Effect. `instead` is the operation that takes functions
 * that give Effects, if there is one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { refusePending } from "./results.ts"
 *
 * assert.throws(() => refusePending(Promise.resolve(1), "foreachEffect"), Mismatch)
 * ```
 */
export const refusePending = (given: unknown, instead?: string): void => {
  if (typeof given !== "object" || given === null) return
  const pending = pendingIn(given)
  if (pending !== undefined) refuse(pending, instead)
}

const refuse = (pending: string, instead: string | undefined): never => {
  const advice = instead === undefined ? "" : `; ${instead} takes functions that give Effects`
  throw new Mismatch({ problem: `its function gives ${pending}${advice}` })
}

/**
 * As {@link refusePending}, for functions whose results are no data: an Exit is an Effect there, of `Effect.fail` maybe.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { Mismatch } from "./errors.ts"
 * import { refuseUnrun } from "./results.ts"
 *
 * assert.throws(() => refuseUnrun(Effect.fail("too large"), "foreachEffect"), Mismatch)
 * ```
 */
export const refuseUnrun = (given: unknown, instead: string): void => {
  if (Effect.isEffect(given)) refuse(NOT_RUN, instead)
  refusePending(given, instead)
}

/**
 * Whether what a predicate has given counts as true. Throws `Mismatch` for Promises and Effects, which would.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { accepts } from "./results.ts"
 *
 * assert.deepEqual([accepts(true), accepts("yes"), accepts(0)], [true, true, false])
 * assert.throws(() => accepts(Promise.resolve(false)), Mismatch)
 * ```
 */
export const accepts = (given: unknown): boolean => {
  if (typeof given === "object" && given !== null) refuseUnrun(given, "filterEffect")
  return Boolean(given)
}

/** As {@link refusePending}, for the first of some records, or its value if it is a pair. */
export const refusePendingRecords = (records: ReadonlyArray<unknown>): void => {
  const [first] = records
  refusePending(first, "mapEffect")
  if (Array.isArray(first) && first.length === 2) refusePending(first[1], "mapEffect")
}

/** How many results of a function that puts values together are looked at: it may have had one value only for some. */
const LOOKED_AT = 100

const isPending = (u: unknown): boolean => typeof u === "object" && u !== null && pendingIn(u) !== undefined

/**
 * What is wrong with values that were put together: `some` of them are Promises or Effects, so the function that did it
 * gives them; `all` are, so they may have been before. Undefined: nothing.
 */
export const pendingAmong = (values: ReadonlyArray<unknown>): "some" | "all" | undefined => {
  const few = values.slice(0, LOOKED_AT)
  const pending = few.filter(isPending).length
  return pending === 0 ? undefined : pending === few.length ? "all" : "some"
}

/** Throws `Mismatch` if there are Promises or Effects among values that a function has put together. */
export const refusePendingAmong = (values: ReadonlyArray<unknown>): void => {
  if (pendingAmong(values) !== undefined) refusePending(values.find(isPending))
}

/**
 * Runs the Effect that an output's function has given, and fails with `Mismatch` (a defect) if that gives another Effect,
 * which nobody would run: `Effect.map` where `Effect.flatMap` was meant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { ranOf } from "./results.ts"
 *
 * const exit = Effect.runSyncExit(ranOf(Effect.map(Effect.succeed(1), (n) => Effect.log(n))))
 * assert.equal(exit._tag, "Failure")
 * assert.equal(Effect.runSync(ranOf(Effect.succeed(1))), 1)
 * ```
 */
export const ranOf = <A, E, R>(given: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.tap(effectOf(given), (result) => {
    const pending = pendingIn(result)
    return pending === undefined ? Effect.void : Effect.die(
      new Mismatch({
        problem: `the Effect of its function gives ${pending}; use Effect.flatMap in place of Effect.map`,
      }),
    )
  })

/**
 * What a function that gives Effects has given; the Effect of failing with `Mismatch` (a defect) if that is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Exit } from "effect"
 * import { effectOf } from "./results.ts"
 *
 * const untyped: any = Promise.resolve(1)
 * assert.equal(Effect.runSyncExit(effectOf(untyped))._tag, "Failure")
 * assert.deepEqual(Effect.runSyncExit(effectOf(Effect.succeed(1))), Exit.succeed(1))
 * ```
 */
export const effectOf = <A, E, R>(given: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  if (Effect.isEffect(given)) return given
  pendingIn(given)
  return Effect.die(new Mismatch({ problem: `its function must give an Effect, but gave: ${describeValue(given)}` }))
}
