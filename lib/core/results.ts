/**
 * What user functions must return. Types cannot prevent wrong results of callers without types, or where a type accepts
 * anything, so the library takes each result of a user function through one of the functions of this module, by what
 * the function must return: a value ({@link valueOf}), a record ({@link recordOf}), a boolean ({@link accepts}), a number ({@link numberOf}), a list
 * of records ({@link listOf}, {@link recordsOf}), an Option ({@link optionOf}), an Effect ({@link effectOf},
 * {@link ranOf}), or nothing ({@link refuseUnrun}). They throw `Mismatch`, and the engine adds the operator.
 *
 * The first wrong result fails the operation, and a Promise among the results never ends the process when it is
 * rejected. Primitive values and pairs of them cost one comparison, so that loops can check every result. A plain object
 * costs about 30 ns. Promises deeper than one level in the elements of a record are not found.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describeValue } from "./describe_value.ts"
import { Mismatch } from "./errors.ts"
import {
  describePending,
  describePendingPart,
  describePendingRecord,
  ignoreRejection,
  ignoreRejections,
  NOT_RUN,
} from "./pending.ts"

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

const refuse = (pending: string, instead: string | undefined): never => {
  const advice = instead === undefined ? "" : `; ${instead} takes functions that give Effects`
  throw new Mismatch({ problem: `its function gives ${pending}${advice}` })
}

/** Makes the check that throws `Mismatch` where `describe` finds a Promise or an Effect. */
const refuseWith =
  (describe: (given: unknown) => string | undefined) => (given: unknown, instead: string | undefined): void => {
    const pending = describe(given)
    if (pending === undefined) return
    ignoreRejections(given)
    refuse(pending, instead)
  }

const refusePending = refuseWith(describePending)
const refusePendingPart = refuseWith(describePendingPart)
const refusePendingRecord = refuseWith(describePendingRecord)

/**
 * Returns what a function has returned as a value: a key, an aggregate, a state. Throws `Mismatch` if it is a Promise or
 * an Effect. `instead` names the operation that takes functions that return Effects, if there is one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { valueOf } from "./results.ts"
 *
 * assert.equal(valueOf(1), 1)
 * assert.throws(() => valueOf(Promise.resolve(1)), Mismatch)
 * ```
 */
export const valueOf = <A>(given: A, instead?: string): A => {
  if (typeof given === "object") refusePending(given, instead)
  return given
}

/**
 * Returns what a function has returned as a record, as {@link valueOf} does. Throws `Mismatch` also if a Promise
 * or an Effect is in it: an element of an array such as a pair, or a Promise in an element or a plain object.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { recordOf } from "./results.ts"
 *
 * assert.deepEqual(recordOf(["key", 1]), ["key", 1])
 * assert.throws(() => recordOf(["key", Promise.resolve(1)]), Mismatch)
 * ```
 */
export const recordOf = <A>(given: A, instead?: string): A => {
  if (typeof given === "object") refusePendingRecord(given, instead)
  return given
}

/**
 * What loops over records check: each in generated code, which calls `check` for a variable only under a condition. Most
 * values do not meet it.
 */
export interface LoopCheck {
  /** The condition, for a variable: its value may be wrong. */
  readonly isSuspect: (x: string) => string
  /** Throws `Mismatch` if the value is wrong. `all`: the list that the function has returned, with the value in it. */
  readonly check: (given: unknown, all?: ReadonlyArray<unknown>) => void
}

/** Makes the check of one value: if it is wrong, the others of its list may be Promises as well. */
const checkWith = (refuseIfPending: typeof refusePending, instead?: string): LoopCheck["check"] => (given, all) => {
  try {
    refuseIfPending(given, instead)
  } catch (mismatch) {
    all?.forEach((each) => ignoreRejections(each))
    throw mismatch
  }
}

/** How loops check the values of pairs, as {@link valueOf} does, and for Promises in them. */
export const valueCheck: LoopCheck = {
  isSuspect: (x) => `typeof ${x} === "object"`,
  check: checkWith(refusePendingPart, "mapEffect"),
}

/** How loops check aggregates, as {@link valueOf} does. No operation takes functions that give Effects of these. */
export const aggregateCheck: LoopCheck = {
  isSuspect: (x) => `typeof ${x} === "object" && !Array.isArray(${x})`,
  check: checkWith(refusePending),
}

/** How loops check records, as {@link recordOf} does. */
export const recordCheck: LoopCheck = {
  isSuspect: (x) => {
    const isSimplePair =
      `Array.isArray(${x}) && ${x}.length === 2 && typeof ${x}[0] !== "object" && typeof ${x}[1] !== "object"`
    return `typeof ${x} === "object" && !(${isSimplePair})`
  },
  check: checkWith(refusePendingRecord, "mapEffect"),
}

/**
 * Returns the records that a function has returned as an array, as {@link listOf} does. Throws `Mismatch` also if there
 * are Promises or Effects among them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { recordsOf } from "./results.ts"
 *
 * assert.deepEqual(recordsOf(new Set([1, 2])), [1, 2])
 * assert.throws(() => recordsOf([1, 2].map((n) => Promise.resolve(n))), Mismatch)
 * ```
 */
export const recordsOf = <A>(given: Iterable<A>): ReadonlyArray<A> => {
  const all = listOf(given)
  for (let i = 0; i < all.length; i++) {
    const record = all[i]
    if (typeof record === "object") recordCheck.check(record, all)
  }
  return all
}

/**
 * Throws `Mismatch` if a function has returned a Promise or an Effect, Exits and errors that are Effects included. For
 * functions whose results are not data: an Exit there is most likely the result of `Effect.fail`, which was meant to be
 * run.
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
export const refuseUnrun = (given: unknown, instead?: string): void => {
  if (typeof given !== "object" || given === null) return
  if (Effect.isEffect(given)) refuse(NOT_RUN, instead)
  refusePending(given, instead)
}

/** The type and the alternative, for objects that a predicate returns by mistake: every object is truthy. */
const describeAlwaysTrue = (given: unknown): string | undefined =>
  isOption(given)
    ? "an Option; use Option.isSome"
    : Result.isResult(given)
    ? "a Result; use Result.isSuccess"
    : undefined

/**
 * Tells whether the result of a predicate is truthy. Throws `Mismatch` for Promises, Effects, Options and Results, which
 * are always truthy.
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
export const accepts = (given: unknown, instead?: string): boolean => {
  if (typeof given !== "object" || given === null) return Boolean(given)
  refuseUnrun(given, instead)
  const mistaken = describeAlwaysTrue(given)
  if (mistaken !== undefined) throw new Mismatch({ problem: `its function must give a boolean, but gave: ${mistaken}` })
  return true
}

/** Tells whether a record is kept, as {@link accepts} does. For the loops of `filter`. */
export const acceptsRecord = (given: unknown): boolean => accepts(given, "filterEffect")

const notA = (what: string, given: unknown): Mismatch =>
  new Mismatch({
    problem: `its function must give ${what}, but gave: ${describePending(given) ?? describeValue(given)}`,
  })

/**
 * Returns the number that a function has returned, such as the index of a partition. Throws `Mismatch` for all other
 * values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { numberOf } from "./results.ts"
 *
 * assert.equal(numberOf(-1), -1)
 * const untyped: any = true
 * assert.throws(() => numberOf(untyped), Mismatch)
 * ```
 */
export const numberOf = (given: number): number => {
  if (typeof given !== "number") throw notA("a number", given)
  return given
}

/**
 * Returns the result of a comparison, as {@link numberOf} does. Throws `Mismatch` also for NaN, which leaves records in
 * no order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Mismatch } from "./errors.ts"
 * import { comparisonOf } from "./results.ts"
 *
 * assert.equal(comparisonOf(-1), -1)
 * assert.throws(() => comparisonOf(NaN), Mismatch)
 * ```
 */
export const comparisonOf = (given: number): number => {
  if (Number.isNaN(given)) throw new Mismatch({ problem: "its function must give a number, but gave: NaN" })
  return numberOf(given)
}

/** The prototypes of Options. To compare them is cheaper than to look for the type id, and states check one per key. */
const someKind: unknown = Object.getPrototypeOf(Option.some(0))
const noneKind: unknown = Object.getPrototypeOf(Option.none())

const isOption = (given: unknown): given is Option.Option<unknown> => {
  const kind = given === null || given === undefined ? undefined : Object.getPrototypeOf(given)
  return kind === someKind || kind === noneKind || Option.isOption(given)
}

/**
 * Returns the Option that a function has returned. Throws `Mismatch` for all other values, and for an Option of a
 * Promise or an Effect.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option } from "effect"
 * import { Mismatch } from "./errors.ts"
 * import { optionOf } from "./results.ts"
 *
 * assert.deepEqual(optionOf(Option.some(1)), Option.some(1))
 * const untyped: any = undefined
 * assert.throws(() => optionOf(untyped), Mismatch)
 * ```
 */
export const optionOf = <A>(given: Option.Option<A>, instead?: string): Option.Option<A> => {
  // Untyped code may return anything, or forget to return.
  if (!isOption(given)) throw notA("an Option", given)
  if (Option.isSome(given)) valueOf(given.value, instead)
  return given
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
