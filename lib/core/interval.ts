/**
 * Intervals between two batch times. Spark: `Interval`.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Time from "./time.ts"

/**
 * An interval between two times, in milliseconds since the epoch.
 *
 * Intervals are ordered by their ends. Only intervals of the same duration can be compared, so the order of their
 * beginnings is the same. `greater` is the opposite of `lessEq`, and `greaterEq` that of `less`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * const interval: Interval.Interval = { begin: 0, end: 1000 }
 * assert.equal(Interval.duration(interval), 1000)
 * ```
 */
export interface Interval {
  /** When it begins, in milliseconds since the epoch. */
  readonly begin: number
  /** When it ends, in milliseconds since the epoch. */
  readonly end: number
}

/**
 * Two intervals of different durations were compared. Spark throws an exception with the same message.
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
  readonly _tag = "IntervalDurationMismatch" as const
  override get message(): string {
    return `Comparing two intervals with different durations [${show(this.self)}, ${show(this.that)}]`
  }
}

/**
 * Makes the interval from `begin` to `end`.
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
 * Makes the interval of length `duration` that contains `now` and begins at a multiple of `duration`.
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
export const currentInterval = (now: number, duration: number): Interval =>
  plus(make(0, duration), Time.floor(now, duration))

/**
 * Returns the length of an interval in milliseconds. Spark: `Interval.duration`.
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
 * Moves an interval to a later time, by `duration` milliseconds. Spark: `Interval.+`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.plus(Interval.make(0, 1000), 500), { begin: 500, end: 1500 })
 * ```
 */
export const plus = (self: Interval, duration: number): Interval => make(self.begin + duration, self.end + duration)

/**
 * Moves an interval to an earlier time, by `duration` milliseconds. Spark: `Interval.-`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.deepEqual(Interval.minus(Interval.make(500, 1500), 500), { begin: 0, end: 1000 })
 * ```
 */
export const minus = (self: Interval, duration: number): Interval => plus(self, -duration)

/**
 * Formats an interval as Spark prints it. Spark: `Interval.toString`.
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
  compareEnds: (self: number, that: number) => boolean,
): Effect.Effect<boolean, IntervalDurationMismatch> =>
  duration(self) === duration(that)
    ? Effect.succeed(compareEnds(self.end, that.end))
    : Effect.fail(new IntervalDurationMismatch({ self, that }))

/**
 * Tells whether `self` ends before `that`. Fails with {@link IntervalDurationMismatch} if their durations differ.
 * Spark: `Interval.<`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * assert.equal(Effect.runSync(Interval.less(Interval.make(0, 1000), Interval.make(1000, 2000))), true)
 * ```
 */
export const less = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.less)

/**
 * Tells whether `self` ends before `that` or at the same time. Fails with {@link IntervalDurationMismatch} if their
 * durations differ. Spark: `Interval.<=`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * assert.equal(Effect.runSync(Interval.lessEq(Interval.make(0, 1000), Interval.make(0, 1000))), true)
 * ```
 */
export const lessEq = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.lessEq)

/**
 * Tells whether `self` ends after `that`. Fails with {@link IntervalDurationMismatch} if their durations differ.
 * Spark: `Interval.>`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * assert.equal(Effect.runSync(Interval.greater(Interval.make(1000, 2000), Interval.make(0, 1000))), true)
 * ```
 */
export const greater = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.greater)

/**
 * Tells whether `self` ends after `that` or at the same time. Fails with {@link IntervalDurationMismatch} if their
 * durations differ. Spark: `Interval.>=`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * assert.equal(Effect.runSync(Interval.greaterEq(Interval.make(0, 1000), Interval.make(1000, 2000))), false)
 * ```
 */
export const greaterEq = (self: Interval, that: Interval): Effect.Effect<boolean, IntervalDurationMismatch> =>
  compare(self, that, Time.greaterEq)
