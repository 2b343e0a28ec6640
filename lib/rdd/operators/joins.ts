/**
 * Joins of two RDDs of pairs: join, leftOuterJoin, rightOuterJoin, fullOuterJoin, subtractByKey.
 *
 * In each partition, the left keys come first, then the keys that only the right RDD has, both in the order in which
 * they first appear. Within a key, the first left value comes with all right values, then the second left value, and so
 * on.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type * as Option from "effect/Option"
import { grouped } from "./cogroup.ts"
import { narrow } from "./element.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/**
 * Joins two RDDs by key: `[key, [left, right]]` for each left and each right value of a key.
 *
 * Keys that only one of the RDDs has are dropped. Spark: `PairRDDFunctions.join`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["ann", 31], ["bob", 40]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"]])
 * const both = ages.pipe(RDD.join(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(both, sc)), [["ann", [31, "Oslo"]]])
 * ```
 */
export const join: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, [V, W]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [V, W]], E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [V, W]], E | E2, R | R2> =>
    grouped("join", [self, that], options, { left: "required", right: "required" }),
)

/**
 * Joins two RDDs by key, and keeps the left values without a right value: `[key, [left, Option(right)]]`.
 *
 * Spark: `PairRDDFunctions.leftOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["bob", 40]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"]])
 * const all = ages.pipe(RDD.leftOuterJoin(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [["bob", [40, Option.none()]]])
 * ```
 */
export const leftOuterJoin: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, [V, Option.Option<W>]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [V, Option.Option<W>]], E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [V, Option.Option<W>]], E | E2, R | R2> =>
    grouped("leftOuterJoin", [self, that], options, { left: "required", right: "optional" }),
)

/**
 * Joins two RDDs by key, and keeps the right values without a left value: `[key, [Option(left), right]]`.
 *
 * Spark: `PairRDDFunctions.rightOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["bob", 40]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"]])
 * const all = ages.pipe(RDD.rightOuterJoin(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [["ann", [Option.none(), "Oslo"]]])
 * ```
 */
export const rightOuterJoin: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, [Option.Option<V>, W]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [Option.Option<V>, W]], E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [Option.Option<V>, W]], E | E2, R | R2> =>
    grouped("rightOuterJoin", [self, that], options, { left: "optional", right: "required" }),
)

/**
 * Joins two RDDs by key, and keeps the values that only one side has: `[key, [Option(left), Option(right)]]`.
 *
 * Spark: `PairRDDFunctions.fullOuterJoin`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["ann", 31]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"]])
 * const all = ages.pipe(RDD.fullOuterJoin(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(all, sc)), [["ann", [Option.some(31), Option.some("Oslo")]]])
 * ```
 */
export const fullOuterJoin: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, [Option.Option<V>, Option.Option<W>]], E | E2, R | R2> =>
    grouped("fullOuterJoin", [self, that], options, { left: "optional", right: "optional" }),
)

const withoutRight = (
  [left, right]: readonly [ReadonlyArray<unknown>, ReadonlyArray<unknown>],
): ReadonlyArray<unknown> => right.length === 0 ? left : []

/**
 * Partitions an RDD by hash into as many partitions as it has, unless it already has a partitioner. A cogroup without
 * options then uses this partitioner.
 */
export const hashPartitioned = <A, E, R>(operation: string, self: RDD<A, E, R>): RDD<A, E, R> =>
  make(operation, [self], { kind: "shuffle", by: "own", combine: undefined })

/**
 * Keeps the pairs whose key the other RDD does not have, duplicates included.
 *
 * By default, the result is partitioned like the left RDD. Spark: `PairRDDFunctions.subtractByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const ages = RDD.parallelize<[string, number]>([["ann", 31], ["bob", 40]])
 * const towns = RDD.parallelize<[string, string]>([["ann", "Oslo"]])
 * const homeless = ages.pipe(RDD.subtractByKey(towns), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(homeless, sc)), [["bob", 40]])
 * ```
 */
export const subtractByKey: {
  <K, W, E2, R2>(
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E | E2, R | R2>
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, V], E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <K, V, E, R, W, E2, R2>(
    self: RDD<readonly [K, V], E, R>,
    that: RDD<readonly [K, W], E2, R2>,
    options?: PartitionOptions,
  ): RDD<[K, V], E | E2, R | R2> => {
    const operation = "subtractByKey"
    const left = fromOptions(options) === undefined ? hashPartitioned(operation, self) : self
    const both = grouped<unknown, E | E2, R | R2>(operation, [left, that], options)
    return narrow(operation, both, { kind: "flatMapValues", f: withoutRight }, true)
  },
)
