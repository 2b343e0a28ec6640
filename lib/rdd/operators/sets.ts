/**
 * Set operators: distinct, intersection, subtract, cartesian.
 *
 * All but cartesian compare records by value, as keys are compared. A record that cannot be a key fails the job with
 * `UnsupportedKey`.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { grouped } from "./cogroup.ts"
import { narrow } from "./element.ts"
import { hashPartitioned } from "./joins.ts"
import { checkPartitioning, combined } from "./keyed.ts"
import { keepOne, known } from "./known_steps.ts"
import { keys } from "./values.ts"
import { fromOptions, type PartitionOptions } from "../partitioner.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** Pairs every record, as the key, with `null`. */
const asKeys = <A, E, R>(operation: string, self: RDD<A, E, R>): RDD<[A, null], E, R> =>
  narrow(operation, self, known("withNull", null), false)

/** Brings equal records together, and keeps one of them. */
const shuffledDistinct = <A, E, R>(self: RDD<A, E, R>, options: PartitionOptions | undefined): RDD<A, E, R> =>
  keys(combined<[A, null], E, R>("distinct", asKeys("distinct", self), keepOne, options, "own"))

/**
 * Removes duplicate records.
 *
 * The order of the result is not defined. By default, it has as many partitions as the RDD. The partitioner is kept if
 * the RDD has one and the number of partitions stays the same: equal records lie in one partition then. Spark:
 * `RDD.distinct`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const once = RDD.parallelize([1, 1, 1]).pipe(RDD.distinct(), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(once, sc)), [1])
 * ```
 */
export const distinct: {
  (options?: PartitionOptions): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, options?: PartitionOptions): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(self: RDD<A, E, R>, options?: PartitionOptions): RDD<A, E, R> =>
    make("distinct", [self], {
      kind: "distinct",
      partitions: options?.partitions,
      shuffled: shuffledDistinct(self, options),
      inPlace: options?.partitioner === undefined
        ? narrow<A, E, R>("distinct", self, known("distinct", null), true)
        : undefined,
    }, checkPartitioning("RDD.distinct", options)),
)

/** Keeps each left record as often as `keep` returns for the number of its occurrences on the left and on the right. */
const keepByCounts = <A, E, R, B, E2, R2>(
  operation: string,
  left: RDD<[A, null], E, R>,
  that: RDD<B, E2, R2>,
  options: PartitionOptions | undefined,
  keep: (left: number, right: number) => number,
): RDD<A, E | E2, R | R2> => {
  const f = ([left, right]: readonly [ReadonlyArray<null>, ReadonlyArray<null>]) =>
    left.slice(0, keep(left.length, right.length))
  const both = grouped<unknown, E | E2, R | R2>(operation, [left, asKeys(operation, that)], options)
  return keys(narrow<[A, null], E | E2, R | R2>(operation, both, { kind: "flatMapValues", f }, true))
}

/**
 * Keeps the records that are in both RDDs, without duplicates. Spark: `RDD.intersection`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const both = RDD.parallelize([1, 2, 2]).pipe(RDD.intersection(RDD.parallelize([2, 3])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(both, sc)), [2])
 * ```
 */
export const intersection: {
  <B, E2, R2>(
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, R | R2>
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2> =>
    keepByCounts(
      "intersection",
      asKeys("intersection", self),
      that,
      options,
      (left, right) => right === 0 ? 0 : Math.min(left, 1),
    ),
)

/**
 * Keeps the records that the other RDD does not have, duplicates included.
 *
 * By default, the result has as many partitions as the left RDD. Spark: `RDD.subtract`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const rest = RDD.parallelize([1, 1, 2]).pipe(RDD.subtract(RDD.parallelize([2, 3])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(rest, sc)), [1, 1])
 * ```
 */
export const subtract: {
  <B, E2, R2>(
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E | E2, R | R2>
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2>
} = dual(
  (args) => isRDD(args[1]),
  <A, E, R, B, E2, R2>(
    self: RDD<A, E, R>,
    that: RDD<B, E2, R2>,
    options?: PartitionOptions,
  ): RDD<A, E | E2, R | R2> => {
    const left = asKeys("subtract", self)
    return keepByCounts(
      "subtract",
      fromOptions(options) === undefined ? hashPartitioned("subtract", left) : left,
      that,
      options,
      (left, right) => right === 0 ? left : 0,
    )
  },
)

/**
 * Pairs every record of this RDD with every record of the other one.
 *
 * If the other RDD has `m` partitions, partition `i * m + j` of the result pairs partition `i` of this RDD with
 * partition `j` of the other. Spark: `RDD.cartesian`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.parallelize([1, 2]).pipe(RDD.cartesian(RDD.parallelize(["a"])), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(pairs, sc)), [[1, "a"], [2, "a"]])
 * ```
 */
export const cartesian: {
  <B, E2, R2>(that: RDD<B, E2, R2>): <A, E, R>(self: RDD<A, E, R>) => RDD<[A, B], E | E2, R | R2>
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(self: RDD<A, E, R>, that: RDD<B, E2, R2>): RDD<[A, B], E | E2, R | R2> =>
    make("cartesian", [self, that], { kind: "cartesian" }),
)
