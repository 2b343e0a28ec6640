/**
 * Saves records as lines of JSON.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describeCause } from "../../core/errors.ts"
import { dual } from "../../core/dual.ts"
import { describeValue } from "../../core/describe_value.ts"
import { type DStream, isDStream } from "../../dstream/dstream.ts"
import type { Output } from "../../dstream/outputs/output.ts"
import { saving } from "../../dstream/outputs/saving.ts"
import { save as saveParts, type SaveOptions } from "../../rdd/actions/saving.ts"
import type { ActionError, Engine } from "../../rdd/engine.ts"
import type { FileError } from "../../rdd/files/files.ts"
import type { PartFormat } from "../../rdd/files/parts.ts"
import { isRDD, type RDD } from "../../rdd/rdd.ts"
import { Problem, type UnwritableRecord } from "../format/records.ts"
import { textPart } from "../format/saving.ts"
import { encoderOf, type RecordSchema } from "../format/schemas.ts"

/** Options of {@link saveFiles} and {@link save}. */
export interface JsonSaveOptions<A> {
  /**
   * The schema that encodes the records, in the JSON form that `Schema.toCodecJson` gives it. Without it, records are what
   * JSON has, and dates, which become texts.
   */
  readonly schema?: RecordSchema<A> | undefined
}

/** Refuses what `JSON.stringify` would leave out or change without a word. */
function check(this: unknown, name: string, value: unknown): unknown {
  const refuse = (what: string) => {
    const where = name === "" ? "" : ` in ${JSON.stringify(name)}`
    return new TypeError(`JSON has no ${what}${where}; encode the records with a schema`)
  }
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) throw refuse(String(value))
      break
    case "bigint":
    case "function":
    case "symbol":
      throw refuse(typeof value)
    case "undefined":
      // In an object the property is left out. In an array it would become null.
      if (Array.isArray(this) || name === "") throw refuse("undefined")
      break
    case "object": {
      const tag = Object.prototype.toString.call(value)
      if (!/^\[object (?:Object|Array|Null)\]$/.test(tag)) throw refuse(`form for an ${describeValue(value)}`)
    }
  }
  return value
}

const toJson = (value: unknown): string | Problem => {
  try {
    return JSON.stringify(value, check)
  } catch (cause) {
    return new Problem(describeCause(cause))
  }
}

const partOf = <A>({ schema }: JsonSaveOptions<A>): PartFormat<A, UnwritableRecord> => {
  const encode = schema === undefined ? (record: A): unknown => record : encoderOf(Schema.toCodecJson(schema))
  const toLine = (record: A) => {
    const value = encode(record)
    return value instanceof Problem ? value : toJson(value)
  }
  return textPart("JSON", ".json", () => ({ header: undefined, toLine }))
}

/**
 * Saves each batch as JSON lines, in a directory of its own.
 *
 * The directories are those of `DStream.saveAsTextFiles`: `prefix-<ms>` or `prefix-<ms>.suffix`, with a file `part-00000.json`,
 * `part-00001.json`, … for each partition. A batch that runs again replaces what it wrote before. A record that would lose
 * something fails the job with `UnwritableRecord`. Spark: `df.write.json`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Json from "@dstream/dstream/json"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const output = Testing.input([["to", "be"]], { partitions: 1 }).pipe(
 *   DStream.map((word) => ({ word, length: word.length })),
 *   Json.saveFiles(`${folder}/words`),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 * const text = await Deno.readTextFile(`${folder}/words-1000/part-00000.json`)
 * assert.equal(text, '{"word":"to","length":2}\n{"word":"be","length":2}\n')
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveFiles: {
  <A>(
    prefix: string,
    suffix?: string,
    options?: JsonSaveOptions<A>,
  ): <E, R>(self: DStream<A, E, R>) => Output<E | FileError | UnwritableRecord, R>
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix?: string,
    options?: JsonSaveOptions<A>,
  ): Output<E | FileError | UnwritableRecord, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix = "",
    options: JsonSaveOptions<A> = {},
  ): Output<E | FileError | UnwritableRecord, R> => saving("Json.saveFiles", self, prefix, suffix, partOf(options)),
)

/**
 * Saves the records as JSON lines, in a directory with a file `part-00000.json`, `part-00001.json`, … for each partition.
 *
 * The directory is written as by `RDD.saveAsTextFile`. A record that would lose something fails the job with
 * `UnwritableRecord`. Spark: `df.write.json`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Json from "@dstream/dstream/json"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const schema = Schema.Struct({ id: Schema.BigInt, at: Schema.Date })
 * const program = Effect.gen(function* () {
 *   yield* RDD.parallelize([{ id: 1n, at: new Date(0) }]).pipe(Json.save(`${folder}/out`, { schema }))
 *   return yield* RDD.collect(Json.read(`${folder}/out`, { schema }))
 * })
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), [{ id: 1n, at: new Date(0) }])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const save: {
  <A>(
    path: string,
    options?: JsonSaveOptions<A> & SaveOptions,
  ): <E, R>(
    self: RDD<A, E, R>,
  ) => Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: JsonSaveOptions<A> & SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options: JsonSaveOptions<A> & SaveOptions = {},
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine> =>
    saveParts("Json.save", self, path, partOf(options), options),
)
