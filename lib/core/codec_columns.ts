/**
 * Columns of strings or numbers in the record codec.
 *
 * @module
 */
import type { ByteReader, ByteWriter } from "./codec_bytes.ts"
import { CorruptBlock } from "./codec_errors.ts"

const kinds = { strings: 0, integers: 1, doubles: 2 } as const

/**
 * Writes a column, if all its items are strings or all are numbers; otherwise answers `false`, and the writer is spoilt.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader, ByteWriter } from "./codec_bytes.ts"
 * import { readColumn, writeColumn } from "./codec_columns.ts"
 *
 * const writer = new ByteWriter()
 * assert(writeColumn(writer, [1, 2.5]))
 * assert.deepEqual(readColumn(new ByteReader(writer.finish(), 0)), [1, 2.5])
 * assert(!writeColumn(new ByteWriter(), [1, "2"]))
 * ```
 */
export function writeColumn(out: ByteWriter, items: ArrayLike<unknown>): boolean {
  return typeof items[0] === "string" ? writeStrings(out, items) : writeNumbers(out, items)
}

function writeStrings(out: ByteWriter, items: ArrayLike<unknown>): boolean {
  const lengths = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item !== "string") return false
    lengths[i] = item.length
    out.text(item)
  }
  out.byte(kinds.strings)
  writeIntegers(out, lengths)
  return true
}

function writeNumbers(out: ByteWriter, items: ArrayLike<unknown>): boolean {
  const integers = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item !== "number") return false
    if ((item | 0) !== item || Object.is(item, -0)) return writeDoubles(out, items)
    integers[i] = item
  }
  out.byte(kinds.integers)
  writeIntegers(out, integers)
  return true
}

function writeDoubles(out: ByteWriter, items: ArrayLike<unknown>): boolean {
  const doubles = new Float64Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item !== "number") return false
    doubles[i] = item
  }
  out.byte(kinds.doubles)
  out.varint(doubles.length)
  out.raw(doubles)
  return true
}

/** In the narrowest of 1, 2 or 4 bytes that holds them all. */
function writeIntegers(out: ByteWriter, integers: Int32Array): void {
  let low = 0
  let high = 0
  for (let i = 0; i < integers.length; i++) {
    const n = integers[i]!
    if (n < low) low = n
    if (n > high) high = n
  }
  const width = low >= -0x80 && high < 0x80 ? 1 : low >= -0x8000 && high < 0x8000 ? 2 : 4
  out.varint(integers.length)
  out.byte(width)
  out.raw(width === 1 ? Int8Array.from(integers) : width === 2 ? Int16Array.from(integers) : integers)
}

/**
 * Reads a column that {@link writeColumn} wrote. Throws {@link CorruptBlock}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { ByteReader, ByteWriter } from "./codec_bytes.ts"
 * import { readColumn, writeColumn } from "./codec_columns.ts"
 *
 * const writer = new ByteWriter()
 * assert(writeColumn(writer, ["a", ""]))
 * assert.deepEqual(readColumn(new ByteReader(writer.finish(), 0)), ["a", ""])
 * ```
 */
export function readColumn(from: ByteReader): Array<unknown> {
  const kind = from.byte()
  if (kind === kinds.doubles) return toArray(new Float64Array(from.raw(from.count(8) * 8)))
  if (kind === kinds.integers) return toArray(readIntegers(from))
  if (kind !== kinds.strings) throw new CorruptBlock({ problem: `there is no column of kind ${kind}` })
  const lengths = readIntegers(from)
  const items: Array<string> = []
  for (let i = 0; i < lengths.length; i++) items.push(from.text(lengths[i]!))
  return items
}

function toArray(column: ArrayLike<number>): Array<number> {
  const items: Array<number> = []
  for (let i = 0; i < column.length; i++) items.push(column[i]!)
  return items
}

function readIntegers(from: ByteReader): Int8Array | Int16Array | Int32Array {
  const count = from.count(1)
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
