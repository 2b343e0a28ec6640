/**
 * Saves records as CSV.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
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
import { columnsOf, writeCell } from "./cells.ts"
import { type CsvDialect, type Dialect, dialectOf, dialectProblem } from "./dialect.ts"
import { writeField } from "./fields.ts"

/** Options of {@link saveFiles} and {@link save}. */
export interface CsvSaveOptions<A> extends CsvDialect {
  /**
   * The schema that encodes the records: an object with a property for each column, or a tuple. Dates, bigints and bytes (in
   * Base64) become texts, lists and objects JSON. Without it, records are objects or lists of texts, numbers, bigints,
   * booleans, dates and nulls.
   */
  readonly schema?: RecordSchema<A> | undefined
}

type Row = ReadonlyArray<unknown>

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(u) === "[object Object]"

/** Makes a function that gives the values of a record in the order of the columns. */
const valuesOf = (names: ReadonlyArray<string> | undefined) => {
  const known = new Set(names)
  return (record: unknown): Row | Problem => {
    if (Array.isArray(record)) {
      return names === undefined || record.length === names.length
        ? record
        : new Problem(`it has ${record.length} fields, but there are ${names.length} columns`)
    }
    if (!isObject(record)) return new Problem(`expected an object or a list, but found ${describeValue(record)}`)
    if (names === undefined) return new Problem("the records before it are lists, and it is an object")
    const extra = Object.keys(record).find((name) => !known.has(name))
    return extra === undefined
      ? names.map((name) => Object.hasOwn(record, name) ? record[name] : undefined)
      : new Problem(`it has a property ${JSON.stringify(extra)}, which is no column; set the option columns`)
  }
}

const writeRow = (dialect: Dialect, hasSchema: boolean) => {
  const cell = (value: unknown): string | Problem => {
    const text = writeCell(value, hasSchema)
    return text === undefined ? dialect.nullValue : text instanceof Problem ? text : writeField(text, dialect)
  }
  return (values: Row): string | Problem => {
    const cells: Array<string> = []
    for (const value of values) {
      const text = cell(value)
      if (text instanceof Problem) return text
      cells.push(text)
    }
    return cells.join(dialect.sep) ||
      new Problem("its line would be empty, and a reader skips empty lines; set nullValue")
  }
}

const partOf = <A>(where: string, options: CsvSaveOptions<A>): PartFormat<A, UnwritableRecord> => {
  const { schema } = options
  const dialect = dialectOf(options)
  const columns = schema && columnsOf(schema)
  const encode = schema === undefined ? (record: A): unknown => record : encoderOf(Schema.toCodecJson(schema))
  const row = writeRow(dialect, schema !== undefined)
  const format = textPart<A>("CSV", ".csv", (records) => {
    const [example] = records
    const names = dialect.columns ??
      (schema !== undefined ? columns?.names : isObject(example) ? Object.keys(example) : undefined)
    const values = valuesOf(names)
    return {
      header: dialect.header && names !== undefined ? row(names) : undefined,
      toLine: (record) => {
        const encoded = encode(record)
        const found = encoded instanceof Problem ? encoded : values(encoded)
        return found instanceof Problem ? found : row(found)
      },
    }
  })
  const problem = dialectProblem(where, dialect)
  return problem === undefined ? format : { ...format, encode: () => Effect.die(problem) }
}

/**
 * Saves each batch as CSV, in a directory of its own.
 *
 * The directories are those of `DStream.saveAsTextFiles`: `prefix-<ms>` or `prefix-<ms>.suffix`, with a file `part-00000.csv`,
 * `part-00001.csv`, … for each partition. A batch that runs again replaces what it wrote before.
 *
 * Records are objects with a property for each column, or lists. The columns of objects are those of the option `columns`, of
 * the schema, or of the first record of the partition. With `header`, each file begins with their names. Lines end with `\n`.
 * A record or a header that would lose something fails the job with `UnwritableRecord`. Spark: `df.write.csv`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Csv from "@dstream/dstream/csv"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const counts = Testing.input<[string, number]>([[["to", 2], ["be", 1]]], { partitions: 1 })
 * const output = Csv.saveFiles(counts, `${folder}/counts`, "", { header: true, columns: ["word", "count"] })
 * await Effect.runPromise(Testing.runOutputs([output]))
 * const text = await Deno.readTextFile(`${folder}/counts-1000/part-00000.csv`)
 * assert.equal(text, "word,count\nto,2\nbe,1\n")
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveFiles: {
  <A>(
    prefix: string,
    suffix?: string,
    options?: CsvSaveOptions<A>,
  ): <E, R>(self: DStream<A, E, R>) => Output<E | FileError | UnwritableRecord, R>
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix?: string,
    options?: CsvSaveOptions<A>,
  ): Output<E | FileError | UnwritableRecord, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix = "",
    options: CsvSaveOptions<A> = {},
  ): Output<E | FileError | UnwritableRecord, R> =>
    saving("Csv.saveFiles", self, prefix, suffix, partOf("Csv.saveFiles", options), [dialectOf(options)]),
)

/**
 * Saves the records as CSV, in a directory with a file `part-00000.csv`, `part-00001.csv`, … for each partition.
 *
 * The directory is written as by `RDD.saveAsTextFile`, the files as by {@link saveFiles}. Spark: `df.write.csv`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Csv from "@dstream/dstream/csv"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const schema = Schema.Tuple([Schema.String, Schema.Date])
 * const program = Effect.gen(function* () {
 *   yield* RDD.parallelize([["epoch", new Date(0)]] as const).pipe(Csv.save(`${folder}/out`, { schema }))
 *   return yield* RDD.collect(Csv.read(`${folder}/out`, { schema }))
 * })
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), [["epoch", new Date(0)]])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const save: {
  <A>(
    path: string,
    options?: CsvSaveOptions<A> & SaveOptions,
  ): <E, R>(
    self: RDD<A, E, R>,
  ) => Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: CsvSaveOptions<A> & SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options: CsvSaveOptions<A> & SaveOptions = {},
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine> =>
    saveParts("Csv.save", self, path, partOf("Csv.save", options), options),
)
