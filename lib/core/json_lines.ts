/**
 * Records as lines of JSON: what object files hold.
 *
 * Plain JSON where that is enough. Anything else that a record may hold is an object with one key that starts with `$`:
 * `{"$bigint":"12"}`, `{"$date":"1970-01-01T00:00:00.000Z"}`, `{"$some":1}`, …
 *
 * @module
 */
import { CorruptBlock } from "./codec_errors.ts"
import { encode } from "./codec.ts"
import { fromJson } from "./json_reader.ts"
import { refused, toJson } from "./json_writer.ts"

/**
 * Each record as one line, without its end. Throws `NotPortable` for what the record codec refuses as well.
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
    if (cause === refused) encode(records)
    throw cause
  }
}

/**
 * The record of a line. Throws `CorruptBlock` for what {@link toLines} does not write.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Option from "effect/Option"
 * import { parseLine } from "./json_lines.ts"
 *
 * assert.deepEqual(parseLine('{"$some":{"n":1}}'), Option.some({ n: 1 }))
 * assert.throws(() => parseLine('{"$other":1}'), /there is no \$other/)
 * ```
 */
export const parseLine = (line: string): unknown => {
  try {
    return fromJson(JSON.parse(line))
  } catch (cause) {
    throw cause instanceof CorruptBlock ? cause : new CorruptBlock({ problem: String(cause) })
  }
}
