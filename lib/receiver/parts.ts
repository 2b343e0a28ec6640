/**
 * The parts of a received block, and how a block is split where a batch takes only some of its records.
 *
 * @module
 */
import { type Block, fromArray } from "../rdd/block.ts"
import { type HeldBlock, isHeld } from "../rdd/storage.ts"

/** Some of the records of a received block. */
export interface Part {
  readonly block: Block<unknown>
  /** An estimate of the memory it takes, in bytes. */
  readonly weight: number
}

/** Where parts are kept. */
export interface PartStore {
  /** Takes the pieces of a part that was cut, in its place. */
  readonly replace: (part: Part, pieces: ReadonlyArray<Part>) => ReadonlyArray<Part>
}

/** Parts cut in two. */
export interface Split {
  readonly head: ReadonlyArray<Part>
  readonly rest: ReadonlyArray<Part>
  /** How many records the head has. */
  readonly records: number
}

/** The smallest number of records that a part is cut into, except for the first piece. */
const CHUNK = 1_024

/** Returns how many records the parts have, or a number of `limit` or more if they have as many. */
export const countUpTo = (parts: ReadonlyArray<Part>, limit: number): number => {
  let records = 0
  for (let i = 0; i < parts.length && records < limit; i++) records += parts[i]?.block.length ?? 0
  return records
}

/** Adds up the weights of parts. */
export const weightOf = (parts: ReadonlyArray<Part>): number => {
  let weight = 0
  for (const part of parts) weight += part.weight
  return weight
}

/** Cuts parts after a number of records. Only the part at the cut is read, and not even that if it is in a file. */
export const split = (parts: ReadonlyArray<Part>, limit: number, stored?: PartStore): Split => {
  let records = 0
  for (const [i, part] of parts.entries()) {
    const { length } = part.block
    if (records + length <= limit) {
      records += length
      continue
    }
    if (records === limit) return { head: parts.slice(0, i), rest: parts.slice(i), records }
    const [first, ...others] = pieces(part, limit - records, stored)
    const head = first === undefined ? parts.slice(0, i) : [...parts.slice(0, i), first]
    return { head, rest: others.concat(parts.slice(i + 1)), records: limit }
  }
  return { head: parts, rest: [], records }
}

const pieces = (part: Part, first: number, stored: PartStore | undefined): ReadonlyArray<Part> => {
  const { block } = part
  if (isHeld(block) && !block.isInMemory) return inFile(block, part.weight, first)
  const cut = chunks(part, first)
  return stored === undefined ? cut : stored.replace(part, cut)
}

/** Two pieces of a part that is in a file. */
const inFile = (block: HeldBlock, weight: number, first: number): ReadonlyArray<Part> => {
  const share = Math.round(weight * first / block.length)
  return [
    { block: block.part(0, first), weight: share },
    { block: block.part(first, block.length), weight: weight - share },
  ]
}

/**
 * Cuts a part into a piece of `first` records and as many others as it takes. All pieces are copied at once, so that
 * the records of the first one can be released before the others are.
 */
const chunks = ({ block, weight }: Part, first: number): ReadonlyArray<Part> => {
  const { length, records } = block
  const size = Math.max(first, CHUNK)
  const pieces: Array<Part> = []
  let left = weight
  for (let from = 0, to = first; from < length; from = to, to = from + size) {
    const end = Math.min(to, length)
    const share = end === length ? left : Math.round(weight * (end - from) / length)
    left -= share
    pieces.push({ block: fromArray(records.slice(from, end)), weight: share })
  }
  return pieces
}
