/**
 * Columns, and blocks of pairs that are made as columns.
 *
 * @module
 */
import { atOnce, inPieces, type Piecewise } from "../core/pace.ts"
import type { Block, Cursor } from "./block.ts"

/** Keys and values side by side. */
export interface Columns {
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  /** The hashes of the keys, where they are known. The list may be longer than that of the keys. */
  readonly hashes?: ArrayLike<number> | undefined
  /** How many pairs there are, where that is known without reading them. */
  readonly length?: number
}

/** How many pairs columns have. Dealt records are values without keys. */
export const countOf = (columns: Columns): number => columns.length ?? columns.values.length

/** A pair of a key and a value. */
export type Pair = readonly [key: unknown, value: unknown]

/** Gives the next columns of a block at each call, and undefined after the last ones. */
export type ColumnCursor = () => Columns | undefined

/** How many pairs are made at once, where they are made a piece at a time. */
export const PAIRS_AT_ONCE = 1024

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
      from += PAIRS_AT_ONCE
      return columns.keys.slice(start, from).map((key, i): Pair => [key, values[start + i]])
    }
  }
}
