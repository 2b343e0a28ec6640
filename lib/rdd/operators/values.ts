/**
 * Operators on the values or keys of pairs: mapValues, flatMapValues, keys, values.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import { narrow } from "./element.ts"
import { known } from "./known_steps.ts"
import type { RDD } from "../rdd.ts"

/**
 * Applies `f` to the value of every pair. Keys and the partitioner are kept. Spark: `PairRDDFunctions.mapValues`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const tens = RDD.parallelize<[string, number]>([["a", 1], ["b", 2]]).pipe(RDD.mapValues((n) => n * 10), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(tens, sc)), [["a", 10], ["b", 20]])
 * ```
 */
export const mapValues: {
  <V, W extends Tupled>(f: (value: V) => W): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, W], E, R>
  <K, V, E, R, W extends Tupled>(self: RDD<readonly [K, V], E, R>, f: (value: V) => W): RDD<[K, W], E, R>
} = dual(
  2,
  <K, V, E, R, W extends Tupled>(self: RDD<readonly [K, V], E, R>, f: (value: V) => W): RDD<[K, W], E, R> =>
    narrow("mapValues", self, { kind: "mapValues", f }, true),
)

/**
 * Applies `f` to the value of every pair, and pairs the key with each of the results.
 *
 * The partitioner is kept. Spark: `PairRDDFunctions.flatMapValues`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const words = RDD.parallelize<[number, string]>([[1, "to be"]]).pipe(
 *   RDD.flatMapValues((line) => line.split(" ")),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(words, sc)), [[1, "to"], [1, "be"]])
 * ```
 */
export const flatMapValues: {
  <V, W extends Tupled>(
    f: (value: V) => Iterable<W>,
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, W], E, R>
  <K, V, E, R, W extends Tupled>(self: RDD<readonly [K, V], E, R>, f: (value: V) => Iterable<W>): RDD<[K, W], E, R>
} = dual(
  2,
  <K, V, E, R, W extends Tupled>(
    self: RDD<readonly [K, V], E, R>,
    f: (value: V) => Iterable<W>,
  ): RDD<[K, W], E, R> => narrow("flatMapValues", self, { kind: "flatMapValues", f }, true),
)

/**
 * Returns the key of every pair. Spark: `PairRDDFunctions.keys`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const keys = RDD.parallelize<[string, number]>([["a", 1], ["b", 2]]).pipe(RDD.keys, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(keys, sc)), ["a", "b"])
 * ```
 */
export const keys = <K, E, R>(self: RDD<readonly [K, unknown], E, R>): RDD<K, E, R> =>
  narrow("keys", self, known("keys", null), false)

/**
 * Returns the value of every pair. Spark: `PairRDDFunctions.values`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const values = RDD.parallelize<[string, number]>([["a", 1], ["b", 2]]).pipe(RDD.values, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(values, sc)), [1, 2])
 * ```
 */
export const values = <V, E, R>(self: RDD<readonly [unknown, V], E, R>): RDD<V, E, R> =>
  narrow("values", self, known("values", null), false)
