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
  ofCount,
  type Progress,
} from "../numbers/estimates.ts"
import { known } from "./known_steps.ts"
import { last } from "../job.ts"
import { checkTimeout, partially, type PartialResult } from "./partial_result.ts"
import { isRDD, type RDD } from "../rdd.ts"

/**
 * How many records there are, as far as that is known within the time: all partitions are run, and if some are not done
 * when the time is up the number is estimated from those that are, with bounds. They hold if records lie in partitions at
 * random. A partition whose functions are plain is not cut short, so the result may come as much later as one takes.
 * Spark: `RDD.countApprox`.
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
    return partially(
      last<number, E, R>("countApprox", self, known("count", null), invalid),
      timeout,
      (counts, progress) => ofCount(counts.reduce((a, b) => a + b, 0), progress, confidence),
    )
  },
)

type Counts<K> = Array<[key: K, count: BoundedDouble]>

const add = <K>(table: KeyedTable<K, number>, key: K, count: number): void => {
  const at = table.locate(key)
  table.values[at] = table.fresh ? count : table.values[at]! + count
}

const countedBy = <A, K, E, R>(
  operation: string,
  self: RDD<A, E, R>,
  keyOf: (a: A) => K,
  timeout: Duration.Input,
  { confidence = CONFIDENCE }: ConfidenceOption = {},
): Effect.Effect<PartialResult<Counts<K>, E, R>, ActionError<E>, R | Engine> => {
  const where = `RDD.${operation}`
  const countsOf = (part: ReadonlyArray<A>): ReadonlyArray<[K, number]> => {
    const table = new KeyedTable<K, number>()
    for (let i = 0; i < part.length; i++) add(table, keyOf(part[i]!), 1)
    return table.keys.map((key, i) => [key, table.values[i]!])
  }
  const evaluate = (counts: ReadonlyArray<readonly [K, number]>, progress: Progress): Counts<K> => {
    const table = new KeyedTable<K, number>()
    for (const [key, count] of counts) add(table, key, count)
    const known = new Map<number, BoundedDouble>()
    const estimate = (count: number): BoundedDouble => {
      const found = known.get(count) ?? ofCount(count, progress, confidence)
      known.set(count, found)
      return found
    }
    return table.keys.map((key, i) => [key, estimate(table.values[i]!)])
  }
  const invalid = checkTimeout(where, timeout) ?? checkConfidence(where, confidence)
  return partially(
    last<[K, number], E, R>(operation, self, { kind: "partition", f: countsOf }, invalid),
    timeout,
    evaluate,
  )
}

/**
 * Every different record that was met within the time, and how often it is there, as {@link countApprox} tells it: none,
 * if no partition was done. They come as pairs and in no certain order. Spark: `RDD.countByValueApprox`.
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
    countedBy("countByValueApprox", self, (record) => record, timeout, options),
)

/**
 * Every key that was met within the time, and how many pairs it has, as {@link countApprox} tells it: none, if no
 * partition was done. Spark: `PairRDDFunctions.countByKeyApprox`.
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
    countedBy("countByKeyApprox", self, ([key]: readonly [K, unknown]) => key, timeout, options),
)
