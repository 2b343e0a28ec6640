/**
 * Actions on keys: countByValue, countByKey, collectAsMap, reduceByKeyLocally, lookup.
 *
 * Where Spark returns a map, these return an array of entries with each key once, in no particular order. The reason is
 * that a JavaScript `Map` does not compare tuples and dates by value. If the keys are strings or numbers, use
 * `new Map(entries)`.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { numberOf } from "../../core/results.ts"
import { type ActionError, Engine } from "../engine.ts"
import { addByKey, known } from "../operators/known_steps.ts"
import { last, onDriver, records } from "../job.ts"
import { combined } from "../operators/keyed.ts"
import type { Combine } from "../primitive.ts"
import type { RDD } from "../rdd.ts"

/** Reduces the values of each key to one value with `f`, and collects the results. */
const collectReduced = <K, V, E, R>(
  operation: string,
  self: RDD<readonly [K, unknown], E, R>,
  combine: Combine,
): Effect.Effect<Array<[K, V]>, ActionError<E>, R | Engine> =>
  records(combined<[K, V], E, R>(operation, self, combine, undefined))

const reducing = <V>(f: (a: V, b: V) => V): Combine => ({
  create: (value: V) => value,
  mergeValue: f,
  mergeCombiners: f,
  mapSide: true,
})

/**
 * Counts how often each distinct record occurs: `[record, count]`. Spark: `RDD.countByValue`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counts = RDD.parallelize(["a", "b", "a"]).pipe(RDD.countByValue)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(new Map(await Effect.runPromise(Effect.provide(counts, sc))), new Map([["a", 2], ["b", 1]]))
 * ```
 */
export const countByValue = <A, E, R>(
  self: RDD<A, E, R>,
): Effect.Effect<Array<[A, number]>, ActionError<E>, R | Engine> =>
  collectReduced("countByValue", last<[A, number], E, R>("countByValue", self, known("withOne", null)), addByKey)

/**
 * Counts the pairs of each key: `[key, count]`. Spark: `PairRDDFunctions.countByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counts = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(RDD.countByKey)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(counts, sc)), [["a", 2]])
 * ```
 */
export const countByKey = <K, E, R>(
  self: RDD<readonly [K, unknown], E, R>,
): Effect.Effect<Array<[K, number]>, ActionError<E>, R | Engine> => {
  return collectReduced("countByKey", last<[K, number], E, R>("countByKey", self, known("keyWithOne", null)), addByKey)
}

/**
 * Returns every key with its last value: `[key, value]`. Spark: `PairRDDFunctions.collectAsMap`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const entries = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(RDD.collectAsMap)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(entries, sc)), [["a", 3]])
 * ```
 */
export const collectAsMap = <K, V, E, R>(
  self: RDD<readonly [K, V], E, R>,
): Effect.Effect<Array<[K, V]>, ActionError<E>, R | Engine> =>
  collectReduced("collectAsMap", self, reducing((_: V, value: V) => value))

/**
 * Reduces the values of each key to one value with `f`, and returns the results: `[key, value]`.
 *
 * `f` must be associative and commutative. Spark: `PairRDDFunctions.reduceByKeyLocally`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sums = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(RDD.reduceByKeyLocally((a, b) => a + b))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sums, sc)), [["a", 4]])
 * ```
 */
export const reduceByKeyLocally: {
  <V>(
    f: (a: V, b: V) => V,
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => Effect.Effect<Array<[K, V]>, ActionError<E>, R | Engine>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
  ): Effect.Effect<Array<[K, V]>, ActionError<E>, R | Engine>
} = dual(
  2,
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
  ): Effect.Effect<Array<[K, V]>, ActionError<E>, R | Engine> =>
    collectReduced("reduceByKeyLocally", self, reducing(f)),
)

/**
 * Returns the values of one key, in their order.
 *
 * If the RDD has a partitioner, only the partition of the key is computed. Spark: `PairRDDFunctions.lookup`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const values = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3]]).pipe(RDD.lookup("a"))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(values, sc)), [1, 3])
 * ```
 */
export const lookup: {
  <K>(
    key: K,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => Effect.Effect<Array<V>, ActionError<E>, R | Engine>
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, key: K): Effect.Effect<Array<V>, ActionError<E>, R | Engine>
} = dual(
  2,
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, key: K): Effect.Effect<Array<V>, ActionError<E>, R | Engine> => {
    const found = last<V, E, R>("lookup", self, known("lookup", key))
    const layout = Effect.flatMap(Engine, (engine) => engine.layout(self))
    return Effect.flatMap(layout, ({ partitioner }) => {
      if (partitioner === undefined) return records(found)
      const partition = onDriver(found, () => numberOf(partitioner.getPartition(key)))
      return Effect.flatMap(partition, (partition) => records(found, [partition]))
    })
  },
)
