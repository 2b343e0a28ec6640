/**
 * Sums and means within a time limit: sumApprox, meanApprox.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { ActionError, Engine } from "../engine.ts"
import {
  type BoundedDouble,
  checkConfidence,
  CONFIDENCE,
  type ConfidenceOption,
  ofMean,
  ofSum,
  type Progress,
  type Sums,
} from "../numbers/estimates.ts"
import { known } from "./known_steps.ts"
import { last } from "../job.ts"
import { merged, type Moments, none, statsOf } from "../numbers/moments.ts"
import { checkTimeout, partially, type PartialResult } from "./partial_result.ts"
import type { Narrow } from "../primitive.ts"
import { isRDD, type RDD } from "../rdd.ts"

const estimated = <P, E, R>(
  operation: string,
  self: RDD<number, E, R>,
  step: Narrow,
  evaluate: (found: ReadonlyArray<P>, progress: Progress, confidence: number) => BoundedDouble,
  timeout: Duration.Input,
  { confidence = CONFIDENCE }: ConfidenceOption = {},
): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine> => {
  const where = `RDD.${operation}`
  const invalid = checkTimeout(where, timeout) ?? checkConfidence(where, confidence)
  return partially(
    last<P, E, R>(operation, self, step, invalid),
    timeout,
    (found, progress) => evaluate(found, progress, confidence),
  )
}

const together = (a: Sums, b: Sums): Sums => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

/**
 * The sum of the numbers, as far as it is known within the time: all partitions are run, and if some are not done when
 * the time is up the sum is estimated from those that are, with bounds. They hold if numbers lie in partitions at random,
 * and there are not few. A partition whose functions are plain is not cut short, so the result may come as much later as
 * one takes. Spark: `DoubleRDDFunctions.sumApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * // A partition that takes for ever.
 * const slow = RDD.parallelize([1, 2, 3, 1, 2, 3], { partitions: 2 }).pipe(
 *   RDD.mapPartitionsEffect((part, i) => i === 1 ? Effect.never : Effect.succeed(part)),
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { initial, isFinal } = await Effect.runPromise(Effect.provide(RDD.sumApprox(slow, "250 millis"), sc))
 * assert.deepEqual([initial.mean, initial.low < 7, initial.high > 17, isFinal], [12, true, true, false])
 * ```
 */
export const sumApprox: {
  (
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): <E, R>(
    self: RDD<number, E, R>,
  ) => Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
  <E, R>(
    self: RDD<number, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <E, R>(
    self: RDD<number, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine> =>
    estimated(
      "sumApprox",
      self,
      known("sums", null),
      (found: ReadonlyArray<Sums>, progress, confidence) =>
        ofSum(found.reduce(together, [0, 0, 0]), progress, confidence),
      timeout,
      options,
    ),
)

/**
 * The mean of the numbers, as far as it is known within the time: as {@link sumApprox} tells the sum. 0 if there are no
 * numbers, also where there is no partition. Spark: `DoubleRDDFunctions.meanApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const finding = RDD.parallelize([1, 2, 6]).pipe(RDD.meanApprox("1 minute"))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { initial } = await Effect.runPromise(Effect.provide(finding, sc))
 * assert.deepEqual(initial, { mean: 3, confidence: 1, low: 3, high: 3 })
 * ```
 */
export const meanApprox: {
  (
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): <E, R>(
    self: RDD<number, E, R>,
  ) => Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
  <E, R>(
    self: RDD<number, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <E, R>(
    self: RDD<number, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine> =>
    estimated(
      "meanApprox",
      self,
      known("moments", null),
      (found: ReadonlyArray<Moments>, progress, confidence) =>
        ofMean(statsOf(found.reduce(merged, none)), progress, confidence),
      timeout,
      options,
    ),
)
