/**
 * Partitioners: functions that assign keys to partitions.
 *
 * @module
 */
import { equalKeys, hashKey, partitionOf } from "../core/keys.ts"

/** Assigns each key to one of `numPartitions` partitions. Spark: `Partitioner`. */
export interface Partitioner {
  /**
   * The kind of partitioner, such as `HashPartitioner`. Partitioners with the same name, number of partitions and
   * `detail` must place every key in the same partition.
   */
  readonly name: string
  /** The number of partitions. */
  readonly numPartitions: number
  /** What distinguishes it from other partitioners of the same name; compared by value. */
  readonly detail?: unknown
  /** Returns the partition of a key: a whole number from 0 to `numPartitions` - 1. */
  readonly getPartition: (key: unknown) => number
  /**
   * Returns the partition for the hash of a key. Present if the hash alone determines the partition: known hashes are
   * reused.
   */
  readonly ofHash?: (hash: number) => number
}

/**
 * Creates a partitioner that places keys by their hash code.
 *
 * Strings and whole numbers are placed in the same partitions as by Spark. Spark: `HashPartitioner`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner } from "@dstream/dstream"
 *
 * const three = Partitioner.hash(3)
 * assert.deepEqual(["a", "b", "c", 7].map(three.getPartition), [1, 2, 0, 1])
 * ```
 */
export const hash = (numPartitions: number): Partitioner => ({
  name: "HashPartitioner",
  numPartitions,
  getPartition: (key) => partitionOf(hashKey(key), numPartitions),
  ofHash: (code) => partitionOf(code, numPartitions),
})

/**
 * Creates a custom partitioner.
 *
 * Partitioners are equal if they have the same `name`, `numPartitions` and `detail`. Pairs that are already partitioned
 * by an equal partitioner are not shuffled again. Spark: a subclass of `Partitioner`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const getPartition = (key: unknown) => key === "urgent" ? 0 : 1
 * const byUrgency = Partitioner.make({ name: "byUrgency", numPartitions: 2, getPartition })
 * const parts = RDD.parallelize(["later", "urgent"]).pipe(
 *   RDD.map((word) => [word, word.length]),
 *   RDD.partitionBy(byUrgency),
 *   RDD.glom,
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(parts, sc)), [[["urgent", 6]], [["later", 5]]])
 * ```
 */
export const make = (options: {
  readonly name: string
  readonly numPartitions: number
  readonly detail?: unknown
  readonly getPartition: (key: unknown) => number
}): Partitioner => options

/**
 * Checks whether two partitioners are equal: same name, number of partitions and `detail`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner } from "@dstream/dstream"
 *
 * assert.equal(Partitioner.equals(Partitioner.hash(2), Partitioner.hash(2)), true)
 * assert.equal(Partitioner.equals(Partitioner.hash(2), Partitioner.hash(3)), false)
 * ```
 */
export const equals = (a: Partitioner, b: Partitioner): boolean =>
  a === b ||
  (a.name === b.name && a.numPartitions === b.numPartitions &&
    (a.detail === b.detail || (a.detail !== undefined && b.detail !== undefined && equalKeys(a.detail, b.detail))))

/**
 * Formats a partitioner as text: its name and number of partitions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Partitioner } from "@dstream/dstream"
 *
 * assert.equal(Partitioner.show(Partitioner.hash(2)), "HashPartitioner(2)")
 * ```
 */
export const show = (self: Partitioner): string => `${self.name}(${self.numPartitions})`

/**
 * How a keyed operation partitions its result. Without options, the engine uses the partitioner of one of the RDDs if
 * it suits, or else a hash partitioner.
 */
export interface PartitionOptions {
  /** The number of partitions of a hash partitioner: a positive whole number. */
  readonly partitions?: number | undefined
  /** The partitioner; if given, `partitions` is ignored. */
  readonly partitioner?: Partitioner | undefined
}

/** Returns the partitioner that the options name; undefined if they leave the choice to the engine. */
export const fromOptions = (options: PartitionOptions | undefined): Partitioner | undefined =>
  options?.partitioner ?? (options?.partitions === undefined ? undefined : hash(options.partitions))
