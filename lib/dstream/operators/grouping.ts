/**
 * The operator that groups the values of each key: groupByKey. Records are `[key, value]`.
 *
 * The partitioner in the options decides which partition a key is in. Without one, keys are hashed into as many
 * partitions as the engine's default parallelism.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import * as Rdd from "../../rdd/operators/grouping.ts"
import type { PartitionOptions } from "../../rdd/partitioner.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"
import { checked, chosen } from "./partitioning.ts"

/**
 * Collects the values that each key has in a batch, in the order of partitions and records.
 * Spark: `PairDStreamFunctions.groupByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const groups = Testing.input<[string, number]>([[["a", 1], ["a", 3]], [["a", 4]]]).pipe(DStream.groupByKey())
 * assert.deepEqual(await Effect.runPromise(Testing.run(groups)), [[["a", [1, 3]]], [["a", [4]]]])
 * ```
 */
export const groupByKey: {
  (
    options?: PartitionOptions,
  ): <K = Mistake<NotPairs>, V = unknown, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
  ) => DStream<[K, ReadonlyArray<V>], E, R>
  <K = Mistake<NotPairs>, V = unknown, E = never, R = never>(
    self: DStream<readonly [K, V], E, R>,
    options?: PartitionOptions,
  ): DStream<[K, ReadonlyArray<V>], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R>(
    self: DStream<readonly [K, V], E, R>,
    options?: PartitionOptions,
  ): DStream<[K, ReadonlyArray<V>], E, R> =>
    lift(
      "groupByKey",
      self,
      [],
      (rdd, batch) => Rdd.groupByKey(rdd, chosen(batch, options)),
      checked("groupByKey", options),
    ),
)
