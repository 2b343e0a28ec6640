/**
 * The record codec: records as bytes, for other isolates and for checkpoints.
 *
 * A block is a version byte, a layout byte, the texts of all strings, then the records: one column for records that are
 * all strings or all numbers, two columns for pairs of these, and tagged values for anything else.
 *
 * @module
 */
import { ByteReader, ByteWriter } from "./codec_bytes.ts"
import { readColumn, writeColumn } from "./codec_columns.ts"
import { CorruptBlock, NotPortable } from "./codec_errors.ts"
import { ValueReader } from "./codec_reader.ts"
import { ValueWriter } from "./codec_writer.ts"

export { CorruptBlock, NotPortable }

const version = 1
const layout = { values: 0, column: 1, pairs: 2 } as const

/**
 * Encodes records into bytes of their own, ready to be transferred.
 *
 * Portable are `null`, `undefined`, booleans, numbers (`NaN`, `-0` and infinities exactly), bigints, strings, dates,
 * `ArrayBuffer`s and typed arrays, and arrays, plain objects, `Map`s, `Set`s, `Option`s and `Result`s of these. Holes in
 * arrays become `undefined`, named properties of arrays are dropped, and a value found in two places becomes two copies.
 * Anything else throws {@link NotPortable}: functions, symbols, instances of other classes, accessors, values that contain
 * themselves, and nesting beyond 500 levels.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { decode, encode } from "./codec.ts"
 *
 * assert.deepEqual(decode(encode([["a", 1], ["b", -0]])), [["a", 1], ["b", -0]])
 * ```
 */
export function encode(records: ArrayLike<unknown>): Uint8Array {
  const columns = encodeColumns(records)
  if (columns !== undefined) return columns
  const out = new ByteWriter()
  const values = new ValueWriter(out)
  out.varint(records.length)
  for (let i = 0; i < records.length; i++) {
    if (values.write(records[i], 0)) continue
    throw new NotPortable({ path: pathOf(i, values.trail), found: values.found })
  }
  return out.finish(version, layout.values)
}

function pathOf(record: number, trail: ReadonlyArray<string>): string {
  const steps = trail.length <= 20 ? trail.toReversed() : [...trail.slice(-20).toReversed(), "…"]
  return `[${record}]${steps.join("")}`
}

function encodeColumns(records: ArrayLike<unknown>): Uint8Array | undefined {
  const out = new ByteWriter()
  const first = records[0]
  if (typeof first === "string" || typeof first === "number") {
    return writeColumn(out, records) ? out.finish(version, layout.column) : undefined
  }
  if (!isPair(first)) return undefined
  const keys: Array<unknown> = []
  const values: Array<unknown> = []
  for (let i = 0; i < records.length; i++) {
    const record = records[i]
    if (!isPair(record)) return undefined
    keys.push(record[0])
    values.push(record[1])
  }
  return writeColumn(out, keys) && writeColumn(out, values) ? out.finish(version, layout.pairs) : undefined
}

const isPair = (record: unknown): record is [unknown, unknown] =>
  Array.isArray(record) && record.length === 2 && Object.getPrototypeOf(record) === Array.prototype

/**
 * Decodes records from the bytes that {@link encode} made. Throws {@link CorruptBlock} when they are anything else; it
 * then has neither read beyond them nor allocated more than a small multiple of their length.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Option from "effect/Option"
 * import { decode, encode } from "./codec.ts"
 *
 * assert.deepEqual(decode(encode([Option.some(1n), new Date(0)])), [Option.some(1n), new Date(0)])
 * ```
 */
export function decode(bytes: Uint8Array): Array<unknown> {
  if (bytes.length === 0) throw new CorruptBlock({ problem: "it is empty" })
  if (bytes[0] !== version) throw new CorruptBlock({ problem: `it is of version ${bytes[0]}, not ${version}` })
  const from = new ByteReader(bytes, 2)
  const records = decodeRecords(bytes[1], from)
  from.end()
  return records
}

function decodeRecords(kind: number | undefined, from: ByteReader): Array<unknown> {
  switch (kind) {
    case layout.values: {
      const values = new ValueReader(from)
      const records: Array<unknown> = []
      for (let count = from.count(1); count > 0; count--) records.push(values.read(0))
      return records
    }
    case layout.column:
      return readColumn(from)
    case layout.pairs: {
      const records = readColumn(from)
      const values = readColumn(from)
      if (values.length !== records.length) throw new CorruptBlock({ problem: "its columns differ in length" })
      for (let i = 0; i < records.length; i++) records[i] = [records[i], values[i]]
      return records
    }
  }
  throw new CorruptBlock({ problem: `there is no layout ${kind}` })
}
