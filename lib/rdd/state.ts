/**
 * State: what a stateful operation keeps from batch to batch, in versions.
 *
 * @module
 */
import type { AnyRDD } from "./rdd.ts"

/** One partition's version of a state: its entries, those written longest ago first. */
export interface StateView {
  /** The value of a key, or undefined. */
  readonly get: (key: unknown) => unknown
  /** Whether there is an entry for a key. */
  readonly has: (key: unknown) => boolean
  /** All entries, in the order in which they were last written. Read lazily, so that a scan can end early. */
  readonly entries: () => Iterable<readonly [key: unknown, value: unknown]>
  /** How many keys there are. */
  readonly size: number
}

/** One partition's pending version: reads see the version it was opened from and what has been written since. */
export interface PendingState extends StateView {
  /** Writes an entry, which becomes the one written last. */
  readonly set: (key: unknown, value: unknown) => void
  /** Removes an entry; false if there was none. */
  readonly delete: (key: unknown) => boolean
}

/**
 * What a stateful operation does in one batch: it opens the pending version as of `at` on top of the newest one there
 * is, sees the records of its partition, and gives the result records. The newest version may be older than the batch
 * before, if batches have failed: what it is can be known only when the step runs.
 */
export interface StateStep {
  /** The state's address, unique in the graph. */
  readonly id: string
  /** Batch time of the version to write. */
  readonly at: number
  /**
   * The version that the first parent's records are meant to be added to. On top of another one, or of none, the step
   * starts over from nothing with the records of the parent `whole` instead. Undefined: any version will do.
   */
  readonly expects: number | undefined
  /** Gives the RDD whose records make the state from nothing. Undefined: the first parent's do. Asked only if needed. */
  readonly whole: (() => AnyRDD) | undefined
  /** `fresh`: the state started from nothing, on the records of `whole`. */
  readonly f: (
    state: PendingState,
    records: ReadonlyArray<never>,
    partition: number,
    fresh: boolean,
  ) => Iterable<unknown>
}
