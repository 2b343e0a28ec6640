/**
 * The ranges of records that a loop goes over, one after the other.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Pace, type Piecewise } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { ColumnBlock } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { PlaceFailed } from "./failure.ts"
import { Flowing } from "./flowing.ts"

/** Records, or keys and their values. */
type Piece = readonly [records: ReadonlyArray<unknown>, values: ReadonlyArray<unknown>]

const none: ReadonlyArray<unknown> = []

/** Ranges of the records of one block, each as long as the pace allows. */
export class Ranges {
  /** Whether `records` are keys, and `values` their values. */
  readonly paired: boolean
  /** The array that the current range is in. */
  records: ReadonlyArray<unknown> = none
  /** The values, where `records` are keys. */
  values: ReadonlyArray<unknown> = none
  /** Where the current range begins. */
  from = 0
  /** Where the current range ends. */
  to = 0
  /** Whether there was no further range. */
  isOver = false
  /** Waits for further records of a flow. After it has run, there may be another range. Undefined if there are none. */
  more: Effect.Effect<void, PlaceFailed, unknown> | undefined
  #next: () => Piece | undefined
  readonly #hasPieces: boolean
  readonly #pace = new Pace()

  /** `hasPieces`: `next` makes records, and gives more than one piece. */
  constructor(paired: boolean, hasPieces: boolean, next: () => Piece | undefined, flowing?: Flowing) {
    this.paired = paired
    this.#hasPieces = hasPieces
    this.#next = next
    this.more = flowing && Effect.map(flowing.pull, (block) => {
      if (block === undefined) this.more = undefined
      else this.#next = piecesOf(block)
    })
  }

  /** Makes the next range the current one. Returns whether there is one. If not, `more` may bring one. */
  advance(): boolean {
    this.from = this.to
    while (this.from >= this.records.length) {
      const piece = this.#next()
      if (piece === undefined) {
        this.isOver = this.more === undefined
        return false
      }
      this.records = piece[0]
      this.values = piece[1]
      this.from = 0
    }
    this.to = this.#pace.end(this.from, this.records.length)
    return true
  }

  /** Ends the current range earlier: the next one begins at `to`. */
  cut(to: number): void {
    this.to = to
  }

  /** Ends a range. Tells whether the event loop is due before the next one. */
  isDue(): boolean {
    return (this.to < this.records.length || this.#hasPieces) && this.#pace.isDue()
  }
}

const piecesOf = (block: Block.Block<unknown>): () => Piece | undefined => {
  const next = Block.cursorOf(block)
  return () => {
    const records = next()
    return records && [records, none]
  }
}

/** The ranges of a block or flow. Columns stay columns, unless there are pairs, or will be, that others use as well. */
export function* rangesOf(block: Block.Block<unknown> | Flowing): Piecewise<Ranges> {
  if (block instanceof Flowing) return new Ranges(false, true, () => undefined, block)
  if (!(block instanceof ColumnBlock)) return new Ranges(false, block.pieces !== undefined, piecesOf(block))
  if (block instanceof PairBlock && !block.claim()) {
    return yield* rangesOf(Block.fromArray(yield* Block.gather(block)))
  }
  const next = block.columns()
  return new Ranges(true, !(block instanceof PairBlock), () => {
    const columns = next()
    return columns && [columns.keys, columns.values]
  })
}
