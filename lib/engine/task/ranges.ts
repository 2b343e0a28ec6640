/**
 * The ranges of records that a loop goes over, one after the other.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { isDue, Pace, type Piecewise } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { ColumnBlock } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { PlaceFailed } from "./failure.ts"
import { Flowing } from "./flowing.ts"
import type { Piece } from "./program.ts"
import { recordsOf, type TextSteps } from "./text_steps.ts"

const nothing: Piece = recordsOf([], 0)

/** Gives the next piece at each call, and undefined after the last one. */
type Pieces = () => Piece | undefined

/** Ranges of the records of one block, each as long as the pace allows. */
export class Ranges {
  /** The piece that the current range is in. */
  piece = nothing
  /** Where the current range begins. */
  from = 0
  /** Where the current range ends. */
  to = 0
  /** Whether there was no further range. */
  isOver = false
  /** Waits for further records of a flow. After it has run, there may be another range. Undefined if there are none. */
  more: Effect.Effect<void, PlaceFailed, unknown> | undefined
  #next: Pieces
  readonly #hasPieces: boolean
  readonly #pace = new Pace()

  /** `hasPieces`: `next` makes records, and gives more than one piece. */
  constructor(
    hasPieces: boolean,
    next: Pieces,
    more?: Effect.Effect<Pieces | undefined, PlaceFailed, unknown>,
  ) {
    this.#hasPieces = hasPieces
    this.#next = next
    this.more = more && Effect.map(more, (pieces) => {
      if (pieces === undefined) this.more = undefined
      else this.#next = pieces
    })
  }

  /**
   * Makes the next range the current one. Returns whether there is one. If not, `more` may bring one. A range may be empty:
   * where no line of a text is kept, the event loop must get its turns as well.
   */
  advance(): boolean {
    this.from = this.to
    if (this.from >= this.piece.length) {
      const piece = this.#next()
      if (piece === undefined) {
        this.isOver = this.more === undefined
        return false
      }
      this.piece = piece
      this.from = 0
    }
    this.to = this.#pace.end(this.from, this.piece.length)
    return true
  }

  /** Ends the current range earlier: the next one begins at `to`. */
  cut(to: number): void {
    this.to = to
  }

  /** Ends a range. Tells whether the event loop is due before the next one. */
  isDue(): boolean {
    if (this.from === this.to) return isDue()
    return (this.to < this.piece.length || this.#hasPieces) && this.#pace.isDue()
  }
}

/** The pieces of a block. `steps` are done for those that are text. */
const piecesOf = (block: Block.Block<unknown>, steps: TextSteps | undefined): Pieces => {
  const next = (steps && block.text?.()) ?? Block.cursorOf(block)
  return () => {
    const piece = next()
    return piece instanceof Uint8Array ? steps?.run(piece) : piece && recordsOf(piece, 0)
  }
}

/**
 * The ranges of a block or flow. Columns stay columns, unless there are pairs, or will be, that others use as well. `steps`
 * are done for text.
 */
export function* rangesOf(block: Block.Block<unknown> | Flowing, steps?: TextSteps): Piecewise<Ranges> {
  if (block instanceof Flowing) {
    return new Ranges(true, () => undefined, Effect.map(block.pull, (next) => next && piecesOf(next, steps)))
  }
  if (!(block instanceof ColumnBlock)) return new Ranges(block.pieces !== undefined, piecesOf(block, steps))
  if (block instanceof PairBlock && !block.claim()) {
    return yield* rangesOf(Block.fromArray(yield* Block.gather(block)))
  }
  const next = block.columns()
  return new Ranges(!(block instanceof PairBlock), () => {
    const columns = next()
    return columns && {
      source: "pairs",
      records: columns.keys,
      values: columns.values,
      length: columns.keys.length,
      done: 0,
    }
  })
}
