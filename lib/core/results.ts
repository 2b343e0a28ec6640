/**
 * Checks of what user functions return, where types cannot prevent wrong results: callers without types, and types that
 * accept anything.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describeValue } from "./describe_value.ts"
import { Mismatch } from "./errors.ts"

/**
 * Describes a value that is iterable only so that `yield*` works on it, and what to use instead. Undefined for all
 * other values.
 */
const describeYieldable = (u: unknown): string | undefined =>
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
 * Returns the records that a function has returned as an array. Throws `Mismatch` for values that are not iterable,
 * which `Array.from` would treat as empty, and for Options, Results and Effects, which it would treat as lists of
 * themselves.
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
  const yieldable = describeYieldable(given)
  if (yieldable === undefined && isIterable(given)) return Array.from(given)
  ignoreRejection(given)
  throw new Mismatch({
    problem: `its function must give an array or another iterable, but gave: ${yieldable ?? describeValue(given)}`,
  })
}

const NOT_RUN = "Effects, which are not run"

/** Keeps a Promise that is rejected from ending the process: the job that it belongs to fails anyway. */
const ignoreRejection = (u: unknown): void => {
  if (u instanceof Promise) u.catch(() => {})
}

/** Describes a Promise, which is not awaited, or an Effect, which is not run. Undefined for all other values. */
const describePending = (u: unknown): string | undefined => {
  if (u instanceof Promise) {
    ignoreRejection(u)
    return "Promises, which are not waited for"
  }
  // Errors and Exits are Effects too, but they are valid data.
  if (u instanceof Error || Exit.isExit(u)) return undefined
  return Effect.isEffect(u) ? NOT_RUN : undefined
}

/**
 * Throws `Mismatch` if a function has returned a Promise or an Effect. `instead` names the operation that takes
 * functions that return Effects, if there is one.
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
  const pending = describePending(given)
  if (pending !== undefined) refuse(pending, instead)
}

const refuse = (pending: string, instead: string | undefined): never => {
  const advice = instead === undefined ? "" : `; ${instead} takes functions that give Effects`
  throw new Mismatch({ problem: `its function gives ${pending}${advice}` })
}

/**
 * Throws `Mismatch` as {@link refusePending} does, also for Exits and errors that are Effects. For functions whose
 * results are not data: an Exit there is most likely the result of `Effect.fail`, which was meant to be run.
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
 * Tells whether the result of a predicate is truthy. Throws `Mismatch` for Promises and Effects, which are always
 * truthy.
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

/** Throws `Mismatch` if the first of some records is a Promise or an Effect, or a pair with one as its value. */
export const refusePendingRecords = (records: ReadonlyArray<unknown>): void => {
  const [first] = records
  refusePending(first, "mapEffect")
  if (Array.isArray(first) && first.length === 2) refusePending(first[1], "mapEffect")
}

/**
 * The number of combined values that are checked. The first one is not enough: a function that combines values is not
 * called for keys that have only one value.
 */
const CHECKED = 100

const isPending = (u: unknown): boolean => typeof u === "object" && u !== null && describePending(u) !== undefined

/**
 * Tells how many of the values that a function has combined are Promises or Effects. If only `some` are, the function
 * has returned them. If `all` are, they may have been in the input. Undefined if none are. Only the first 100 values
 * are checked.
 */
export const pendingAmong = (values: ReadonlyArray<unknown>): "some" | "all" | undefined => {
  const checked = values.slice(0, CHECKED)
  const pending = checked.filter(isPending).length
  return pending === 0 ? undefined : pending === checked.length ? "all" : "some"
}

/** Throws `Mismatch` if there are Promises or Effects among the values that a function has combined. */
export const refusePendingAmong = (values: ReadonlyArray<unknown>): void => {
  if (pendingAmong(values) !== undefined) refusePending(values.find(isPending))
}

/**
 * Runs the Effect that the function of an output has returned. Dies with `Mismatch` if its result is another Effect,
 * which would not be run: this is the mistake of using `Effect.map` in place of `Effect.flatMap`.
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
    const pending = describePending(result)
    return pending === undefined ? Effect.void : Effect.die(
      new Mismatch({
        problem: `the Effect of its function gives ${pending}; use Effect.flatMap in place of Effect.map`,
      }),
    )
  })

/**
 * Returns the Effect that a function has returned. If it has returned something else, returns an Effect that dies with
 * `Mismatch`.
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
  ignoreRejection(given)
  return Effect.die(new Mismatch({ problem: `its function must give an Effect, but gave: ${describeValue(given)}` }))
}
