/**
 * Entries of a state as blocks of the record codec, and back.
 *
 * @module
 */
import { decode, encode, encodeObjects } from "../core/codec.ts"
import { corrupt } from "../core/codec_errors.ts"
import type { Fields } from "../rdd/state.ts"
import { type Chunk, type ChunkKind, chunkKind } from "./capture_format.ts"

const NO_BYTES = new Uint8Array()

/** Entries of one chunk, in the order of their numbers. */
interface Listed {
  /** What is done with the entries when the state is restored. */
  readonly kind: ChunkKind
  /** Empty for changed and deleted entries, which are identified by their numbers. */
  readonly keys: ArrayLike<unknown>
  /** Empty for deleted entries. */
  readonly values: ArrayLike<unknown>
  /** How many milliseconds before the batch time each entry was written. Empty: all were written by the batch itself. */
  readonly ages: ArrayLike<number>
}

/** Entries that are written. */
export interface Written extends Listed {
  /** Are overwritten. */
  readonly numbers: Float64Array
}

/** Entries that have been read. */
export interface Entries extends Listed {
  readonly numbers: Array<number>
  readonly keys: Array<unknown>
  readonly values: Array<unknown>
  readonly ages: Array<number>
}

/** Replaces numbers by how much each is higher than the one before, and the first one by 0. */
const toGaps = (numbers: Float64Array): Float64Array => {
  for (let i = numbers.length - 1; i > 0; i--) numbers[i]! -= numbers[i - 1]!
  numbers[0] = 0
  return numbers
}

const isZero = (numbers: ArrayLike<number>): boolean => {
  for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) return false
  return true
}

/** Encodes values. `fields` are the properties that need no checks. Throws `NotPortable`. */
export const encodeValues = (values: ArrayLike<unknown>, fields?: Fields): Uint8Array =>
  fields === undefined ? encode(values) : encodeObjects(fields.names, fields.columns(values))

/**
 * Encodes entries, which are not referred to afterwards. `fields` are the properties of values that need no checks. Throws
 * `NotPortable`.
 */
export const toChunk = ({ ages, keys, kind, numbers, values }: Written, fields?: Fields): Chunk => {
  const count = numbers.length
  const first = numbers[0] ?? 0
  const isDense = (numbers.at(-1) ?? 0) - first === count - 1
  return {
    kind,
    count,
    first,
    blocks: [
      isDense ? NO_BYTES : encode(toGaps(numbers)),
      keys.length === 0 ? NO_BYTES : encode(keys),
      values.length === 0 ? NO_BYTES : encodeValues(values, fields),
      isZero(ages) ? NO_BYTES : encode(ages),
    ],
  }
}

const listOf = (bytes: Uint8Array, count: number): Array<unknown> => {
  const items = count === 0 && bytes.length === 0 ? [] : decode(bytes)
  return items.length === count ? items : corrupt(`a chunk has ${items.length} items in place of ${count}`)
}

const numbersOf = (bytes: Uint8Array, count: number): Array<number> => {
  const items = listOf(bytes, count)
  const isNumbers = (items: Array<unknown>): items is Array<number> => items.every((item) => typeof item === "number")
  return isNumbers(items) ? items : corrupt("a chunk has no numbers")
}

/** The numbers that follow `first` with these gaps; with gaps of one where none are given. */
const sums = (first: number, gaps: Array<number> | undefined, count = gaps?.length ?? 0): Array<number> => {
  const numbers = gaps ?? []
  for (let i = 0, number = first; i < count; i++) {
    const gap = gaps === undefined ? 1 : gaps[i]!
    if (i > 0 && !(gap >= 1)) return corrupt("entries of a chunk are not in order")
    numbers[i] = i === 0 ? first : number += gap
  }
  return numbers
}

/** Decodes entries. Throws `CorruptBlock`. */
export const toEntries = ({ blocks, count, first, kind }: Chunk): Entries => {
  const [gaps, keys, values, ages] = blocks
  // A block holds at most eight items a byte, so the count is not trusted before a block of that many has been read.
  const items = kind === chunkKind.deleted ? [] : listOf(values, count)
  return {
    kind,
    numbers: gaps.length > 0 ? sums(first, numbersOf(gaps, count)) : sums(first, undefined, count),
    keys: kind === chunkKind.slice || kind === chunkKind.added ? listOf(keys, count) : [],
    values: items,
    ages: ages.length > 0 ? numbersOf(ages, count) : [],
  }
}
