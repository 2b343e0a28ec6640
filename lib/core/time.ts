/**
 * Calculating with batch times, which are plain numbers here: milliseconds since the epoch. Durations are numbers of
 * milliseconds. Spark: `Time`.
 *
 * @module
 */

/**
 * The time as Spark prints it. Spark: `Time.toString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.show(1000), "1000 ms")
 * ```
 */
export const show = (self: number): string => `${self} ms`

/**
 * Whether `self` is earlier than `that`. Spark: `Time.less`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.less(999, 1000), true)
 * assert.equal(Time.less(1000, 1000), false)
 * ```
 */
export const less = (self: number, that: number): boolean => self < that

/**
 * Whether `self` is earlier than or equal to `that`. Spark: `Time.lessEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.lessEq(1000, 1000), true)
 * assert.equal(Time.lessEq(1000, 999), false)
 * ```
 */
export const lessEq = (self: number, that: number): boolean => self <= that

/**
 * Whether `self` is later than `that`. Spark: `Time.greater`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.greater(1000, 999), true)
 * assert.equal(Time.greater(1000, 1000), false)
 * ```
 */
export const greater = (self: number, that: number): boolean => self > that

/**
 * Whether `self` is later than or equal to `that`. Spark: `Time.greaterEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.greaterEq(1000, 1000), true)
 * assert.equal(Time.greaterEq(999, 1000), false)
 * ```
 */
export const greaterEq = (self: number, that: number): boolean => self >= that

/**
 * The time one duration later. Spark: `Time.plus`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.plus(1000, 100), 1100)
 * ```
 */
export const plus = (self: number, duration: number): number => self + duration

/**
 * The time one duration earlier. Spark: `Time.minus(Duration)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.minus(1000, 100), 900)
 * ```
 */
export const minus = (self: number, duration: number): number => self - duration

/**
 * The duration from `that` time to `self`; negative when `that` is later. Spark: `Time.minus(Time)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.minusTime(100, 1000), -900)
 * ```
 */
export const minusTime = (self: number, that: number): number => self - that

/**
 * The latest multiple of a duration, counted from the epoch, that is not after the time; for times before the epoch the
 * earliest that is not before it, as Spark has it. Spark: `Time.floor(Duration)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floor(1350, 200), 1200)
 * ```
 */
export const floor = (self: number, duration: number): number => Math.trunc(self / duration) * duration + 0

/**
 * The latest time that is not after `self` and a whole number of durations away from `zero`.
 * Spark: `Time.floor(Duration, Time)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floorZero(1350, 200, 50), 1250)
 * ```
 */
export const floorZero = (self: number, duration: number, zero: number): number => floor(self - zero, duration) + zero

/**
 * Whether the time is a whole multiple of a duration, counted from the epoch. Spark: `Time.isMultipleOf`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.isMultipleOf(1000, 5), true)
 * assert.equal(Time.isMultipleOf(1000, 6), false)
 * ```
 */
export const isMultipleOf = (self: number, duration: number): boolean => self % duration === 0

/**
 * The earlier of two times. Spark: `Time.min`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.min(999, 1000), 999)
 * ```
 */
export const min = (self: number, that: number): number => Math.min(self, that)

/**
 * The later of two times. Spark: `Time.max`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.max(999, 1000), 1000)
 * ```
 */
export const max = (self: number, that: number): number => Math.max(self, that)

/**
 * The times from `self` on, one `step` apart and all before `end`. A step that is not positive gives none.
 * Spark: `Time.until`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual(Time.until(1000, 1100, 30), [1000, 1030, 1060, 1090])
 * assert.deepEqual(Time.until(1000, 1000, 100), [])
 * ```
 */
export const until = (self: number, end: number, step: number): Array<number> => {
  const times: Array<number> = []
  if (step > 0) { for (let time = self; time < end; time += step) times.push(time) }
  return times
}

/**
 * The times from `self` on, one `step` apart, up to and including `end`. A step that is not positive gives none.
 * Spark: `Time.to`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual(Time.to(1000, 1100, 100), [1000, 1100])
 * assert.deepEqual(Time.to(1000, 1000, 100), [1000])
 * ```
 */
export const to = (self: number, end: number, step: number): Array<number> => {
  const times: Array<number> = []
  if (step > 0) { for (let time = self; time <= end; time += step) times.push(time) }
  return times
}
