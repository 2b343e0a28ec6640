/**
 * Actions that compute statistics of numbers in one pass: stats, sum, mean, variance, stdev and their sample forms.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { EmptyCollection } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { known } from "../operators/known_steps.ts"
import { last, mergeSome, records } from "../job.ts"
import { mergeMoments, type Moments, noMoments, type Stats, statsOf } from "../numbers/moments.ts"
import type { RDD } from "../rdd.ts"

/** Computes all statistics; `operation` is the action that the user called. */
const statsFor = <E, R>(
  operation: string,
  self: RDD<number, E, R>,
): Effect.Effect<Stats, ActionError<E> | EmptyCollection, R | Engine> =>
  Effect.map(
    mergeSome(
      last<Moments, E, R>(operation, self, known("moments", null)),
      (all) => all.reduce(mergeMoments, noMoments),
    ),
    statsOf,
  )

/**
 * Computes count, mean, sum, minimum, maximum, variance and standard deviation of the numbers.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.stats`.
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
): Effect.Effect<Stats, ActionError<E> | EmptyCollection, R | Engine> => statsFor("stats", self)

/**
 * Computes the sum of the numbers; 0 if there are no numbers. Spark: `DoubleRDDFunctions.sum`.
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
 * Computes the mean of the numbers; 0 if there are no numbers.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.mean`.
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
  Effect.map(statsFor("mean", self), (all) => all.mean)

/**
 * Computes the population variance of the numbers; `NaN` if there are no numbers.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.variance`.
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
  Effect.map(statsFor("variance", self), (all) => all.variance)

/**
 * Computes the population standard deviation of the numbers: the square root of {@link variance}.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.stdev`.
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
  Effect.map(statsFor("stdev", self), (all) => all.stdev)

/**
 * Computes the population variance of the numbers: the same as {@link variance}. Spark:
 * `DoubleRDDFunctions.popVariance`.
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
  Effect.map(statsFor("popVariance", self), (all) => all.variance)

/**
 * Computes the population standard deviation of the numbers: the same as {@link stdev}. Spark:
 * `DoubleRDDFunctions.popStdev`.
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
  Effect.map(statsFor("popStdev", self), (all) => all.stdev)

/**
 * Computes the sample variance of the numbers, which divides by their count minus 1; `NaN` if there are fewer than two.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.sampleVariance`.
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
  Effect.map(statsFor("sampleVariance", self), (all) => all.sampleVariance)

/**
 * Computes the sample standard deviation of the numbers: the square root of {@link sampleVariance}.
 *
 * An RDD without partitions fails with `EmptyCollection`. Spark: `DoubleRDDFunctions.sampleStdev`.
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
  Effect.map(statsFor("sampleStdev", self), (all) => all.sampleStdev)
