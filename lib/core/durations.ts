/**
 * Calculating with durations, which are plain numbers of milliseconds here. Spark: `Duration` and `Durations`.
 *
 * Results may be negative; nothing is checked, as in Spark.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/**
 * A duration of `n` milliseconds. Spark: `Durations.milliseconds`, `Milliseconds(n)`.
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
 * A duration of `n` seconds, in milliseconds. Spark: `Durations.seconds`, `Seconds(n)`.
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
 * A duration of `n` minutes, in milliseconds. Spark: `Durations.minutes`, `Minutes(n)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.minutes(2), 120000)
 * ```
 */
export const minutes = (n: number): number => n * 60_000

/**
 * Reads one of Effect's duration inputs (`1000`, `"1 second"`, a `Duration`) as whole positive milliseconds, the only kind
 * that intervals, windows and slides may have. Gives `undefined` for anything else: zero, negative, infinite, fractions of a
 * millisecond, or text that is no duration.
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
 * The sum of two durations. Spark: `Duration.plus`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.plus(1000, 100), 1100)
 * ```
 */
export const plus = (self: number, that: number): number => self + that

/**
 * The first duration without the second; may be negative. Spark: `Duration.minus`.
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
 * The duration taken `n` times. Spark: `Duration.times`.
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
 * The ratio of two durations: a fraction, not a duration. Spark: `Duration.div`.
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
 * Whether `self` is shorter than `that`. Spark: `Duration.less`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.less(999, 1000), true)
 * assert.equal(Durations.less(1000, 1000), false)
 * ```
 */
export const less = (self: number, that: number): boolean => self < that

/**
 * Whether `self` is shorter than or equal to `that`. Spark: `Duration.lessEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.lessEq(1000, 1000), true)
 * assert.equal(Durations.lessEq(1000, 999), false)
 * ```
 */
export const lessEq = (self: number, that: number): boolean => self <= that

/**
 * Whether `self` is longer than `that`. Spark: `Duration.greater`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.greater(1000, 999), true)
 * assert.equal(Durations.greater(1000, 1000), false)
 * ```
 */
export const greater = (self: number, that: number): boolean => self > that

/**
 * Whether `self` is longer than or equal to `that`. Spark: `Duration.greaterEq`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.greaterEq(1000, 1000), true)
 * assert.equal(Durations.greaterEq(999, 1000), false)
 * ```
 */
export const greaterEq = (self: number, that: number): boolean => self >= that

/**
 * Whether `self` is a whole multiple of `that`; zero is one of every duration but zero. Spark: `Duration.isMultipleOf`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.isMultipleOf(1000, 5), true)
 * assert.equal(Durations.isMultipleOf(1000, 6), false)
 * ```
 */
export const isMultipleOf = (self: number, that: number): boolean => self % that === 0

/**
 * The shorter of two durations. Spark: `Duration.min`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.min(999, 1000), 999)
 * ```
 */
export const min = (self: number, that: number): number => Math.min(self, that)

/**
 * The longer of two durations. Spark: `Duration.max`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.max(999, 1000), 1000)
 * ```
 */
export const max = (self: number, that: number): number => Math.max(self, that)

/**
 * Whether the duration is zero. Spark: `Duration.isZero`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.isZero(0), true)
 * assert.equal(Durations.isZero(1), false)
 * ```
 */
export const isZero = (self: number): boolean => self === 0

/**
 * The duration as Spark prints it, always in milliseconds. Spark: `Duration.toString`.
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

/**
 * The bare number of milliseconds, for file names and metrics. Spark: `Duration.toFormattedString`.
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
 * The duration for people: milliseconds below a second, then seconds, minutes (one decimal) and hours (two decimals).
 * Spark: `Duration.prettyPrint`.
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
  if (self < 1000) return `${self} ms`
  if (self < 60_000) return `${decimal(self, 1000, 1)} s`
  if (self < 3_600_000) return `${decimal(self, 60_000, 1)} m`
  return `${decimal(self, 3_600_000, 2)} h`
}

/** `self / unit` the way Spark divides: as floats of 32 bits, so that 1050 ms are 1.0 s. */
const decimal = (self: number, unit: number, digits: number): string =>
  Math.fround(Math.fround(self) / unit).toFixed(digits)
