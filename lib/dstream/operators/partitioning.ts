/**
 * Operators that change how a stream is partitioned, partitionBy and repartition, and the partitioner of keyed
 * operators.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import { checkPartitioning } from "../../rdd/operators/keyed.ts"
import { fromOptions, hash, type Partitioner, type PartitionOptions } from "../../rdd/partitioner.ts"
import * as Rdd from "../../rdd/operators/partitioning.ts"
import type { RDD } from "../../rdd/rdd.ts"
import type { Batch } from "../batch.ts"
import { type DStream, lift, liftAll, type NodeOptions, type Traits } from "../dstream.ts"

/** The partitioner of a keyed operator: the one in the options, or hashes with the engine's default parallelism. */
export const chosen = (batch: Batch, options: PartitionOptions | undefined): { readonly partitioner: Partitioner } => ({
  partitioner: fromOptions(options) ?? hash(batch.defaultParallelism),
})

/** Traits that report wrong partitioning options before the context starts. */
export const checked = (operation: string, options: PartitionOptions | undefined): Traits => {
  const problem = checkPartitioning(`DStream.${operation}`, options)
  return problem === undefined ? {} : { check: () => [problem.message] }
}

/**
 * Lifts an operation that takes no functions, as `lift` does, but fails the batch if the parent has no RDD. Spark does
 * so in operators that it builds on `transform`.
 */
export const liftOne = <A, E, R, B>(
  operation: string,
  self: DStream<A, E, R>,
  body: (rdd: RDD<A, unknown, unknown>, batch: Batch) => RDD<B, unknown, unknown>,
  options?: NodeOptions,
): DStream<B, E, R> =>
  liftAll(operation, [self], [], ([rdd], batch) => body(rdd as RDD<A, unknown, unknown>, batch), options)

/**
 * Moves every pair to the partition that the partitioner gives for its key. Spark: `RDD.partitionBy` in a `transform`;
 * `DStream.partitionBy` in Python.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Partitioner } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const parts = Testing.input([[1, 2, 3]]).pipe(
 *   DStream.map((n) => [n, n * n]),
 *   DStream.partitionBy(Partitioner.hash(2)),
 *   DStream.glom,
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(parts)), [[[[2, 4]], [[1, 1], [3, 9]]]])
 * ```
 */
export const partitionBy: {
  (
    partitioner: Partitioner | PartitionOptions,
  ): <K = Mistake<NotPairs>, V = unknown, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, V], E, R>
  <K, V, E, R>(
    self: DStream<readonly [K, V], E, R>,
    partitioner: Partitioner | PartitionOptions,
  ): DStream<[K, V], E, R>
} = dual(
  2,
  <K, V, E, R>(
    self: DStream<readonly [K, V], E, R>,
    partitioner: Partitioner | PartitionOptions,
  ): DStream<[K, V], E, R> => {
    const options = "getPartition" in partitioner ? { partitioner } : partitioner
    return lift(
      "partitionBy",
      self,
      [],
      (rdd, batch) => Rdd.partitionBy(rdd, chosen(batch, options).partitioner),
      checked("partitionBy", options),
    )
  },
)

/**
 * Spreads the records evenly over `partitions` partitions. A batch in which the stream has no RDD fails, as in Spark.
 * Spark: `DStream.repartition`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const slices = Testing.input([[1, 2]]).pipe(DStream.repartition(3), DStream.glom, DStream.count)
 * assert.deepEqual(await Effect.runPromise(Testing.run(slices)), [[3]])
 * ```
 */
export const repartition: {
  (partitions: number): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A, E, R>(self: DStream<A, E, R>, partitions: number): DStream<A, E, R>
} = dual(
  2,
  <A, E, R>(self: DStream<A, E, R>, partitions: number): DStream<A, E, R> =>
    liftOne(
      "repartition",
      self,
      (rdd) => Rdd.repartition(rdd, partitions),
      checked("repartition", { partitions }),
    ),
)
