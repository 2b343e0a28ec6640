/**
 * Batch times: plain numbers of milliseconds since the epoch. Spark: `Time`.
 *
 * @module
 */
export { greater, greaterEq, isMultipleOf, less, lessEq, max, min, minus, plus, show } from "./millis.ts"

/**
 * Returns the duration from `that` time to `self`, negative if `that` is later. Spark: `Time.minus(Time)`.
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
 * Rounds a time down to a multiple of `duration`, counted from the epoch. Times before the epoch are rounded up, as in
 * Spark. Spark: `Time.floor(Duration)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floor(1350, 200), 1200)
 * ```
 */
export const floor = (self: number, duration: number): number => Math.trunc(self / duration) * duration + 0 // never -0

/**
 * Rounds a time down to a multiple of `duration`, counted from `zero`. Times before `zero` are rounded up, as in Spark.
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
 * Lists the times from `self` up to but not including `end`, one every `step` milliseconds. Empty for a `step` that is
 * not positive. Spark: `Time.until`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual(Time.until(1000, 1100, 50), [1000, 1050])
 * ```
 */
export const until = (self: number, end: number, step: number): Array<number> =>
  to(self, end, step).filter((time) => time < end)

/**
 * Lists the times from `self` up to and including `end`, one every `step` milliseconds. Empty for a `step` that is not
 * positive. Spark: `Time.to`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual(Time.to(1000, 1100, 50), [1000, 1050, 1100])
 * ```
 */
export const to = (self: number, end: number, step: number): Array<number> => {
  const times: Array<number> = []
  if (step > 0) { for (let time = self; time <= end; time += step) times.push(time) }
  return times
}
