/**
 * State: what stateful operations keep from batch to batch. Each batch writes a version of its own.
 *
 * @module
 */
import type { KeyedTable } from "../core/keyed_table.ts"
import type { Block } from "./block.ts"
import type { Columns } from "./pair_block.ts"
import type { AnyRDD } from "./rdd.ts"

/** One partition of a version of a state. It never changes, also when later versions have replaced it. */
export interface StateView {
  /** The value of a key; undefined if there is no entry for it. */
  readonly get: (key: unknown) => unknown
  /** Whether there is an entry for a key. */
  readonly has: (key: unknown) => boolean
  /**
   * Calls `f` for each entry in the order in which the keys were inserted: a key that was deleted and set again comes last.
   * The order is the same whenever the version is read, also after later versions have replaced it. `other` is the number
   * of the key in the table `others`, or -1. `f` may set and delete the entry that it is called for.
   */
  readonly visit: (
    f: (key: unknown, value: unknown, other: number) => void,
    others?: KeyedTable<unknown, unknown>,
  ) => void
  /**
   * The entries that were last written before a batch time, those written longest ago first. Entries written by the same
   * batch come in the order of `visit`. Times are recorded from the first call on: the entries that exist by then count as
   * written by the version that is asked.
   */
  readonly writtenBefore: (time: number) => ReadonlyArray<readonly [key: unknown, value: unknown]>
  /** How many keys there are. */
  readonly size: number
}

/** One partition of a pending version: reads see the version that it was opened on, and what has been written since. */
export interface PendingState extends StateView {
  /** Writes an entry, which becomes the most recently written one. */
  readonly set: (key: unknown, value: unknown) => void
  /** Removes an entry; false if there was none. */
  readonly delete: (key: unknown) => boolean
  /**
   * Calls `f` for each pair in turn, with the value that its key has by then. `f` may set and delete the entry of that key.
   * This is faster than looking up many keys one by one.
   */
  readonly lookUp: (pairs: Columns, f: (i: number, value: unknown, exists: boolean) => void) => void
}

/** All entries of a state, in the order of `visit`. */
export const entriesOf = (state: StateView): Array<[key: unknown, value: unknown]> => {
  const entries: Array<[unknown, unknown]> = []
  state.visit((key, value) => entries.push([key, value]))
  return entries
}

/** The state of the batch before. The engine cuts this link when the state is computed: lineage must not grow with the batches. */
export interface Previous {
  rdd: AnyRDD | undefined
}

/**
 * What a stateful operation does in one batch: it opens version `at` on top of the newest version, reads the records of
 * its partition, and gives the result records. Where batches have failed, the newest version is older than the batch
 * before, so which one it is can be known only when the step runs.
 */
export interface StateStep {
  /** The id of the state, unique in the graph. */
  readonly id: string
  /** The batch time of the version to write. */
  readonly at: number
  /**
   * The version that the records of the first parent are to be added to. If the newest version is another one, or there is
   * none, the step starts from nothing with the records of `whole`. Undefined: any version will do.
   */
  readonly expects: number | undefined
  /** Gives the RDD whose records make the state from nothing. Called only if needed. Undefined: the first parent has them. */
  readonly whole: (() => AnyRDD) | undefined
  /** Pairs that `f` is given when the state starts from nothing. Computed only then. */
  readonly initial?: AnyRDD | undefined
  /** The state that this one is built on. The engine computes it first if no job has done so. */
  readonly previous?: Previous | undefined
  /**
   * Changes the state by the pairs of its partition, and gives the result records. `fresh`: the state starts from nothing,
   * so that `pairs` are those of `whole`, and `initial` has pairs to begin with.
   */
  readonly f: (
    state: PendingState,
    pairs: Columns,
    partition: number,
    fresh: boolean,
    initial: Columns,
  ) => Block<unknown> | ReadonlyArray<unknown>
}
