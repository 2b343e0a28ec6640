/**
 * The types of sliding aggregates: how one slide of a window changes the state that is kept for each key.
 *
 * A slide gets pairs `[key, [time, value]]` of the batches that enter the window, oldest first. A slide with an inverse
 * gets those of the batches that leave the window before them.
 *
 * @module
 */
import type { Piecewise } from "../../core/pace.ts"
import type { Columns } from "../../rdd/column_block.ts"
import type { PairBlock } from "../../rdd/pair_block.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { PendingState } from "../../rdd/state.ts"

/** A value and the time of its batch. */
export type Timed = readonly [time: number, value: unknown]

/** The position of a window. It covers the batches in (`start`, `end`]. Times are epoch milliseconds. */
export interface Position {
  /** The batch time of the window, which is also the time of the last batch in it. */
  readonly end: number
  /** The end minus the duration: the last batch time before the window. */
  readonly start: number
  /** The end of the window one slide earlier. */
  readonly previousEnd: number
  /** The duration of the window in milliseconds. */
  readonly duration: number
  /** The start of the first batch. */
  readonly zeroTime: number
  /**
   * The length of a pane in milliseconds, the greatest common divisor of duration and slide. Counted from the zero
   * time, the batches of a pane enter and leave the window together.
   */
  readonly pane: number
}

/** Updates the state by the records of one slide, and returns the aggregate of each key. */
export type Slide = (
  position: Position,
  state: PendingState,
  pairs: Columns,
  fresh: boolean,
) => Piecewise<PairBlock>

/** Merges two values of a key: `(older, newer) => merged`. */
export type Merge = Callable

/** Tells whether a key is in the result: `([key, aggregate]) => boolean`. */
export type Keep = Callable
