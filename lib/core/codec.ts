/**
 * The record codec: records as bytes, for other isolates and for checkpoints.
 *
 * A block is a version byte, the texts of all strings, the number of records, then the records as a column.
 *
 * @module
 */
import { ByteReader } from "./codec_byte_reader.ts"
import { ByteWriter } from "./codec_byte_writer.ts"
import { ColumnReader } from "./codec_column_reader.ts"
import { ColumnWriter } from "./codec_column_writer.ts"
import { CorruptBlock, NotPortable } from "./codec_errors.ts"
import { toObjects } from "./codec_fields.ts"
import { column } from "./codec_format.ts"
import { ValueWriter } from "./codec_writer.ts"

export { CorruptBlock, NotPortable }

const version = 1

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
  const out = new ByteWriter()
  out.varint(records.length)
  return new ColumnWriter(out).write(records, 0) ? out.finish(version) : encodeEach(records)
}

/**
 * Encodes pairs that are given as two columns of one length. The bytes are those of {@link encode} for records
 * `[key, value]`, or decode to the same records.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { decode, encodePairs } from "./codec.ts"
 *
 * assert.deepEqual(decode(encodePairs(["a", "b"], [1, 2])), [["a", 1], ["b", 2]])
 * ```
 */
export function encodePairs(keys: ArrayLike<unknown>, values: ArrayLike<unknown>): Uint8Array {
  const out = new ByteWriter()
  out.varint(keys.length)
  if (keys.length > 0 && new ColumnWriter(out).pairs(keys, values)) return out.finish(version)
  return encodeEach(Array.from(keys, (key, i) => [key, values[i]]))
}

/**
 * Encodes plain objects that are given as the columns of their properties. The bytes are those of {@link encode} for the
 * objects, or decode to the same ones. Objects need not be checked then, which takes most of the time of `encode`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { decode, encodeObjects } from "./codec.ts"
 *
 * assert.deepEqual(decode(encodeObjects(["x", "y"], [[1, 3], [2, 4]])), [{ x: 1, y: 2 }, { x: 3, y: 4 }])
 * ```
 */
export function encodeObjects(
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<ArrayLike<unknown>>,
): Uint8Array {
  const count = columns[0]?.length ?? 0
  const out = new ByteWriter()
  out.varint(count)
  if (count > 0 && new ColumnWriter(out).objects(names, columns, 0)) return out.finish(version)
  return encodeEach(toObjects(names, columns, count))
}

/** Encodes records one by one. If one is not portable, the error has the path to the first of them. */
function encodeEach(records: ArrayLike<unknown>): Uint8Array {
  const out = new ByteWriter()
  const values = new ValueWriter(out)
  out.varint(records.length)
  out.byte(column.values)
  for (let i = 0; i < records.length; i++) {
    if (values.write(records[i], 0)) continue
    throw new NotPortable({ path: pathOf(i, values.trail), found: values.found })
  }
  return out.finish(version)
}

function pathOf(record: number, trail: ReadonlyArray<string>): string {
  const steps = trail.length <= 20 ? trail.toReversed() : [...trail.slice(-20).toReversed(), "…"]
  return `[${record}]${steps.join("")}`
}

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
  const from = new ByteReader(bytes, 1)
  // Each column takes at least a bit for each record.
  const count = from.count(1 / 8)
  const records = new ColumnReader(from).read(count, 0)
  from.end()
  return records
}
