/**
 * CSV as a format of files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { InvalidOption } from "../../core/errors.ts"
import { type Chunks, formatOf } from "../../rdd/files/compression.ts"
import { type FileEntry, FileError } from "../../rdd/files/files.ts"
import { type FileFormat, makeFormat, readFormat } from "../../rdd/files/format.ts"
import { countLines, lineFlow, openFile } from "../../rdd/files/reading.ts"
import type { FileOptions } from "../../rdd/files/text.ts"
import * as Block from "../../rdd/block.ts"
import { Flow, type Pull } from "../../rdd/flow.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { decode } from "../format/decoding.ts"
import { type MalformedOption, MalformedRecord, type Nothing, nothing, Problem } from "../format/records.ts"
import type { RecordSchema } from "../format/schemas.ts"
import { type CsvDialect, dialectOf, dialectProblem } from "./dialect.ts"
import { headerOf, type RowFormat, rowFormatOf, rowParser } from "./parsing.ts"
import { RowSplitter } from "./splitter.ts"

/** Options of {@link rows} and {@link read}. */
export interface CsvOptions extends CsvDialect, MalformedOption {
  /**
   * Whether quoted fields may have line ends in them. Default: true, and a file is one partition. With false, each line is a
   * row, and large files become several partitions. Spark: `multiLine`, with the default false.
   */
  readonly multiLine?: boolean | undefined
}

/** Options of {@link rows} and {@link read} for records with a schema. */
export interface CsvSchemaOptions<A> extends CsvOptions {
  /**
   * The schema of the records: an object with a property for each column, or a tuple. Numbers, booleans, dates, bigints and
   * bytes (in Base64) are read from their texts, lists and objects from JSON. Columns are found by their names, if there is a
   * header or the option `columns`; without names, the properties of the schema are the columns in their order. Columns that
   * the schema does not have are left out. Spark: `schema`.
   */
  readonly schema: RecordSchema<A>
}

/** Options of {@link rows} and {@link read} for records with names. */
export type CsvNamedOptions =
  & CsvOptions
  & ({ readonly header: true } | { readonly columns: ReadonlyArray<string> })

/** Options of {@link rows} and {@link read} for records without names. */
export interface CsvListOptions extends CsvOptions {
  /** Files without a header. */
  readonly header?: false | undefined
  /** No names. */
  readonly columns?: undefined
}

/** A row of a CSV file as texts: by name, or as a list if there are no names. */
export type CsvRow = Readonly<Record<string, string>> | ReadonlyArray<string>

/** The longest text that waits for a line end, in characters. */
const MAX_WAITING = 256 * 1024 * 1024

const withoutMark = (text: string): string => text.startsWith("\uFEFF") ? text.slice(1) : text

/** The rows of a file, where quoted fields may have line ends. */
const rowFlow = ({ path }: FileEntry, { dialect }: RowFormat<unknown>): Flow<string, FileError> => {
  const open = (chunks: Chunks): Pull<string, FileError> => {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
    let isStart = true
    const splitter = new RowSplitter(dialect)
    let isOver = false
    const pull: Pull<string, FileError> = Effect.suspend(() => {
      if (isOver) return Effect.succeed(undefined)
      if (splitter.waiting > MAX_WAITING) {
        const cause = `a line is longer than ${MAX_WAITING} characters`
        return Effect.fail(new FileError({ path, operation: "read", reason: "Other", cause }))
      }
      return Effect.flatMap(chunks, (chunk) => {
        const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
        // A quote behind a byte order mark begins a field.
        const complete = splitter.push(isStart ? withoutMark(text) : text)
        if (text !== "") isStart = false
        isOver = chunk === undefined
        const rows = isOver ? complete.concat(splitter.finish()) : complete
        return rows.length === 0 ? pull : Effect.succeed(Block.fromArray(rows))
      })
    })
    return pull
  }
  return new Flow<string, FileError>(Effect.map(openFile(path), open))
}

/** Reads the header of a file whose other lines are read elsewhere. */
const readHeader = (
  file: FileEntry,
  { dialect }: RowFormat<unknown>,
): Effect.Effect<ReadonlyArray<string> | undefined, FileError | MalformedRecord> =>
  Effect.scoped(Effect.gen(function* () {
    const pull = yield* lineFlow(file, 0, file.size).open
    const header = headerOf(dialect)
    let line = 0
    for (let block = yield* pull; block !== undefined; block = yield* pull) {
      for (const row of block.records) {
        const names = header(line++ === 0 ? withoutMark(row) : row)
        if (names instanceof Problem) {
          return yield* Effect.fail(new MalformedRecord({ path: file.path, line, problem: names.text, text: row }))
        }
        if (names !== undefined) return names
      }
    }
    return undefined
  }))

/**
 * Parses rows, of which the first may be the header. `hasMark` says whether the first may begin with a byte order mark.
 */
const parserFromStart = <A>(format: RowFormat<A>, hasMark: boolean): (row: string) => A | Problem | Nothing => {
  const header = headerOf(format.dialect)
  let parse = format.dialect.header ? undefined : rowParser(format, undefined)
  let isFirst = hasMark
  return (row) => {
    const text = isFirst ? withoutMark(row) : row
    isFirst = false
    if (parse !== undefined) return parse(text)
    const names = header(text)
    if (names instanceof Problem) return new Problem(names.text, true)
    if (names !== undefined) parse = rowParser(format, names)
    return nothing
  }
}

const BREAKS = /\r\n|\n|\r/g

const formatOfRows = <A>(
  where: string,
  options: CsvOptions & { readonly schema?: RecordSchema<A> | undefined },
): FileFormat<A, FileError | MalformedRecord> => {
  const { malformed = "fail", multiLine = true, schema } = options
  const format = rowFormatOf(dialectOf(options), schema)
  const { columns, dialect } = format
  const noColumns = schema === undefined || columns !== undefined ? undefined : new InvalidOption({
    where,
    option: "schema",
    value: schema.ast._tag,
    expected: "a schema of objects or tuples",
  })
  const readRange = (file: FileEntry, from: number, to: number) =>
    decode(multiLine ? rowFlow(file, format) : lineFlow(file, from, to), {
      path: file.path,
      parser: from > 0 && dialect.header
        ? Effect.map(readHeader(file, format), (names) => rowParser(format, names))
        : Effect.sync(() => parserFromStart(format, !multiLine && from === 0)),
      linesOf: multiLine ? (row) => 1 + (row.match(BREAKS)?.length ?? 0) : () => 1,
      linesBefore: Effect.suspend(() => countLines(file, from)),
      textOf: (row) => row,
      malformed,
    })
  return makeFormat({
    problem: dialectProblem(where, dialect) ?? noColumns,
    isSplittable: ({ name }) => !multiLine && formatOf(name) === undefined,
    read: readRange,
  })
}

/**
 * Makes the format of CSV files, for `DStream.fileStream`.
 *
 * Records are objects of texts, by the names in the header or in the option `columns`; without names they are lists of texts.
 * With a schema, its decoder makes the records. Options and defaults are those of Spark, but for `escape`, `multiLine` and
 * `malformed`.
 *
 * The text is UTF-8, with or without a byte order mark; lines end with `\n`, `\r\n` or `\r`. Empty lines are skipped. Files
 * that end with `.gz`, `.zst` or `.deflate` are decompressed. Files are read in pieces, so they may be larger than the memory.
 * To read large files in several partitions, set `multiLine` to false.
 *
 * A row is malformed if it has more or fewer fields than there are columns, if a quote is not closed or text follows a
 * closing quote, or if the schema refuses it. The option `malformed` says what happens to it. A quote that is not closed
 * costs the line that it is on; the lines behind it are rows again. A header with a problem fails the job. Spark:
 * `spark.read.csv`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Csv from "@dstream/dstream/csv"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeTextFile(`${folder}/a.csv`, 'city,people\n"Paris, France",2100000\n')
 * await Deno.utime(`${folder}/a.csv`, 0.5, 0.5)
 * const schema = Schema.Struct({ city: Schema.String, people: Schema.Number })
 * const cities = DStream.fileStream(folder, Csv.rows({ header: true, schema }), { newFilesOnly: false })
 * assert.deepEqual(await Effect.runPromise(Testing.run(cities, { batches: 1 })), [
 *   [{ city: "Paris, France", people: 2100000 }],
 * ])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const rows: {
  <A>(options: CsvSchemaOptions<A>): FileFormat<A, FileError | MalformedRecord>
  (options: CsvNamedOptions): FileFormat<Readonly<Record<string, string>>, FileError | MalformedRecord>
  (options?: CsvListOptions): FileFormat<ReadonlyArray<string>, FileError | MalformedRecord>
  (options: CsvOptions): FileFormat<CsvRow, FileError | MalformedRecord>
} = (options: CsvOptions = {}): FileFormat<never, FileError | MalformedRecord> => formatOfRows("Csv.rows", options)

/**
 * Reads a CSV file, or the files of a directory. The records are those of {@link rows}; files are found and divided as by
 * `RDD.textFile`. Spark: `spark.read.csv`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Csv from "@dstream/dstream/csv"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeTextFile(file, "city;people\nParis;2100000\n")
 * const cities = Csv.read(file, { header: true, sep: ";" }).pipe(RDD.map(({ city }) => city), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(cities, sc)), ["Paris"])
 * await Deno.remove(file)
 * ```
 */
export const read: {
  <A>(path: string, options: CsvSchemaOptions<A> & FileOptions): RDD<A, FileError | MalformedRecord>
  (path: string, options: CsvNamedOptions & FileOptions): RDD<
    Readonly<Record<string, string>>,
    FileError | MalformedRecord
  >
  (path: string, options?: CsvListOptions & FileOptions): RDD<ReadonlyArray<string>, FileError | MalformedRecord>
  (path: string, options: CsvOptions & FileOptions): RDD<CsvRow, FileError | MalformedRecord>
} = (path: string, options: CsvOptions & FileOptions = {}): RDD<never, FileError | MalformedRecord> =>
  readFormat("Csv.read", path, formatOfRows("Csv.read", options), options)
