/**
 * Counts within a time limit: countApprox, countByValueApprox, countByKeyApprox.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import type { ActionError, Engine } from "../engine.ts"
import {
  type BoundedDouble,
  checkConfidence,
  CONFIDENCE,
  type ConfidenceOption,
  estimateCount,
  type Progress,
} from "../numbers/estimates.ts"
import { known } from "../operators/known_steps.ts"
import { last } from "../job.ts"
import type { KeyCount } from "../numbers/key_counts.ts"
import type { Narrow } from "../primitive.ts"
import { checkTimeout, type PartialResult, runWithTimeout } from "./partial_result.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * Counts the records within a time limit.
 *
 * If some partitions are not computed when the time is up, the count is estimated from the others, with bounds. The
 * bounds are valid if records are distributed over the partitions at random. A partition with plain functions cannot be
 * interrupted, so the result can be late by the time that one partition takes. Spark: `RDD.countApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counting = RDD.range(0, 1000).pipe(RDD.countApprox("1 minute", { confidence: 0.9 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { initial, isFinal } = await Effect.runPromise(Effect.provide(counting, sc))
 * assert.deepEqual(initial, { mean: 1000, confidence: 1, low: 1000, high: 1000 })
 * assert.equal(isFinal, true)
 * ```
 */
export const countApprox: {
  (
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): <A, E, R>(
    self: RDD<A, E, R>,
  ) => Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    timeout: Duration.Input,
    { confidence = CONFIDENCE }: ConfidenceOption = {},
  ): Effect.Effect<PartialResult<BoundedDouble, E, R>, ActionError<E>, R | Engine> => {
    const invalid = checkTimeout("RDD.countApprox", timeout) ?? checkConfidence("RDD.countApprox", confidence)
    return runWithTimeout(
      last<number, E, R>("countApprox", self, known("count", null), invalid),
      timeout,
      (counts, progress) => estimateCount(counts.reduce((a, b) => a + b, 0), progress, confidence),
    )
  },
)

type Counts<K> = Array<[key: K, count: BoundedDouble]>

/** Counts the records of each key. `step` counts those of a partition. */
const countByKeyOf = <K, E, R>(
  operation: string,
  self: RDD<unknown, E, R>,
  step: Narrow,
  timeout: Duration.Input,
  { confidence = CONFIDENCE }: ConfidenceOption = {},
): Effect.Effect<PartialResult<Counts<K>, E, R>, ActionError<E>, R | Engine> => {
  const where = `RDD.${operation}`
  const evaluate = (counts: ReadonlyArray<KeyCount<K>>, progress: Progress): Counts<K> => {
    const table = new KeyedTable<K, number>()
    for (const [key, count] of counts) {
      const at = table.locate(key)
      table.values[at] = table.fresh ? count : table.values[at]! + count
    }
    // Estimates are expensive, and many keys have equal counts.
    const estimates = new Map<number, BoundedDouble>()
    const estimate = (count: number): BoundedDouble => {
      const known = estimates.get(count) ?? estimateCount(count, progress, confidence)
      estimates.set(count, known)
      return known
    }
    return table.keys.map((key, i) => [key, estimate(table.values[i]!)])
  }
  const invalid = checkTimeout(where, timeout) ?? checkConfidence(where, confidence)
  return runWithTimeout(
    last<KeyCount<K>, E, R>(operation, self, step, invalid),
    timeout,
    evaluate,
  )
}

/**
 * Counts how often each distinct record occurs, within a time limit: `[record, count]`, in no particular order.
 *
 * Counts are estimated as by {@link countApprox}. Records that are only in partitions that were not computed are
 * missing. Spark: `RDD.countByValueApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counting = RDD.parallelize(["a", "b", "a"]).pipe(RDD.countByValueApprox("1 minute"))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { initial } = await Effect.runPromise(Effect.provide(counting, sc))
 * assert.deepEqual(new Map(initial.map(([word, { mean }]) => [word, mean])), new Map([["a", 2], ["b", 1]]))
 * ```
 */
export const countByValueApprox: {
  (
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): <A, E, R>(
    self: RDD<A, E, R>,
  ) => Effect.Effect<PartialResult<Array<[A, BoundedDouble]>, E, R>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<Array<[A, BoundedDouble]>, E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<Array<[A, BoundedDouble]>, E, R>, ActionError<E>, R | Engine> =>
    countByKeyOf("countByValueApprox", self, known("valueCounts", null), timeout, options),
)

/**
 * Counts the pairs of each key within a time limit: `[key, count]`, in no particular order.
 *
 * Counts are estimated as by {@link countApprox}. Keys that are only in partitions that were not computed are missing.
 * Spark: `PairRDDFunctions.countByKeyApprox`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counting = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(RDD.countByKeyApprox("1 minute"))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const { initial } = await Effect.runPromise(Effect.provide(counting, sc))
 * assert.deepEqual(initial, [["a", { mean: 2, confidence: 1, low: 2, high: 2 }]])
 * ```
 */
export const countByKeyApprox: {
  (
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
  ) => Effect.Effect<PartialResult<Array<[K, BoundedDouble]>, E, R>, ActionError<E>, R | Engine>
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<Array<[K, BoundedDouble]>, E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <K, E, R>(
    self: RDD<readonly [K, unknown], E, R>,
    timeout: Duration.Input,
    options?: ConfidenceOption,
  ): Effect.Effect<PartialResult<Array<[K, BoundedDouble]>, E, R>, ActionError<E>, R | Engine> =>
    countByKeyOf("countByKeyApprox", self, known("keyCounts", null), timeout, options),
)
