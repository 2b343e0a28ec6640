/**
 * Blocks of pairs as columns: keys and values side by side, as shuffles and states make them.
 *
 * @module
 */
import { type Block, joinArrays } from "./block.ts"

/** Keys and values side by side. */
export interface Columns {
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  /** The hashes of the keys, where they are known. The list may be longer than that of the keys. */
  readonly hashes?: ArrayLike<number> | undefined
}

/** A block over columns, whose pairs are made when its records are read. The columns must not change afterwards. */
export class PairBlock implements Block<readonly [unknown, unknown]>, Columns {
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  readonly hashes: ArrayLike<number> | undefined
  #records: ReadonlyArray<readonly [unknown, unknown]> | undefined
  #isClaimed = false

  constructor({ hashes, keys, values }: Columns) {
    this.keys = keys
    this.values = values
    this.hashes = hashes
  }

  get length(): number {
    return this.keys.length
  }

  get records(): ReadonlyArray<readonly [unknown, unknown]> {
    return this.#records ??= this.keys.map((key, i) => [key, this.values[i]] as const)
  }

  /**
   * Whether a loop should make the pairs itself, one after another, which often needs no pairs in memory. True for the first
   * loop that asks; later ones are faster with the records, which are made once for all of them.
   */
  claim(): boolean {
    const isFirst = !this.#isClaimed && this.#records === undefined
    this.#isClaimed = true
    return isFirst
  }
}

/** The columns of a block of pairs. */
export const columnsOf = (block: Block<unknown>): Columns => {
  if (block instanceof PairBlock) return block
  const pairs = block.records as ReadonlyArray<readonly [unknown, unknown]>
  const keys = new Array<unknown>(pairs.length)
  const values = new Array<unknown>(pairs.length)
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i]!
    keys[i] = pair[0]
    values[i] = pair[1]
  }
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
