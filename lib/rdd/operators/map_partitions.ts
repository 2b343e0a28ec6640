/**
 * Operators on whole partitions: mapPartitions, mapPartitionsWithIndex, glom.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Piecewise } from "../../core/pace.ts"
import type { Tupled } from "../../core/tupled.ts"
import { type Block, gather } from "../block.ts"
import { narrow } from "./element.ts"
import { wholePartition } from "../lists.ts"
import { isRDD, type RDD } from "../rdd.ts"

function* whole<A>(block: Block<A>): Piecewise<ReadonlyArray<ReadonlyArray<A>>> {
  return [yield* gather(block)]
}

/**
 * Replaces the records of each partition with those that `f` returns for them.
 *
 * `f` is called once for each partition, also for an empty one, with all of its records and its index. The result has
 * no partitioner, unless `preservesPartitioning` is true: set it only if `f` leaves keys as they are. Spark:
 * `RDD.mapPartitions`, `RDD.mapPartitionsWithIndex`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const lengths = RDD.range(0, 5, { partitions: 2 }).pipe(RDD.mapPartitions((part, i) => [[i, part.length]]), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lengths, sc)), [[0, 2], [1, 3]])
 * ```
 */
export const mapPartitions: {
  <A, B extends Tupled>(
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A, E, R, B extends Tupled>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B extends Tupled>(
    self: RDD<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E, R> => narrow("mapPartitions", self, wholePartition(f), options?.preservesPartitioning ?? false),
)

/**
 * Does the same as {@link mapPartitions}, but `f` takes the index first, as in Spark. Spark:
 * `RDD.mapPartitionsWithIndex`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const places = RDD.range(0, 3, { partitions: 2 }).pipe(
 *   RDD.mapPartitionsWithIndex((index, part) => part.map((n) => `${n} in ${index}`)),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(places, sc)), ["0 in 0", "1 in 1", "2 in 1"])
 * ```
 */
export const mapPartitionsWithIndex: {
  <A, B extends Tupled>(
    f: (index: number, records: ReadonlyArray<A>) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: RDD<A, E, R>) => RDD<B, E, R>
  <A, E, R, B extends Tupled>(
    self: RDD<A, E, R>,
    f: (index: number, records: ReadonlyArray<A>) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R, B extends Tupled>(
    self: RDD<A, E, R>,
    f: (index: number, records: ReadonlyArray<A>) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): RDD<B, E, R> =>
    narrow(
      "mapPartitionsWithIndex",
      self,
      wholePartition((part: ReadonlyArray<A>, index) => f(index, part)),
      options?.preservesPartitioning ?? false,
    ),
)

/**
 * Turns each partition into one record: the array of its records. Spark: `RDD.glom`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const slices = RDD.range(0, 4, { partitions: 2 }).pipe(RDD.glom, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(slices, sc)), [[0, 1], [2, 3]])
 * ```
 */
export const glom = <A, E, R>(self: RDD<A, E, R>): RDD<ReadonlyArray<A>, E, R> =>
  narrow("glom", self, { kind: "partition", f: whole }, false)
