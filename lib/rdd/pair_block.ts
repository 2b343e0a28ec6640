/**
 * Blocks of pairs as columns: keys and values side by side, as shuffles and states make them.
 *
 * @module
 */
import type { Piecewise } from "../core/pace.ts"
import { isPair, refuseNonPair } from "../core/pairs.ts"
import { type Block, forEachPiece, gather, joinArrays } from "./block.ts"
import { ColumnBlock, type ColumnCursor, type Columns, countOf } from "./column_block.ts"

/** A block over columns, whose pairs are made when its records are read. The columns must not change afterwards. */
export class PairBlock extends ColumnBlock implements Columns {
  /** What the block was made of. */
  readonly source: Columns
  #isClaimed = false

  constructor(source: Columns) {
    super()
    this.source = source instanceof PairBlock ? source.source : source
  }

  get keys(): ReadonlyArray<unknown> {
    return this.source.keys
  }

  get values(): ReadonlyArray<unknown> {
    return this.source.values
  }

  get hashes(): ArrayLike<number> | undefined {
    return this.source.hashes
  }

  get length(): number {
    return countOf(this.source)
  }

  columns(): ColumnCursor {
    let isGiven = false
    return () => {
      if (isGiven) return undefined
      isGiven = true
      return this
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

/** The columns of a block of pairs; undefined if one of its records is no pair. */
export function* columnsIfPairs(block: Block<unknown>): Piecewise<Columns | undefined> {
  if (block instanceof ColumnBlock) return yield* block.whole()
  const length = block.pieces === undefined ? block.length : 0
  const keys = new Array<unknown>(length)
  const values = new Array<unknown>(length)
  let at = 0
  let arePairs = true
  yield* forEachPiece(block, (records, from, to) => {
    for (let i = from; i < to; i++, at++) {
      const record = records[i]
      if (!isPair(record)) {
        arePairs = false
        return
      }
      keys[at] = record[0]
      values[at] = record[1]
    }
  })
  return arePairs ? { keys, values } : undefined
}

/** The columns of a block of pairs. Throws `Mismatch` for other records. */
export function* columnsOf(block: Block<unknown>): Piecewise<Columns> {
  const columns = yield* columnsIfPairs(block)
  return columns ?? refuseNonPair((yield* gather(block)).find((record) => !isPair(record)))
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
