/**
 * State: what a stateful operation keeps from batch to batch, in versions.
 *
 * @module
 */
import type { KeyedTable } from "../core/keyed_table.ts"
import type { Piecewise } from "../core/pace.ts"
import type { Block } from "./block.ts"
import type { Columns } from "./pair_block.ts"
import type { AnyRDD } from "./rdd.ts"

/** One partition's version of a state. It stays as it is, also when later versions have taken its place. */
export interface StateView {
  /** The value of a key, or undefined. */
  readonly get: (key: unknown) => unknown
  /** Whether there is an entry for a key. */
  readonly has: (key: unknown) => boolean
  /**
   * Calls `f` for each entry in the order in which the keys were inserted: a key that was deleted and set again comes last.
   * The order is the same whenever the version is read, also after later versions have replaced it. `other` is the number
   * that the key has in the table `others`, or -1. `f` may set and delete the entry that it is called for.
   */
  readonly visit: (
    f: (key: unknown, value: unknown, other: number) => void,
    others?: KeyedTable<unknown, unknown>,
  ) => Piecewise<void>
  /**
   * The entries that were last written before this batch time, those written longest ago first; those that one batch has
   * written in the order that `visit` has. When entries are written is known from the first time on that somebody asks;
   * those that are there then count as written by the version asked.
   */
  readonly writtenBefore: (time: number) => Piecewise<ReadonlyArray<readonly [key: unknown, value: unknown]>>
  /** How many keys there are. */
  readonly size: number
}

/** One partition's pending version: reads see the version it was opened from and what has been written since. */
export interface PendingState extends StateView {
  /** Writes an entry, which becomes the one written last. */
  readonly set: (key: unknown, value: unknown) => void
  /** Removes an entry; false if there was none. */
  readonly delete: (key: unknown) => boolean
  /**
   * Calls `f` for each pair in turn, with what there is at its key by then. `f` may write and delete the entry of that key.
   * Many keys are looked up faster this way than one by one.
   */
  readonly lookUp: (pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void) => Piecewise<void>
}

/** All entries of a state. */
export function* entriesOf(state: StateView): Piecewise<Array<[key: unknown, value: unknown]>> {
  const entries: Array<[unknown, unknown]> = []
  yield* state.visit((key, value) => entries.push([key, value]))
  return entries
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
  /** The state that this one is built on, to be computed first if that has been left undone. */
  readonly previous?: Previous | undefined
  /**
   * Changes the state by the pairs of its partition, and gives the records. `fresh`: the state started from nothing, on the
   * pairs of `whole`, and with those of `initial`.
   */
  readonly f: (
    state: PendingState,
    pairs: Columns,
    partition: number,
    fresh: boolean,
    initial: Columns,
  ) => Piecewise<Block<unknown> | ReadonlyArray<unknown>>
}
