/**
 * Statistics of numbers: how many, their mean, sum, extremes and variance, in one pass.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { EmptyCollection } from "../core/errors.ts"
import type { ActionError, Engine } from "./engine.ts"
import { last, mergeSome, records } from "./job.ts"
import type { RDD } from "./rdd.ts"

/**
 * Statistics of some numbers. Of none, `mean` and `sum` are 0, the variances and deviations `NaN`, `min` is `Infinity`
 * and `max` `-Infinity`. Spark: `StatCounter`.
 */
export interface Stats {
  /** How many numbers. */
  readonly count: number
  /** Their mean. */
  readonly mean: number
  /** Their sum: `count` times `mean`. */
  readonly sum: number
  /** The smallest. */
  readonly min: number
  /** The largest. */
  readonly max: number
  /** The variance of the numbers themselves: deviations from the mean squared, summed, divided by `count`. */
  readonly variance: number
  /** The root of `variance`. */
  readonly stdev: number
  /** The variance of what the numbers are a sample of: divided by `count` − 1. */
  readonly sampleVariance: number
  /** The root of `sampleVariance`. */
  readonly sampleStdev: number
}

/** What is known of some numbers: count, mean, sum of squared deviations, extremes. */
type Moments = readonly [count: number, mean: number, m2: number, min: number, max: number]

const none: Moments = [0, 0, 0, Infinity, -Infinity]

const momentsOf = (part: ReadonlyArray<number>): ReadonlyArray<Moments> => {
  let [count, mean, m2, min, max] = none
  for (let i = 0; i < part.length; i++) {
    const x = part[i]!
    const delta = x - mean
    count++
    mean += delta / count
    m2 += delta * (x - mean)
    min = Math.min(min, x)
    max = Math.max(max, x)
  }
  return [[count, mean, m2, min, max]]
}

const merged = (a: Moments, b: Moments): Moments => {
  if (a[0] === 0) return b
  if (b[0] === 0) return a
  const [n, mean, m2] = a
  const [m, other, o2] = b
  const delta = other - mean
  const count = n + m
  const middle = m * 10 < n
    ? mean + (delta * m) / count
    : n * 10 < m
    ? other - (delta * n) / count
    : (mean * n + other * m) / count
  return [count, middle, m2 + o2 + (delta * delta * n * m) / count, Math.min(a[3], b[3]), Math.max(a[4], b[4])]
}

const statsOf = ([count, mean, m2, min, max]: Moments): Stats => {
  const variance = count === 0 ? NaN : m2 / count
  const sampleVariance = count <= 1 ? NaN : m2 / (count - 1)
  return {
    count,
    mean,
    sum: count * mean,
    min,
    max,
    variance,
    stdev: Math.sqrt(variance),
    sampleVariance,
    sampleStdev: Math.sqrt(sampleVariance),
  }
}

const counted = <E, R>(
  operation: string,
  self: RDD<number, E, R>,
): Effect.Effect<Stats, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(
    mergeSome(
      last<Moments, E, R>(operation, self, { kind: "partition", f: momentsOf }),
      (all) => all.reduce(merged, none),
    ),
    statsOf,
  )

/**
 * All statistics of the numbers at once. Fails with `EmptyCollection` if there is no partition. Spark:
 * `DoubleRDDFunctions.stats`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const stats = RDD.stats(RDD.parallelize([1.5, 2.5, 4, -1, 3]))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { count, mean, sum, min, max, variance } = await Effect.runPromise(Effect.provide(stats, sc))
 * assert.deepEqual([count, mean, sum, min, max, variance], [5, 2, 10, -1, 4, 2.9])
 * ```
 */
export const stats = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<Stats, ActionError<E> | EmptyCollection, R | Engine> => counted("stats", self)

/**
 * The sum of the numbers; 0 if there are none. Spark: `DoubleRDDFunctions.sum`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.sum(RDD.range(0, 4)), sc)), 6)
 * ```
 */
export const sum = <E, R>(self: RDD<number, E, R>): Effect.Effect<number, ActionError<E>, R | Engine> => {
  const add = (a: number, b: number): number => a + b
  return Effect.map(
    records(last<number, E, R>("sum", self, { kind: "fold", f: add, zero: () => 0 })),
    (sums) => sums.reduce(add, 0),
  )
}

/**
 * The mean of the numbers; 0 if there are none. Fails with `EmptyCollection` if there is no partition. Spark:
 * `DoubleRDDFunctions.mean`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.mean(RDD.parallelize([1, 2, 6])), sc)), 3)
 * ```
 */
export const mean = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("mean", self), (found) => found.mean)

/**
 * The variance of the numbers themselves: their squared deviations from the mean, on average. `NaN` if there are none;
 * fails with `EmptyCollection` if there is no partition. Spark: `DoubleRDDFunctions.variance`, `popVariance`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.variance(RDD.parallelize([1, 3])), sc)), 1)
 * ```
 */
export const variance = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("variance", self), (found) => found.variance)

/**
 * The root of {@link variance}. Spark: `DoubleRDDFunctions.stdev`, `popStdev`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.stdev(RDD.parallelize([1, 3])), sc)), 1)
 * ```
 */
export const stdev = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("stdev", self), (found) => found.stdev)

/**
 * {@link variance} by its other name. Spark: `DoubleRDDFunctions.popVariance`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.popVariance(RDD.parallelize([1, 3])), sc)), 1)
 * ```
 */
export const popVariance = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("popVariance", self), (found) => found.variance)

/**
 * {@link stdev} by its other name. Spark: `DoubleRDDFunctions.popStdev`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.popStdev(RDD.parallelize([1, 3])), sc)), 1)
 * ```
 */
export const popStdev = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("popStdev", self), (found) => found.stdev)

/**
 * The variance of what the numbers are a sample of: {@link variance} with one less in the denominator. `NaN` unless
 * there are two. Fails with `EmptyCollection` if there is no partition. Spark: `DoubleRDDFunctions.sampleVariance`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.sampleVariance(RDD.parallelize([1, 3])), sc)), 2)
 * ```
 */
export const sampleVariance = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("sampleVariance", self), (found) => found.sampleVariance)

/**
 * The root of {@link sampleVariance}. Spark: `DoubleRDDFunctions.sampleStdev`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.sampleStdev(RDD.parallelize([1, 5, 9])), sc)), 4)
 * ```
 */
export const sampleStdev = <E, R>(
  self: RDD<number, E, R>,
): Effect.Effect<number, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(counted("sampleStdev", self), (found) => found.sampleStdev)
