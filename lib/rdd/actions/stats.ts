/**
 * Statistics of numbers: how many, their mean, sum, extremes and variance, in one pass.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { EmptyCollection } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { known } from "./known_steps.ts"
import { last, mergeSome, records } from "../job.ts"
import { merged, type Moments, none, type Stats, statsOf } from "../numbers/moments.ts"
import type { RDD } from "../rdd.ts"

const counted = <E, R>(
  operation: string,
  self: RDD<number, E, R>,
): Effect.Effect<Stats, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(
    mergeSome(
      last<Moments, E, R>(operation, self, known("moments", null)),
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
    records(last<number, E, R>("sum", self, known("sum", null))),
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
