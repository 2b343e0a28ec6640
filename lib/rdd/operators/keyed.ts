/**
 * Operators that combine the values of each key: combineByKey, aggregateByKey, foldByKey, reduceByKey.
 *
 * Records are pairs: `[key, value]`.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { InvalidOption } from "../../core/errors.ts"
import { checkZero, zeros } from "../../core/zero.ts"
import type { Grown, Nested, Tupled } from "../../core/tupled.ts"
import { checkPartitions } from "../creation.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import type { Callable, Combine } from "../primitive.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** How `combineByKey` combines the values of a key into one: into a sum, a pair of sums, or an array, for example. */
export interface Combiners<in V, C> {
  /** Creates the combiner of a key from its first value. */
  readonly createCombiner: (value: V) => C
  /** Adds a value to a combiner. May change the combiner in place. */
  readonly mergeValue: (combiner: Grown<C>, value: V) => Grown<C>
  /** Merges two combiners of a key; `a` comes from an earlier partition than `b`. Must not change either of them. */
  readonly mergeCombiners: (a: Grown<C>, b: Grown<C>) => Grown<C>
}

/**
 * The initial value of a fold: anything but `null` and `undefined`.
 *
 * The type is written so that TypeScript infers `number` for `0`, and a pair of numbers for `[0, 0]`.
 */
// deno-lint-ignore ban-types
export type Zero = readonly [Nested, Nested] | readonly [Nested, Nested, Nested] | {}

/** Checks the partition count of the options of a keyed operation. */
export const checkPartitioning = (where: string, options: PartitionOptions | undefined): InvalidOption | undefined =>
  checkPartitions(where, options?.partitioner?.numPartitions ?? options?.partitions)

/**
 * Shuffles pairs and combines the values of each key. `otherwise` says how to partition if the options do not: by the
 * engine's default, or into as many partitions as `self` has (`own`).
 */
export const combined = <A, E, R>(
  operation: string,
  self: RDD<readonly [unknown, unknown], E, R>,
  combine: Combine,
  options: PartitionOptions | undefined,
  otherwise: "default" | "own" = "default",
  invalid?: InvalidOption,
): RDD<A, E, R> =>
  make(
    operation,
    [self],
    { kind: "shuffle", by: fromOptions(options) ?? otherwise, combine },
    checkPartitioning(`RDD.${operation}`, options) ?? invalid,
  )

/** Aggregates the values of each key, and starts from a copy of the zero value for each of them. */
const aggregated = <A, E, R>(
  operation: string,
  self: RDD<readonly [unknown, unknown], E, R>,
  zero: unknown,
  seq: Callable,
  comb: Callable,
  options: PartitionOptions | undefined,
): RDD<A, E, R> => {
  const next = zeros(zero)
  const create = typeof zero === "object"
    ? (value: unknown) => seq(next(), value)
    : (value: unknown) => seq(zero, value)
  return combined(
    operation,
    self,
    { create, mergeValue: seq, mergeCombiners: comb, mapSide: true },
    options,
    "default",
    checkZero(`RDD.${operation}`, zero),
  )
}

/**
 * Combines the values of each key with a set of functions.
 *
 * Values are combined within each partition first, then across partitions; `mapSideCombine: false` turns the first step
 * off. Pairs that already have the wanted partitioner are not shuffled. Spark: `PairRDDFunctions.combineByKey`.
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
 * Folds the values of each key into `zero` with `seq` within each partition, and merges the results with `comb`.
 *
 * A copy of `zero` is used once for each key and partition, so `seq` may change it in place. Spark:
 * `PairRDDFunctions.aggregateByKey`.
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
  ): RDD<[K, U], E, R> => aggregated("aggregateByKey", self, zero, seq, comb, options),
)

/**
 * Folds the values of each key into `zero` with `f`.
 *
 * A copy of `zero` is used once for each key and partition, so `f` may change it in place. Spark:
 * `PairRDDFunctions.foldByKey`.
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
  ): RDD<[K, V], E, R> => aggregated("foldByKey", self, zero, f, f, options),
)

/**
 * Reduces the values of each key to one value with `f`, which must be associative and commutative.
 *
 * Values are reduced within each partition first, then across partitions. Spark: `PairRDDFunctions.reduceByKey`.
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
