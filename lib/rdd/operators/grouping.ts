/**
 * Operators that group records by key: groupByKey, groupBy.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import { keyBy } from "./element.ts"
import { combined } from "./keyed.ts"
import type { PartitionOptions } from "../partitioner.ts"
import type { Combine } from "../primitive.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Appends values to arrays. Nothing is combined before the shuffle, since that would not reduce the data. */
const appendValues: Combine = {
  create: (value: unknown) => [value],
  mergeValue: (group: Array<unknown>, value: unknown) => {
    group.push(value)
    return group
  },
  mergeCombiners: (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>) => a.concat(b),
  mapSide: false,
  givesLists: true,
}

/**
 * Groups the values of each key into one array, in the order of partitions and records.
 *
 * All values are shuffled: to reduce the values of each key, {@link reduceByKey} is faster. Spark:
 * `PairRDDFunctions.groupByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const groups = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(RDD.groupByKey(), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(groups, sc)), [["a", [1, 3]]])
 * ```
 */
export const groupByKey: {
  (options?: PartitionOptions): <K, V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, ReadonlyArray<V>], E, R>
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, options?: PartitionOptions): RDD<[K, ReadonlyArray<V>], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    options?: PartitionOptions,
  ): RDD<[K, ReadonlyArray<V>], E, R> => combined("groupByKey", self, appendValues, options),
)

/**
 * Groups records by the key that `f` returns for them: `[key, records]`. Spark: `RDD.groupBy`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const byParity = RDD.parallelize([1, 3, 5]).pipe(RDD.groupBy((n) => n % 2), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(byParity, sc)), [[1, [1, 3, 5]]])
 * ```
 */
export const groupBy: {
  <A, K extends Tupled>(
    f: (a: A) => K,
    options?: PartitionOptions,
  ): <E, R>(self: RDD<A, E, R>) => RDD<[K, ReadonlyArray<A>], E, R>
  <A, E, R, K extends Tupled>(
    self: RDD<A, E, R>,
    f: (a: A) => K,
    options?: PartitionOptions,
  ): RDD<[K, ReadonlyArray<A>], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, K extends Tupled>(
    self: RDD<A, E, R>,
    f: (a: A) => K,
    options?: PartitionOptions,
  ): RDD<[K, ReadonlyArray<A>], E, R> => combined("groupBy", keyBy(self, f), appendValues, options),
)
