/**
 * Records as lines of JSON, the format of object files.
 *
 * Values that JSON has are written as plain JSON. Other values become an object with one key that starts with `$`:
 * `{"$bigint":"12"}`, `{"$date":"1970-01-01T00:00:00.000Z"}`, `{"$some":1}`, …
 *
 * @module
 */
import { CorruptBlock } from "./codec_errors.ts"
import { encode } from "./codec.ts"
import { fromJson } from "./json_reader.ts"
import { refused, toJson } from "./json_writer.ts"

/**
 * Encodes each record as one line of JSON, without a line end. Throws `NotPortable` for the same values as the record
 * codec.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { parseLine, toLines } from "./json_lines.ts"
 *
 * const [line] = toLines([["a", 1n]])
 * assert.equal(line, '["a",{"$bigint":"1"}]')
 * assert.deepEqual(parseLine('["a",{"$bigint":"1"}]'), ["a", 1n])
 * ```
 */
export const toLines = (records: ReadonlyArray<unknown>): Array<string> => {
  try {
    return Array.from(records, (record) => JSON.stringify(toJson(record, 0)))
  } catch (cause) {
    // The codec refuses the same values, and its error says where in the record the value is.
    if (cause === refused) encode(records)
    throw cause
  }
}

/**
 * Decodes the record of one line. Throws `CorruptBlock` for a line that {@link toLines} cannot have written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Option from "effect/Option"
 * import { parseLine } from "./json_lines.ts"
 *
 * assert.deepEqual(parseLine('{"$some":{"n":1}}'), Option.some({ n: 1 }))
 * assert.throws(() => parseLine('{"$other":1}'), /unknown tag \$other/)
 * ```
 */
export const parseLine = (line: string): unknown => {
  try {
    return fromJson(JSON.parse(line))
  } catch (cause) {
    throw cause instanceof CorruptBlock ? cause : new CorruptBlock({ problem: String(cause) })
  }
}
