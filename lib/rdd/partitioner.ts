/**
 * Partitioners: which partition a key belongs to.
 *
 * @module
 */
import { equalKeys, hashKey, partitionOf } from "../core/keys.ts"

/** Says for each key which of `numPartitions` partitions it belongs to. Spark: `Partitioner`. */
export interface Partitioner {
  /** What partitioner it is, such as `HashPartitioner`; two with one name, count and `detail` place keys alike. */
  readonly name: string
  /** How many partitions there are. */
  readonly numPartitions: number
  /** What else tells it apart from others of its name, compared by value. */
  readonly detail?: unknown
  /** The partition of a key, from 0 up to `numPartitions` exclusive. */
  readonly getPartition: (key: unknown) => number
  /** Present where the partition follows from the key's hash alone, so that a known hash need not be computed again. */
  readonly ofHash?: (hash: number) => number
}

/**
 * Places keys by their hash code, as Spark's `HashPartitioner` does: strings and whole numbers end up where Spark puts
 * them.
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
 * A partitioner of your own. `name` and `detail` are its identity: data partitioned by an equal one is not shuffled
 * again.
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
 * Whether two partitioners place every key alike: same name, number of partitions and `detail`.
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
 * A partitioner as text: its name and number of partitions.
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

/** How a keyed operation may be told to partition its result: a partition count, or a partitioner. */
export interface PartitionOptions {
  /** Number of partitions, with the hash partitioner. */
  readonly partitions?: number | undefined
  /** A partitioner; wins over `partitions`. */
  readonly partitioner?: Partitioner | undefined
}

/** The partitioner that options ask for, or undefined where they leave the choice open. */
export const fromOptions = (options: PartitionOptions | undefined): Partitioner | undefined =>
  options?.partitioner ?? (options?.partitions === undefined ? undefined : hash(options.partitions))
