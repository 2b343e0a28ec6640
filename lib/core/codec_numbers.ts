/**
 * Columns of numbers in the record codec.
 *
 * Whole numbers take 1, 2 or 4 bytes each, whichever holds them all. Larger ones that lie close together, such as times,
 * are written as distances from the least of them. All other numbers are doubles.
 *
 * @module
 */
import type { ByteReader } from "./codec_byte_reader.ts"
import type { ByteWriter } from "./codec_byte_writer.ts"
import { CorruptBlock } from "./codec_errors.ts"
import { column } from "./codec_format.ts"

/** Items as doubles, if all of them are numbers. */
export function toDoubles(items: ArrayLike<unknown>): Float64Array | undefined {
  if (items instanceof Float64Array) return items
  const doubles = new Float64Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item !== "number") return undefined
    doubles[i] = item
  }
  return doubles
}

/** The least and the greatest of some numbers; undefined if one of them is not a safe integer, or is -0. */
const rangeOf = (items: Float64Array): readonly [low: number, high: number] | undefined => {
  let low = items[0]!
  let high = low
  for (let i = 0; i < items.length; i++) {
    const n = items[i]!
    if ((n | 0) !== n ? !Number.isSafeInteger(n) : n === 0 && 1 / n < 0) return undefined
    if (n < low) low = n
    if (n > high) high = n
  }
  return [low, high]
}

/** Writes a column of at least one number. */
export function writeNumbers(out: ByteWriter, items: Float64Array): void {
  const range = rangeOf(items)
  const [low, high] = range ?? [NaN, NaN]
  if (low >= -0x8000_0000 && high < 0x8000_0000) {
    out.byte(column.integers)
    writeIntegers(out, items, low, high)
  } else if (high - low < 0x1_0000_0000) {
    out.byte(column.distances)
    out.double(low)
    writeDistances(out, items, low, high - low)
  } else {
    out.byte(column.doubles)
    out.raw(items)
  }
}

function writeIntegers(out: ByteWriter, items: Float64Array, low: number, high: number): void {
  const width = low >= -0x80 && high < 0x80 ? 1 : low >= -0x8000 && high < 0x8000 ? 2 : 4
  out.byte(width)
  out.integers(items, width, 0)
}

function writeDistances(out: ByteWriter, items: Float64Array, low: number, most: number): void {
  const width = most < 0x100 ? 1 : most < 0x1_0000 ? 2 : 4
  out.byte(width)
  out.integers(items, width, low)
}

/** Reads the numbers of a column. */
export function readNumbers(from: ByteReader, kind: number, count: number): Array<number> {
  switch (kind) {
    case column.integers:
      return toArray(readIntegers(from, count))
    case column.distances:
      return readDistances(from, count)
    case column.doubles:
      return toArray(new Float64Array(from.raw(count * 8)))
  }
  throw new CorruptBlock({ problem: `there is no column of kind ${kind}` })
}

function toArray(numbers: ArrayLike<number>): Array<number> {
  const items: Array<number> = []
  for (let i = 0; i < numbers.length; i++) items.push(numbers[i]!)
  return items
}

function readIntegers(from: ByteReader, count: number): Int8Array | Int16Array | Int32Array {
  switch (from.byte()) {
    case 1:
      return new Int8Array(from.raw(count))
    case 2:
      return new Int16Array(from.raw(count * 2))
    case 4:
      return new Int32Array(from.raw(count * 4))
  }
  throw new CorruptBlock({ problem: "a column has no width" })
}

function readDistances(from: ByteReader, count: number): Array<number> {
  const low = from.double()
  const distances = readLengths(from, count)
  const items: Array<number> = []
  for (let i = 0; i < distances.length; i++) items.push(low + distances[i]!)
  return items
}

/** Writes the lengths of strings. */
export function writeLengths(out: ByteWriter, lengths: Float64Array): void {
  let most = 0
  for (let i = 0; i < lengths.length; i++) if (lengths[i]! > most) most = lengths[i]!
  writeDistances(out, lengths, 0, most)
}

/** Reads the lengths of strings. */
export function readLengths(from: ByteReader, count: number): ArrayLike<number> {
  switch (from.byte()) {
    case 1:
      return new Uint8Array(from.raw(count))
    case 2:
      return new Uint16Array(from.raw(count * 2))
    case 4:
      return new Uint32Array(from.raw(count * 4))
  }
  throw new CorruptBlock({ problem: "a column has no width" })
}
