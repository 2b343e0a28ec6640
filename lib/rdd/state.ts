/**
 * State: what a stateful operation keeps from batch to batch, in versions.
 *
 * @module
 */
import type { AnyRDD } from "./rdd.ts"

/** One partition's version of a state. It stays as it is, also when later versions have taken its place. */
export interface StateView {
  /** The value of a key, or undefined. */
  readonly get: (key: unknown) => unknown
  /** Whether there is an entry for a key. */
  readonly has: (key: unknown) => boolean
  /** All entries, in an order that depends on nothing but what was written. Read lazily, so that a scan can end early. */
  readonly entries: () => Iterable<readonly [key: unknown, value: unknown]>
  /** The entries that were last written before this batch time, those written longest ago first. Read lazily. */
  readonly writtenBefore: (time: number) => Iterable<readonly [key: unknown, value: unknown]>
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

/** A link to the state before, cut by the engine once that has been settled: lineage must not grow with the batches. */
export interface Previous {
  rdd: AnyRDD | undefined
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
  /** Pairs that `f` is given when the state starts from nothing. Asked for only then. */
  readonly initial?: AnyRDD | undefined
  /** Versions up to this batch time belong to an earlier run, and do not count. Undefined: all do. */
  readonly since?: number | undefined
  /** The state that this one is built on, to be computed first if that has been left undone. */
  readonly previous?: Previous | undefined
  /** `fresh`: the state started from nothing, on the records of `whole`, and with those of `initial`. */
  readonly f: (
    state: PendingState,
    records: ReadonlyArray<never>,
    partition: number,
    fresh: boolean,
    initial: ReadonlyArray<never>,
  ) => Iterable<unknown>
}
