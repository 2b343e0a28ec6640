/**
 * Partitioners: which partition a key belongs to. Keyed operations take one in their options; the hash partitioner
 * places strings and whole numbers where Spark does. Spark: `Partitioner`, `HashPartitioner`.
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
