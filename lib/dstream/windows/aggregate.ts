/**
 * How batches that enter and leave a window change what a sliding aggregate keeps of each key.
 *
 * Both kinds of it take pairs `[key, [time, value]]` of what enters the window, oldest first. The one with an inverse is given
 * what leaves it before that.
 *
 * @module
 */
import type { Columns, PairBlock } from "../../rdd/pair_block.ts"
import type { PendingState } from "../../rdd/state.ts"

/** A value, and the time of the batch that it is from. */
export type Timed = readonly [time: number, value: unknown]

/** Where a window stands. */
export interface Standing {
  /** The batch time: its end, included. */
  readonly time: number
  /** The last time before it. */
  readonly limit: number
  /** Its duration in milliseconds. */
  readonly window: number
  /** The end of the window one slide ago. */
  readonly before: number
  readonly zeroTime: number
  /** Batches up to the same multiple of this (from the zero time) enter and leave together. */
  readonly pane: number
}

/** Changes a state by the records of one slide, and gives the aggregate of each key. */
export type Slide = (
  standing: Standing,
) => (
  state: PendingState,
  pairs: Columns,
  partition: number,
  fresh: boolean,
) => PairBlock

/** Merges two values of a key, the older one first. */
export type Merge = (a: unknown, b: unknown) => unknown

/** Whether a key is in the result, given its aggregate. */
export type Keep = (pair: readonly [unknown, unknown]) => boolean
