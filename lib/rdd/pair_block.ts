/**
 * Blocks of pairs as columns: keys and values side by side, as shuffles and states make them.
 *
 * @module
 */
import { atOnce, inPieces, type Piecewise } from "../core/pace.ts"
import { type Block, type Cursor, forEachPiece, joinArrays } from "./block.ts"

/** Keys and values side by side. */
export interface Columns {
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  /** The hashes of the keys, where they are known. The list may be longer than that of the keys. */
  readonly hashes?: ArrayLike<number> | undefined
}

/** A pair of a key and a value. */
export type Pair = readonly [key: unknown, value: unknown]

/** Gives the next columns of a block at each call, and undefined after the last ones. */
export type ColumnCursor = () => Columns | undefined

/** How many pairs are made at once. */
const PIECE = 1024

/** Blocks of pairs that are columns, or are made as columns. */
export abstract class ColumnBlock implements Block<Pair> {
  #records: ReadonlyArray<Pair> | undefined

  abstract readonly length: number
  /** The columns, a piece at a time. */
  abstract columns(): ColumnCursor
  /** All columns. */
  abstract whole(): Piecewise<Columns>

  /** Whether there are pairs already, which are to be shared. */
  get isPaired(): boolean {
    return this.#records !== undefined
  }

  get records(): ReadonlyArray<Pair> {
    return atOnce(this.gather())
  }

  *gather(): Piecewise<ReadonlyArray<Pair>> {
    if (this.#records !== undefined) return this.#records
    const pairs: Array<Pair> = []
    const next = this.columns()
    for (let piece = next(); piece !== undefined; piece = next()) {
      const { keys, values } = piece
      yield* inPieces(keys.length, (from, to) => {
        for (let i = from; i < to; i++) pairs.push([keys[i], values[i]])
      })
    }
    return this.#records ??= pairs
  }

  pieces(): Cursor<Pair> {
    const next = this.columns()
    let columns = next()
    let from = 0
    return () => {
      while (columns !== undefined && from >= columns.keys.length) {
        columns = next()
        from = 0
      }
      if (columns === undefined) return undefined
      const { values } = columns
      const start = from
      from += PIECE
      return columns.keys.slice(start, from).map((key, i): Pair => [key, values[start + i]])
    }
  }
}

/** A block over columns, whose pairs are made when its records are read. The columns must not change afterwards. */
export class PairBlock extends ColumnBlock implements Columns {
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  readonly hashes: ArrayLike<number> | undefined
  #isClaimed = false

  constructor({ hashes, keys, values }: Columns) {
    super()
    this.keys = keys
    this.values = values
    this.hashes = hashes
  }

  get length(): number {
    return this.keys.length
  }

  columns(): ColumnCursor {
    let columns: Columns | undefined = this
    return () => {
      const given = columns
      columns = undefined
      return given
    }
  }

  // deno-lint-ignore require-yield
  *whole(): Piecewise<Columns> {
    return this
  }

  /**
   * Whether a loop should make the pairs itself, one after another, which often needs no pairs in memory. True for the first
   * loop that asks; later ones are faster with the records, which are made once for all of them.
   */
  claim(): boolean {
    const isFirst = !this.#isClaimed && !this.isPaired
    this.#isClaimed = true
    return isFirst
  }
}

/** The columns of a block of pairs. */
export function* columnsOf(block: Block<unknown>): Piecewise<Columns> {
  if (block instanceof ColumnBlock) return yield* block.whole()
  const length = block.pieces === undefined ? block.length : 0
  const keys = new Array<unknown>(length)
  const values = new Array<unknown>(length)
  let at = 0
  yield* forEachPiece(block as Block<Pair>, (pairs, from, to) => {
    for (let i = from; i < to; i++, at++) {
      const pair = pairs[i]!
      keys[at] = pair[0]
      values[at] = pair[1]
    }
  })
  return { keys, values }
}

/** Joins columns: one block with the pairs of all, in order. */
export const joinColumns = (parts: ReadonlyArray<Columns>): PairBlock => {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return new PairBlock(first)
  const keys = joinArrays(parts.map((part) => part.keys))
  return new PairBlock({
    keys,
    values: joinArrays(parts.map((part) => part.values)),
    hashes: joinHashes(parts, keys.length),
  })
}

const joinHashes = (parts: ReadonlyArray<Columns>, length: number): Int32Array | undefined => {
  const joined = new Int32Array(length)
  let at = 0
  for (const { hashes, keys } of parts) {
    if (hashes === undefined) return undefined
    for (let i = 0; i < keys.length; i++) joined[at++] = hashes[i]!
  }
  return joined
}
