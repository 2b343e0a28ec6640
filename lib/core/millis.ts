/**
 * Arithmetic on whole milliseconds that batch times and durations share. `Time` and `Durations` re-export it.
 *
 * @module
 */

import { InvalidOption } from "./errors.ts"

/** Throws `InvalidOption` for a duration of zero, by which nothing can be divided, and for NaN. */
export const checkDivisor = (where: string, option: string, value: number): void => {
  if (value === 0 || Number.isNaN(value)) {
    throw new InvalidOption({ where, option, value, expected: 'other than 0 (Spark: "/ by zero")' })
  }
}

/**
 * Adds a duration to a time, or one duration to another. Spark: `plus`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.plus(1000, 100), 1100)
 * ```
 */
export const plus = (self: number, that: number): number => self + that

/**
 * Subtracts a duration from a time, or one duration from another. The result may be negative. Spark: `minus`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.minus(100, 1000), -900)
 * ```
 */
export const minus = (self: number, that: number): number => self - that

/**
 * Tells whether `self` is earlier or shorter than `that`. Spark: `less`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual([Time.less(999, 1000), Time.less(1000, 1000)], [true, false])
 * ```
 */
export const less = (self: number, that: number): boolean => self < that

/**
 * Tells whether `self` is earlier or shorter than `that`, or equal to it. Spark: `lessEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual([Time.lessEq(1000, 1000), Time.lessEq(1000, 999)], [true, false])
 * ```
 */
export const lessEq = (self: number, that: number): boolean => self <= that

/**
 * Tells whether `self` is later or longer than `that`. Spark: `greater`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual([Time.greater(1000, 999), Time.greater(1000, 1000)], [true, false])
 * ```
 */
export const greater = (self: number, that: number): boolean => self > that

/**
 * Tells whether `self` is later or longer than `that`, or equal to it. Spark: `greaterEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual([Time.greaterEq(1000, 1000), Time.greaterEq(999, 1000)], [true, false])
 * ```
 */
export const greaterEq = (self: number, that: number): boolean => self >= that

/**
 * Tells whether `self` is a whole multiple of `duration`. A time is counted from the epoch. Zero is a multiple of every
 * duration except zero: nothing is a multiple of that, so a `duration` of zero throws `InvalidOption`. Spark:
 * `isMultipleOf`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.deepEqual([Time.isMultipleOf(1000, 5), Time.isMultipleOf(1000, 6)], [true, false])
 * ```
 */
export const isMultipleOf = (self: number, duration: number): boolean => {
  checkDivisor("isMultipleOf", "duration", duration)
  return self % duration === 0
}

/**
 * Returns the earlier of two times, or the shorter of two durations. Spark: `min`.
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
 * Returns the later of two times, or the longer of two durations. Spark: `max`.
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
 * Formats a time or a duration as Spark prints it. Spark: `toString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.show(1000), "1000 ms")
 * ```
 */
export const show = (self: number): string => `${self} ms`
