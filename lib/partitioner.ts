/**
 * Partitioners: functions that assign keys to partitions.
 *
 * Keyed operations take a partitioner in their options. The hash partitioner places strings and whole numbers in the
 * same partitions as Spark does. Spark: `Partitioner`, `HashPartitioner`, `RangePartitioner`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner } from "@dstream/dstream"
 *
 * const getPartition = (key: unknown) => String(key).length % 2
 * const byLength = Partitioner.make({ name: "byLength", numPartitions: 2, getPartition })
 * assert.deepEqual(["a", "bb"].map(byLength.getPartition), [1, 0])
 * assert.equal(Partitioner.equals(byLength, Partitioner.hash(2)), false)
 * ```
 *
 * @module
 */
export { equals, hash, make, type Partitioner, type PartitionOptions, show } from "./rdd/partitioner.ts"
export { type DirectionOption, range } from "./rdd/operators/ranges.ts"
