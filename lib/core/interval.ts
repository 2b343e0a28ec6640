/**
 * Intervals of batch time, as `slice` takes them. Spark: `Interval`.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Time from "./time.ts"

/**
 * A stretch of time: two times in milliseconds since the epoch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * const interval: Interval.Interval = { begin: 0, end: 1000 }
 * assert.equal(Interval.show(interval), "[0 ms, 1000 ms]")
 * ```
 */
export interface Interval {
  /** Where it begins, in milliseconds since the epoch. */
  readonly begin: number
  /** Where it ends, in milliseconds since the epoch. */
  readonly end: number
}

/**
 * Two intervals of different durations were compared. Spark throws the same message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * const error = new Interval.IntervalDurationMismatch({ self: Interval.make(0, 1), that: Interval.make(0, 2) })
 * assert.equal(error.message, "Comparing two intervals with different durations [[0 ms, 1 ms], [0 ms, 2 ms]]")
 * ```
 */
export class IntervalDurationMismatch extends Data.Error<{ readonly self: Interval; readonly that: Interval }> {
  /** The tag to catch it by. */
  readonly _tag = "IntervalDurationMismatch" as const
  /** What went wrong, in Spark's words. */
  override get message(): string {
    return `Comparing two intervals with different durations [${show(this.self)}, ${show(this.that)}]`
  }
}

/**
 * The interval between two times.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.make(0, 1000), { begin: 0, end: 1000 })
 * ```
 */
export const make = (begin: number, end: number): Interval => ({ begin, end })

/**
 * The interval of length `duration` that begins at the latest multiple of it not after `now`.
 * Spark: `Interval.currentInterval`, which reads the clock itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.currentInterval(1350, 200), { begin: 1200, end: 1400 })
 * ```
 */
export const currentInterval = (now: number, duration: number): Interval => {
  const begin = Time.floor(now, duration)
  return { begin, end: begin + duration }
}

/**
 * How long the interval is, in milliseconds. Spark: `Interval.duration`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.equal(Interval.duration(Interval.make(500, 1500)), 1000)
 * ```
 */
export const duration = (self: Interval): number => self.end - self.begin

/**
 * The interval moved later by `by` milliseconds. Spark: `Interval.+`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.plus(Interval.make(0, 1000), 500), { begin: 500, end: 1500 })
 * ```
 */
export const plus = (self: Interval, by: number): Interval => ({ begin: self.begin + by, end: self.end + by })

/**
 * The interval moved earlier by `by` milliseconds. Spark: `Interval.-`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.minus(Interval.make(500, 1500), 500), { begin: 0, end: 1000 })
 * ```
 */
export const minus = (self: Interval, by: number): Interval => ({ begin: self.begin - by, end: self.end - by })

/**
 * The interval as Spark prints it. Spark: `Interval.toString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.equal(Interval.show(Interval.make(0, 1000)), "[0 ms, 1000 ms]")
 * ```
 */
export const show = (self: Interval): string => `[${Time.show(self.begin)}, ${Time.show(self.end)}]`

const compare = (
  self: Interval,
  that: Interval,
  ends: (self: number, that: number) => boolean,
): Effect.Effect<boolean, IntervalDurationMismatch> =>
  duration(self) === duration(that)
    ? Effect.succeed(ends(self.end, that.end))
    : Effect.fail(new IntervalDurationMismatch({ self, that }))

/**
 * Whether `self` ends before `that`. Fails with {@link IntervalDurationMismatch} unless both are equally long.
 * Spark: `Interval.<`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Effect from "effect/Effect"
 * import { Interval } from "@dstream/dstream"
 *
 * const answer = Interval.less(Interval.make(0, 1000), Interval.make(1000, 2000))
 * assert.equal(Effect.runSync(answer), true)
 * ```
 */
export const less = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.less)

/**
 * Whether `self` ends before `that` or with it. Fails with {@link IntervalDurationMismatch} unless both are equally long.
 * Spark: `Interval.<=`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Effect from "effect/Effect"
 * import { Interval } from "@dstream/dstream"
 *
 * const answer = Interval.lessEq(Interval.make(0, 1000), Interval.make(0, 1000))
 * assert.equal(Effect.runSync(answer), true)
 * ```
 */
export const lessEq = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.lessEq)

/**
 * Whether `self` ends after `that`. Fails with {@link IntervalDurationMismatch} unless both are equally long.
 * Spark: `Interval.>`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Effect from "effect/Effect"
 * import { Interval } from "@dstream/dstream"
 *
 * const answer = Interval.greater(Interval.make(1000, 2000), Interval.make(0, 1000))
 * assert.equal(Effect.runSync(answer), true)
 * ```
 */
export const greater = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.greater)

/**
 * Whether `self` ends after `that` or with it. Fails with {@link IntervalDurationMismatch} unless both are equally long.
 * Spark: `Interval.>=`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Effect from "effect/Effect"
 * import { Interval } from "@dstream/dstream"
 *
 * const answer = Interval.greaterEq(Interval.make(0, 1000), Interval.make(1000, 2000))
 * assert.equal(Effect.runSync(answer), false)
 * ```
 */
export const greaterEq = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.greaterEq)
