/**
 * Operators that work partition by partition: mapPartitions, glom.
 *
 * In a batch in which the parent has no RDD, the result has none either.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Tupled } from "../../core/tupled.ts"
import * as Rdd from "../../rdd/operators/map_partitions.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"

/**
 * Calls `f` once for each partition, with all its records and its index, and concatenates the results. Empty partitions
 * count. Set `preservesPartitioning` if `f` leaves keys in their partitions. Spark: `DStream.mapPartitions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const lengths = Testing.input([[1, 2, 3], []]).pipe(DStream.mapPartitions((part, i) => [[i, part.length]]))
 * assert.deepEqual(await Effect.runPromise(Testing.run(lengths)), [[[0, 1], [1, 2]], [[0, 0], [1, 0]]])
 * ```
 */
export const mapPartitions: {
  <A, B extends Tupled>(
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): <E, R>(self: DStream<A, E, R>) => DStream<B, E, R>
  <A, E, R, B extends Tupled>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): DStream<B, E, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R, B extends Tupled>(
    self: DStream<A, E, R>,
    f: (records: ReadonlyArray<A>, index: number) => Iterable<B>,
    options?: { readonly preservesPartitioning?: boolean | undefined },
  ): DStream<B, E, R> =>
    lift("mapPartitions", self, [f], (rdd, f) => Rdd.mapPartitions(rdd, f, options), {
      effectVariant: "mapPartitionsEffect",
    }),
)

/**
 * Turns each partition into one record, the array of its records. Empty partitions count. Spark: `DStream.glom`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const slices = Testing.input([[1, 2, 3], [4]]).pipe(DStream.glom)
 * assert.deepEqual(await Effect.runPromise(Testing.run(slices)), [[[1], [2, 3]], [[], [4]]])
 * ```
 */
export const glom = <A, E, R>(self: DStream<A, E, R>): DStream<ReadonlyArray<A>, E, R> =>
  lift("glom", self, [], (rdd) => Rdd.glom(rdd))
