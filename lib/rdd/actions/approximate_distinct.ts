/**
 * Approximate counts of distinct records in little memory: countApproxDistinct, countApproxDistinctByKey.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import * as Sketch from "../numbers/hyper_log_log.ts"
import { last, onDriver, records } from "../job.ts"
import { checkPartitioning } from "../operators/keyed.ts"
import { known } from "../operators/known_steps.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import { mapValues } from "../operators/values.ts"

/** Option of approximate distinct counts: their accuracy. */
export interface AccuracyOption {
  /**
   * The relative standard deviation of the estimate, at least 0.001; 0.05 by default. Half of it takes four times the
   * memory.
   */
  readonly relativeSD?: number | undefined
}

/** The smallest relative standard deviation. */
const MIN_RELATIVE_SD = 0.001

const checkAccuracy = (where: string, relativeSD: number): InvalidOption | undefined =>
  relativeSD >= MIN_RELATIVE_SD && relativeSD < Infinity ? undefined : new InvalidOption({
    where,
    option: "relativeSD",
    value: relativeSD,
    expected: `a finite number of at least ${MIN_RELATIVE_SD}`,
  })

const DEFAULT_RELATIVE_SD = 0.05

/**
 * Returns the precision of the sketches. An invalid accuracy gives the default precision: the RDD's check reports it.
 */
const precisionOf = (relativeSD: number): number =>
  Sketch.precisionFor(checkAccuracy("", relativeSD) === undefined ? relativeSD : DEFAULT_RELATIVE_SD)

/**
 * Estimates the number of distinct records.
 *
 * Records are compared by value, as keys are; a record that cannot be a key fails the job with `UnsupportedKey`. Spark:
 * `RDD.countApproxDistinct`, which has the same accuracy but returns other estimates, since it uses other hashes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const thousand = RDD.range(0, 5000).pipe(RDD.map((n) => n % 1000), RDD.countApproxDistinct({ relativeSD: 0.01 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.ok(Math.abs(await Effect.runPromise(Effect.provide(thousand, sc)) - 1000) < 50)
 * ```
 */
export const countApproxDistinct: {
  (options?: AccuracyOption): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<number, ActionError<E>, R | Engine>
  <A, E, R>(self: RDD<A, E, R>, options?: AccuracyOption): Effect.Effect<number, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    { relativeSD = DEFAULT_RELATIVE_SD }: AccuracyOption = {},
  ): Effect.Effect<number, ActionError<E>, R | Engine> => {
    const precision = precisionOf(relativeSD)
    const sketches = last<Sketch.Sketch, E, R>(
      "countApproxDistinct",
      self,
      known("sketch", { precision }),
      checkAccuracy("RDD.countApproxDistinct", relativeSD),
    )
    return Effect.flatMap(
      records(sketches),
      (all) => onDriver(sketches, () => Sketch.estimate(all.reduce(Sketch.merge, Sketch.empty(precision)))),
    )
  },
)

/**
 * Estimates the number of distinct values of each key: `[key, count]`.
 *
 * Values are compared by value, as keys are. Spark: `PairRDDFunctions.countApproxDistinctByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.parallelize<[string, number]>([["a", 1], ["a", 2], ["a", 1]])
 * const counts = pairs.pipe(RDD.countApproxDistinctByKey(), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(counts, sc)), [["a", 2]])
 * ```
 */
export const countApproxDistinctByKey: {
  (
    options?: AccuracyOption & PartitionOptions,
  ): <K, V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, number], E, R>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    options?: AccuracyOption & PartitionOptions,
  ): RDD<[K, number], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    options: AccuracyOption & PartitionOptions = {},
  ): RDD<[K, number], E, R> => {
    const { relativeSD = DEFAULT_RELATIVE_SD } = options
    const precision = precisionOf(relativeSD)
    const where = "RDD.countApproxDistinctByKey"
    const mergeValue = (sketch: Sketch.Sketch, value: V): Sketch.Sketch => {
      Sketch.add(sketch, value)
      return sketch
    }
    const sketches = make<[K, Sketch.Sketch], E, R>(
      "countApproxDistinctByKey",
      [self],
      {
        kind: "shuffle",
        by: fromOptions(options) ?? "default",
        combine: {
          create: (value: V) => mergeValue(Sketch.empty(precision), value),
          mergeValue,
          mergeCombiners: Sketch.merge,
          mapSide: true,
        },
      },
      checkAccuracy(where, relativeSD) ?? checkPartitioning(where, options),
    )
    return mapValues(sketches, Sketch.estimate)
  },
)
