/**
 * Operators that change the partitions of an RDD, but not its records: partitionBy, repartition, coalesce.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { checkPartitioning } from "./keyed.ts"
import type { Partitioner } from "../partitioner.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

const checkNumPartitions = (where: string, partitions: number): InvalidOption | undefined =>
  Number.isInteger(partitions) && partitions >= 1 ? undefined : new InvalidOption({
    where,
    option: "partitions",
    value: partitions,
    expected: `a positive whole number (Spark: "Number of partitions (${partitions}) must be positive.")`,
  })

/**
 * Moves every pair to the partition that the partitioner returns for its key.
 *
 * Pairs that come from the same partition keep their order. Nothing is moved if the RDD already has an equal
 * partitioner. Spark: `PairRDDFunctions.partitionBy`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const parts = RDD.parallelize<[number, string]>([[1, "a"], [2, "b"], [3, "c"]]).pipe(
 *   RDD.partitionBy(Partitioner.hash(2)),
 *   RDD.glom,
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(parts, sc)), [[[2, "b"]], [[1, "a"], [3, "c"]]])
 * ```
 */
export const partitionBy: {
  (partitioner: Partitioner): <K, V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, partitioner: Partitioner): RDD<[K, V], E, R>
} = dual(
  2,
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, partitioner: Partitioner): RDD<[K, V], E, R> =>
    make(
      "partitionBy",
      [self],
      { kind: "shuffle", by: partitioner, combine: undefined },
      checkPartitioning("RDD.partitionBy", { partitioner }),
    ),
)

/**
 * Spreads the records evenly over a given number of partitions, more or fewer than before.
 *
 * The records are shuffled. To reduce the number of partitions without a shuffle, use {@link coalesce}. Spark:
 * `RDD.repartition`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const four = RDD.range(0, 8, { partitions: 2 }).pipe(RDD.repartition(4), RDD.getNumPartitions)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(four, sc)), 4)
 * ```
 */
export const repartition: {
  (partitions: number): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, partitions: number): RDD<A, E, R>
} = dual(
  2,
  <A, E, R>(self: RDD<A, E, R>, partitions: number): RDD<A, E, R> =>
    make("repartition", [self], { kind: "balance", partitions }, checkNumPartitions("RDD.repartition", partitions)),
)

/**
 * Merges neighbouring partitions into a given number of partitions, without a shuffle.
 *
 * If the RDD has no more partitions than that, nothing changes. With `shuffle: true` it does the same as
 * {@link repartition}, which can also increase the number of partitions. Spark: `RDD.coalesce`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const two = RDD.range(0, 4, { partitions: 4 }).pipe(RDD.coalesce(2), RDD.glom, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(two, sc)), [[0, 1], [2, 3]])
 * ```
 */
export const coalesce: {
  (
    partitions: number,
    options?: { readonly shuffle?: boolean | undefined },
  ): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(
    self: RDD<A, E, R>,
    partitions: number,
    options?: { readonly shuffle?: boolean | undefined },
  ): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    partitions: number,
    options?: { readonly shuffle?: boolean | undefined },
  ): RDD<A, E, R> =>
    make(
      "coalesce",
      [self],
      { kind: options?.shuffle === true ? "balance" : "coalesce", partitions },
      checkNumPartitions("RDD.coalesce", partitions),
    ),
)
