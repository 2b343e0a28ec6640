/**
 * Batch times: plain numbers of milliseconds since the epoch. Spark: `Time`.
 *
 * @module
 */
import { checkDivisor } from "./millis.ts"

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
 * Spark. A `duration` of zero throws `InvalidOption`. Spark: `Time.floor(Duration)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floor(1350, 200), 1200)
 * ```
 */
export const floor = (self: number, duration: number): number => floorZero(self, duration, 0)

/**
 * Rounds a time down to a multiple of `duration`, counted from `zero`. Times before `zero` are rounded up, as in Spark. A
 * `duration` of zero throws `InvalidOption`. Spark: `Time.floor(Duration, Time)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floorZero(1350, 200, 50), 1250)
 * ```
 */
export const floorZero = (self: number, duration: number, zero: number): number => {
  checkDivisor("Time.floor", "duration", duration)
  return Math.trunc((self - zero) / duration) * duration + zero + 0 // never -0
}

/**
 * Lists the times from `self` up to but not including `end`, one every `step` milliseconds. With a negative step it lists
 * them backwards, from `self` down to `end`. A `step` of zero throws `InvalidOption`. Spark: `Time.until`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual(Time.until(1000, 1100, 50), [1000, 1050])
 * ```
 */
export const until = (self: number, end: number, step: number): Array<number> => {
  checkDivisor("Time.until", "step", step)
  return steps(self, end, step).filter((time) => time !== end)
}

/**
 * Lists the times from `self` up to and including `end`, one every `step` milliseconds. With a negative step it lists
 * them backwards, from `self` down to `end`. A `step` of zero throws `InvalidOption`. Spark: `Time.to`.
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
  checkDivisor("Time.to", "step", step)
  return steps(self, end, step)
}

const steps = (self: number, end: number, step: number): Array<number> => {
  const times: Array<number> = []
  for (let time = self; step > 0 ? time <= end : time >= end; time += step) times.push(time)
  return times
}
