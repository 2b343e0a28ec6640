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
  estimateMean,
  estimateSum,
  type Progress,
  type Sums,
} from "../numbers/estimates.ts"
import { known } from "../operators/known_steps.ts"
import { last } from "../job.ts"
import { mergeMoments, type Moments, noMoments, statsOf } from "../numbers/moments.ts"
import type { Narrow } from "../primitive.ts"
import { checkTimeout, type PartialResult, runWithTimeout } from "./partial_result.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Runs `f` on each partition within a time limit, and estimates a number from the results. */
const estimateWithin = <P, E, R>(
  operation: string,
  self: RDD<number, E, R>,
  step: Narrow,
  evaluate: (partials: ReadonlyArray<P>, progress: Progress, confidence: number) => BoundedDouble,
  timeout: Duration.Input,
  { confidence = CONFIDENCE }: ConfidenceOption = {},
): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine> => {
  const where = `RDD.${operation}`
  const invalid = checkTimeout(where, timeout) ?? checkConfidence(where, confidence)
  return runWithTimeout(
    last<P, E, R>(operation, self, step, invalid),
    timeout,
    (partials, progress) => evaluate(partials, progress, confidence),
  )
}

const addSums = (a: Sums, b: Sums): Sums => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

/**
 * Computes the sum of the numbers within a time limit.
 *
 * If some partitions are not computed when the time is up, the sum is estimated from the others, with bounds. The
 * bounds are valid if there are more than a few numbers, distributed over the partitions at random. A partition with
 * plain functions cannot be interrupted, so the result can be late by the time that one partition takes. Spark:
 * `DoubleRDDFunctions.sumApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * // The second partition never ends.
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
    estimateWithin(
      "sumApprox",
      self,
      known("sums", null),
      (partials: ReadonlyArray<Sums>, progress, confidence) =>
        estimateSum(partials.reduce(addSums, [0, 0, 0]), progress, confidence),
      timeout,
      options,
    ),
)

/**
 * Computes the mean of the numbers within a time limit; 0 if there are no numbers.
 *
 * The mean is estimated in the same way as the sum by {@link sumApprox}. Spark: `DoubleRDDFunctions.meanApprox`.
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
    estimateWithin(
      "meanApprox",
      self,
      known("moments", null),
      (partials: ReadonlyArray<Moments>, progress, confidence) =>
        estimateMean(statsOf(partials.reduce(mergeMoments, noMoments)), progress, confidence),
      timeout,
      options,
    ),
)
