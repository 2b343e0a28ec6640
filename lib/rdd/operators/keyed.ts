/**
 * Pairs: what is done to the values of each key. Records are `[key, value]`.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { InvalidOption } from "../../core/errors.ts"
import type { Grown, Nested, Tupled } from "../../core/tupled.ts"
import { checkPartitions } from "../creation.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import type { Combine } from "../primitive.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** How `combineByKey` makes one value of all the values of a key: a sum, a pair of sums, a list that begins as `[value]`. */
export interface Combiners<in V, C> {
  /** The first combiner of a key, from one value. */
  readonly createCombiner: (value: V) => C
  /** One value more. May change the combiner it is given. */
  readonly mergeValue: (combiner: Grown<C>, value: V) => Grown<C>
  /** Two combiners of the same key, in the order of their partitions. Must leave both as they are. */
  readonly mergeCombiners: (a: Grown<C>, b: Grown<C>) => Grown<C>
}

/**
 * What a fold may begin with: anything but `null` and `undefined`. Written so that `0` is taken for a `number`, and
 * `[0, 0]` for a pair.
 */
// deno-lint-ignore ban-types
export type Zero = readonly [Nested, Nested] | readonly [Nested, Nested, Nested] | {}

/** Checks what a keyed operation is told about partitioning. */
export const checkPartitioning = (where: string, options: PartitionOptions | undefined): InvalidOption | undefined =>
  checkPartitions(where, options?.partitioner?.numPartitions ?? options?.partitions)

/** A shuffle that combines the values of each key; where options leave it open, `otherwise` says how to partition. */
export const combined = <A, E, R>(
  operation: string,
  self: RDD<readonly [unknown, unknown], E, R>,
  combine: Combine,
  options: PartitionOptions | undefined,
  otherwise: "default" | "own" = "default",
): RDD<A, E, R> =>
  make(
    operation,
    [self],
    { kind: "shuffle", by: fromOptions(options) ?? otherwise, combine },
    checkPartitioning(`RDD.${operation}`, options),
  )

/**
 * Makes one combiner of the values of each key; values are merged in each partition first (`mapSideCombine`, on unless
 * told otherwise), then across partitions. Nothing is shuffled if the data is partitioned that way already.
 * Spark: `PairRDDFunctions.combineByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sums = RDD.parallelize<[string, number]>([["a", 1], ["a", 3]]).pipe(
 *   RDD.combineByKey({
 *     createCombiner: (n: number) => [n, 1],
 *     mergeValue: ([sum, count], n) => [sum + n, count + 1],
 *     mergeCombiners: (a, b) => [a[0] + b[0], a[1] + b[1]],
 *   }),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sums, sc)), [["a", [4, 2]]])
 * ```
 */
export const combineByKey: {
  <V, C extends Tupled>(
    combiners: Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, Grown<C>], E, R>
  <K, V, E, R, C extends Tupled>(
    self: RDD<readonly [K, V], E, R>,
    combiners: Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): RDD<[K, Grown<C>], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R, C extends Tupled>(
    self: RDD<readonly [K, V], E, R>,
    { createCombiner, mergeCombiners, mergeValue }: Combiners<V, C>,
    options?: PartitionOptions & { readonly mapSideCombine?: boolean | undefined },
  ): RDD<[K, Grown<C>], E, R> =>
    combined(
      "combineByKey",
      self,
      { create: createCombiner, mergeValue, mergeCombiners, mapSide: options?.mapSideCombine ?? true },
      options,
    ),
)

/**
 * Folds the values of each key into `zero` with `seq`, in each partition; merges what partitions give with `comb`.
 * `zero` is used once for each key in each partition. It is not copied: `seq` must give a new value and leave `zero` as
 * it is. Spark: `PairRDDFunctions.aggregateByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lengths = RDD.parallelize<[string, string]>([["a", "x"], ["a", "yz"]]).pipe(
 *   RDD.aggregateByKey(0, (sum, word: string) => sum + word.length, (a, b) => a + b),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lengths, sc)), [["a", 3]])
 * ```
 */
export const aggregateByKey: {
  <V, U extends Zero>(
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, U], E, R>
  <K, V, E, R, U extends Zero>(
    self: RDD<readonly [K, V], E, R>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): RDD<[K, U], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R, U extends Zero>(
    self: RDD<readonly [K, V], E, R>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    options?: PartitionOptions,
  ): RDD<[K, U], E, R> =>
    combined(
      "aggregateByKey",
      self,
      { create: (value: V) => seq(zero, value), mergeValue: seq, mergeCombiners: comb, mapSide: true },
      options,
    ),
)

/**
 * Folds the values of each key with `f`, beginning with `zero` once for each key in each partition. `f` must not change
 * `zero`. Spark: `PairRDDFunctions.foldByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const products = RDD.parallelize<[string, number]>([["a", 2], ["a", 3]]).pipe(
 *   RDD.foldByKey(1, (a, b) => a * b),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(products, sc)), [["a", 6]])
 * ```
 */
export const foldByKey: {
  <V>(
    zero: V,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    zero: V,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    zero: V,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): RDD<[K, V], E, R> =>
    combined(
      "foldByKey",
      self,
      { create: (value: V) => f(zero, value), mergeValue: f, mergeCombiners: f, mapSide: true },
      options,
    ),
)

/**
 * Reduces the values of each key to one with `f`, which must be associative and commutative.
 * Spark: `PairRDDFunctions.reduceByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counts = RDD.parallelize(["a", "a"]).pipe(
 *   RDD.map((word) => [word, 1]),
 *   RDD.reduceByKey((a, b) => a + b),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(counts, sc)), [["a", 2]])
 * ```
 */
export const reduceByKey: {
  <V extends Tupled>(
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): <K, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V extends Tupled, E, R>(
    self: RDD<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V extends Tupled, E, R>(
    self: RDD<readonly [K, V], E, R>,
    f: (a: V, b: V) => V,
    options?: PartitionOptions,
  ): RDD<[K, V], E, R> =>
    combined(
      "reduceByKey",
      self,
      { create: (value: V) => value, mergeValue: f, mergeCombiners: f, mapSide: true },
      options,
    ),
)
