/**
 * Lines of JSON as a format of files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describeCause } from "../../core/errors.ts"
import { formatOf } from "../../rdd/files/compression.ts"
import type { FileError } from "../../rdd/files/files.ts"
import { type FileFormat, makeFormat, readFormat } from "../../rdd/files/format.ts"
import { countLines, lineFlow } from "../../rdd/files/reading.ts"
import type { FileOptions } from "../../rdd/files/text.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { decode } from "../format/decoding.ts"
import { type MalformedOption, type MalformedRecord, type Nothing, nothing, Problem } from "../format/records.ts"
import { decoderOf, type RecordSchema } from "../format/schemas.ts"

/** Options of {@link lines} and {@link read}. */
export interface JsonOptions<A = unknown> extends MalformedOption {
  /**
   * The schema of the records, in the JSON form that `Schema.toCodecJson` gives it: dates are ISO texts, bigints texts of
   * digits, bytes texts in Base64. Without it, records are what `JSON.parse` gives. Spark: `schema`.
   */
  readonly schema?: RecordSchema<A> | undefined
}

const parserOf = <A>(schema: RecordSchema<A> | undefined): (line: string) => A | Problem | Nothing => {
  const decodeValue = schema === undefined ? (value: unknown) => value as A : decoderOf(Schema.toCodecJson(schema))
  return (line) => {
    try {
      return line.trim() === "" ? nothing : decodeValue(JSON.parse(line))
    } catch (cause) {
      return new Problem(describeCause(cause))
    }
  }
}

/**
 * Makes the format of files that have a JSON value on each line, for `DStream.fileStream`.
 *
 * The text is UTF-8, with or without a byte order mark; lines end with `\n`, `\r\n` or `\r`. Empty lines are skipped. Files
 * that end with `.gz`, `.zst` or `.deflate` are decompressed. Large files that are not compressed become several partitions.
 * Numbers are those of JavaScript: of integers with more than 15 digits the last ones may be lost.
 *
 * A line that is not JSON, or not what the schema asks for, is malformed. The option `malformed` says what happens to it.
 * Spark: `spark.read.json`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Json from "@dstream/dstream/json"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeTextFile(`${folder}/a.json`, '{"word":"to","at":"2026-01-01T00:00:00.000Z"}\n')
 * await Deno.utime(`${folder}/a.json`, 0.5, 0.5)
 * const schema = Schema.Struct({ word: Schema.String, at: Schema.Date })
 * const years = DStream.fileStream(folder, Json.lines({ schema }), { newFilesOnly: false }).pipe(
 *   DStream.map(({ at, word }) => [word, at.getUTCFullYear()]),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(years, { batches: 1 })), [[["to", 2026]]])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const lines = <A = unknown>(options: JsonOptions<A> = {}): FileFormat<A, FileError | MalformedRecord> => {
  const parse = parserOf(options.schema)
  return makeFormat({
    problem: undefined,
    isSplittable: ({ name }) => formatOf(name) === undefined,
    read: (file, from, to) =>
      decode(lineFlow(file, from, to), {
        path: file.path,
        parser: Effect.sync(() => {
          let isFirst = from === 0
          return (line) => {
            const text = isFirst ? line.replace(/^\uFEFF/, "") : line
            isFirst = false
            return parse(text)
          }
        }),
        linesOf: () => 1,
        linesBefore: Effect.suspend(() => countLines(file, from)),
        textOf: (line) => line,
        malformed: options.malformed ?? "fail",
      }),
  })
}

/**
 * Reads a file of JSON lines, or the files of a directory. The records are those of {@link lines}; files are found and
 * divided as by `RDD.textFile`. Spark: `spark.read.json`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Json from "@dstream/dstream/json"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeTextFile(file, '{"word":"to"}\nnot JSON\n{"word":"be"}\n')
 * const words = RDD.collect(Json.read(file, { malformed: "skip" }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(words, sc)), [{ word: "to" }, { word: "be" }])
 * await Deno.remove(file)
 * ```
 */
export const read = <A = unknown>(
  path: string,
  options: JsonOptions<A> & FileOptions = {},
): RDD<A, FileError | MalformedRecord> => readFormat("Json.read", path, lines(options), options)
