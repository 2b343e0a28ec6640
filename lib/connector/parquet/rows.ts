/**
 * Parquet as a format of files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { showRecord } from "../../core/show.ts"
import * as Block from "../../rdd/block.ts"
import { Flow, type Pull } from "../../rdd/flow.ts"
import { type FileEntry, FileError } from "../../rdd/files/files.ts"
import { type FileFormat, makeFormat, readFormat } from "../../rdd/files/format.ts"
import type { FileOptions } from "../../rdd/files/text.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { decode } from "../format/decoding.ts"
import type { MalformedOption, MalformedRecord, Problem } from "../format/records.ts"
import { decoderOf, type RecordSchema } from "../format/schemas.ts"
import { openParquet, type ParquetFile } from "./file.ts"
import { fitter, type Shape, shapeOf } from "./shapes.ts"

/** A row of a Parquet file: the values of its columns by name. */
export type ParquetRow = Readonly<Record<string, unknown>>

/** Options of {@link rows} and {@link read}. */
export interface ParquetOptions<A = ParquetRow> extends MalformedOption {
  /** The columns to read. Default: those of the schema, or all. Other columns are not fetched. Spark: `select`. */
  readonly columns?: ReadonlyArray<string> | undefined
  /**
   * The schema of the records. Its encoded side is what the file has: texts, numbers, bigints, booleans, dates, bytes, lists
   * and objects. Without it, records are objects with these values. Spark: `schema`.
   */
  readonly schema?: RecordSchema<A> | undefined
}

/** The columns to read of a file. Columns of the schema that it does not have are left out: the schema decides. */
const columnsOf = (
  { path }: FileEntry,
  { columns: found }: ParquetFile,
  columns: ReadonlyArray<string> | undefined,
  shape: Shape | undefined,
): Effect.Effect<ReadonlyArray<string>, FileError> => {
  if (columns !== undefined) {
    const missing = columns.find((name) => !found.includes(name))
    if (missing === undefined) return Effect.succeed(columns)
    const cause = `it has no column ${JSON.stringify(missing)}, but ${
      found.map((name) => JSON.stringify(name)).join(", ")
    }`
    return Effect.fail(new FileError({ path, operation: "read", reason: "Other", cause }))
  }
  if (shape?.kind !== "object") return Effect.succeed(found)
  const wanted = new Set(shape.properties.map(([name]) => name))
  return Effect.succeed(found.filter((name) => wanted.has(name)))
}

const parserOf = <A>(
  schema: RecordSchema<A> | undefined,
  shape: Shape | undefined,
): (row: ParquetRow) => A | Problem => {
  if (schema === undefined || shape === undefined) return (row) => row as A
  const decodeRow = decoderOf(schema)
  const fit = fitter(shape)
  return (row) => decodeRow(fit(row))
}

/**
 * Makes the format of Parquet files, for `DStream.fileStream`.
 *
 * A file is read by ranges: its footer, and then the columns that are needed, one row group after another. A partition has the
 * row groups whose middle is in its range of bytes, as in Spark, so large files become several partitions. A row group is
 * decoded at once, and must fit into the memory. All codecs of Parquet but LZO are read.
 *
 * 64-bit integers are bigints, timestamps and dates are dates, decimals are numbers, and missing values are null. With a
 * schema, 64-bit integers become numbers where it asks for numbers, and missing values missing properties where it asks for
 * optional ones. Digits below the millisecond are lost, and those of decimals beyond the 15th or so. Spark:
 * `spark.read.parquet`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, SparkContext } from "@dstream/dstream"
 * import * as Parquet from "@dstream/dstream/parquet"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const schema = Schema.Struct({ word: Schema.String, count: Schema.Int })
 * const save = RDD.parallelize([{ word: "to", count: 2 }], { partitions: 1 }).pipe(
 *   Parquet.save(`${folder}/out`, { schema }),
 * )
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * await Effect.runPromise(Effect.provide(save, sc))
 * await Deno.utime(`${folder}/out/part-00000.parquet`, 0.5, 0.5)
 * const rows = DStream.fileStream(`${folder}/out`, Parquet.rows({ schema }), { newFilesOnly: false })
 * assert.deepEqual(await Effect.runPromise(Testing.run(rows, { batches: 1 })), [[{ word: "to", count: 2 }]])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const rows = <A = ParquetRow>(options: ParquetOptions<A> = {}): FileFormat<A, FileError | MalformedRecord> => {
  const { columns, malformed = "fail", schema } = options
  const shape = schema && shapeOf(schema)
  const parse = parserOf(schema, shape)
  return makeFormat({
    problem: undefined,
    isSplittable: () => true,
    read: (file, from, to) => {
      let firstRow = 0
      const flow = new Flow<ParquetRow, FileError>(Effect.gen(function* () {
        const parquet = yield* openParquet(file)
        const selected = yield* columnsOf(file, parquet, columns, shape)
        const groups = parquet.groups.filter(({ middle }) => middle >= from && middle < to)
        firstRow = groups[0]?.from ?? 0
        let next = 0
        const pull: Pull<ParquetRow, FileError> = Effect.suspend(() => {
          const group = groups[next++]
          return group === undefined
            ? Effect.succeed(undefined)
            : Effect.map(parquet.read(group, selected), Block.fromArray)
        })
        return pull
      }))
      return decode(flow, {
        path: file.path,
        parser: Effect.succeed(parse),
        linesOf: () => 1,
        linesBefore: Effect.sync(() => firstRow),
        textOf: showRecord,
        malformed,
      })
    },
  })
}

/**
 * Reads a Parquet file, or the files of a directory. The records are those of {@link rows}; files are found as by
 * `RDD.textFile`. Spark: `spark.read.parquet`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Parquet from "@dstream/dstream/parquet"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const schema = Schema.Struct({ word: Schema.String, at: Schema.Date })
 * const program = Effect.gen(function* () {
 *   yield* RDD.parallelize([{ word: "to", at: new Date(0) }]).pipe(Parquet.save(`${folder}/out`, { schema }))
 *   return yield* RDD.collect(Parquet.read(`${folder}/out`, { columns: ["at"] }))
 * })
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), [{ at: new Date(0) }])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const read = <A = ParquetRow>(
  path: string,
  options: ParquetOptions<A> & FileOptions = {},
): RDD<A, FileError | MalformedRecord> => readFormat("Parquet.read", path, rows(options), options)
