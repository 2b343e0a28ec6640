/**
 * Durations: plain numbers of milliseconds. Spark: `Duration` and `Durations`.
 *
 * Nothing is checked, as in Spark: durations may be negative.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

export { greater, greaterEq, isMultipleOf, less, lessEq, max, min, minus, plus, show } from "./millis.ts"

/**
 * Makes a duration of `n` milliseconds. Spark: `Durations.milliseconds`, `Milliseconds(n)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.milliseconds(500), 500)
 * ```
 */
export const milliseconds = (n: number): number => n

/**
 * Makes a duration of `n` seconds. Spark: `Durations.seconds`, `Seconds(n)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.seconds(2), 2000)
 * ```
 */
export const seconds = (n: number): number => n * 1000

/**
 * Makes a duration of `n` minutes. Spark: `Durations.minutes`, `Minutes(n)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.minutes(2), 120_000)
 * ```
 */
export const minutes = (n: number): number => n * 60_000

/**
 * Reads one of Effect's duration inputs (`1000`, `"1 second"`, a `Duration`) as whole positive milliseconds, the only
 * kind of duration that intervals, windows and slides may have. Returns `undefined` for anything else: zero, negative
 * and infinite durations, fractions of a millisecond, and text that is not a duration.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.toMillis("2 seconds"), 2000)
 * assert.equal(Durations.toMillis(0), undefined)
 * assert.equal(Durations.toMillis("500 micros"), undefined)
 * ```
 */
export const toMillis = (input: Duration.Input): number | undefined => {
  const duration = Option.getOrUndefined(Duration.fromInput(input))
  if (duration === undefined) return undefined
  const ms = Duration.toMillis(duration)
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined
}

/**
 * Multiplies a duration by a number. Spark: `Duration.times`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.times(200, 3), 600)
 * ```
 */
export const times = (self: number, n: number): number => self * n + 0 // never -0

/**
 * Divides one duration by another. The result is a ratio, not a duration. Spark: `Duration.div`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.div(200, 400), 0.5)
 * ```
 */
export const div = (self: number, that: number): number => self / that

/**
 * Tells whether a duration is zero. Spark: `Duration.isZero`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.deepEqual([Durations.isZero(0), Durations.isZero(1)], [true, false])
 * ```
 */
export const isZero = (self: number): boolean => self === 0

/**
 * Formats a duration as a bare number of milliseconds, for file names and metrics. Spark: `Duration.toFormattedString`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.toFormattedString(1000), "1000")
 * ```
 */
export const toFormattedString = (self: number): string => `${self}`

/**
 * Formats a duration for people: in milliseconds below a second, then in seconds and minutes with one decimal, and in
 * hours with two. Spark: `Duration.prettyPrint`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.prettyPrint(999), "999 ms")
 * assert.equal(Durations.prettyPrint(90_000), "1.5 m")
 * assert.equal(Durations.prettyPrint(5_400_000), "1.50 h")
 * ```
 */
export const prettyPrint = (self: number): string => {
  // Spark divides 32-bit floats: 1050 ms are "1.0 s", not "1.1 s".
  const inUnits = (unit: number, digits: number) => Math.fround(Math.fround(self) / unit).toFixed(digits)
  if (self < 1000) return `${self} ms`
  if (self < 60_000) return `${inUnits(1000, 1)} s`
  if (self < 3_600_000) return `${inUnits(60_000, 1)} m`
  return `${inUnits(3_600_000, 2)} h`
}
