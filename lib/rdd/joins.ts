/**
 * Joins of two RDDs of pairs. A side that may be missing is an `Option`.
 *
 * Keys come in the order in which they appear, left then right; within a key, all right values for the first left
 * value, then for the second, and so on.
 *
 * @module
 */
import { dual } from "../core/dual.ts"
import * as Option from "effect/Option"
import { grouped } from "./cogroup.ts"
import { narrow } from "./element.ts"
import type { PartitionOptions } from "./partitioner.ts"
import { isRDD, make, type RDD } from "./rdd.ts"

const cross = <A, B>(left: ReadonlyArray<A>, right: ReadonlyArray<B>): Array<[A, B]> => {
  const pairs: Array<[A, B]> = []
  for (const a of left) for (const b of right) pairs.push([a, b])
  return pairs
}

/** A side of an outer join that may be missing. */
const outer = <A>(values: ReadonlyArray<A>): ReadonlyArray<Option.Option<A>> =>
  values.length === 0 ? [Option.none()] : values.map((value) => Option.some(value))

const joined = <A, E, R, E2, R2, V, W>(
  operation: string,
  self: RDD<unknown, E, R>,
  that: RDD<unknown, E2, R2>,
  options: PartitionOptions | undefined,
  pairs: (left: ReadonlyArray<V>, right: ReadonlyArray<W>) => Iterable<unknown>,
): RDD<A, E | E2, R | R2> =>
  narrow(
    operation,
    grouped<unknown, E | E2, R | R2>(operation, [self, that], options),
    {
      kind: "flatMapValues",
      f: ([left, right]: readonly [ReadonlyArray<V>, ReadonlyArray<W>]) => pairs(left, right),
    },
    true,
  )

/**
 * Every pair of values that the two RDDs have for the same key: `[key, [left, right]]`.
 * Spark: `PairRDDFunctions.join`.
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
  ): RDD<[K, [V, W]], E | E2, R | R2> => joined("join", self, that, options, cross<V, W>),
)

/**
 * As {@link join}, and left values whose key the right does not have, with `None`.
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
    joined(
      "leftOuterJoin",
      self,
      that,
      options,
      (left: ReadonlyArray<V>, right: ReadonlyArray<W>) => cross(left, outer(right)),
    ),
)

/**
 * As {@link join}, and right values whose key the left does not have, with `None`.
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
    joined(
      "rightOuterJoin",
      self,
      that,
      options,
      (left: ReadonlyArray<V>, right: ReadonlyArray<W>) => cross(outer(left), right),
    ),
)

/**
 * The values of all keys that either RDD has; a side without values is `None`.
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
    joined(
      "fullOuterJoin",
      self,
      that,
      options,
      (left: ReadonlyArray<V>, right: ReadonlyArray<W>) => cross(outer(left), outer(right)),
    ),
)

const onlyLeft = <V>(left: ReadonlyArray<V>, right: ReadonlyArray<unknown>): ReadonlyArray<V> =>
  right.length === 0 ? left : []

/** Hashed into as many partitions as it has; a cogroup by the default partitioner then takes this one. */
export const own = <A, E, R>(operation: string, self: RDD<A, E, R>): RDD<A, E, R> =>
  make(operation, [self], { kind: "shuffle", by: "own", combine: undefined })

/**
 * The pairs whose key the other RDD does not have, repeated ones as often as they are there. Partitioned as the left
 * RDD is, unless options say otherwise. Spark: `PairRDDFunctions.subtractByKey`.
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
  ): RDD<[K, V], E | E2, R | R2> =>
    joined("subtractByKey", options === undefined ? own("subtractByKey", self) : self, that, options, onlyLeft<V>),
)
