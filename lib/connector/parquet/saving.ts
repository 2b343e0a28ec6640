/**
 * Saves records as Parquet.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { ParquetWriter } from "hyparquet-writer"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { inPieces, type Piecewise, run } from "../../core/pace.ts"
import { type DStream, isDStream } from "../../dstream/dstream.ts"
import type { Output } from "../../dstream/outputs/output.ts"
import { saving } from "../../dstream/outputs/saving.ts"
import { save as saveParts, type SaveOptions } from "../../rdd/actions/saving.ts"
import type { ActionError, Engine } from "../../rdd/engine.ts"
import type { FileError } from "../../rdd/files/files.ts"
import type { PartFormat } from "../../rdd/files/parts.ts"
import { isRDD, type RDD } from "../../rdd/rdd.ts"
import { Problem, UnwritableRecord } from "../format/records.ts"
import { encoderOf, type RecordSchema } from "../format/schemas.ts"
import { schemaElements, storable } from "./columns.ts"
import { type Compression, compressorFor } from "./compressing.ts"
import { shapeOf } from "./shapes.ts"

/** Options of {@link saveFiles} and {@link save}. */
export interface ParquetSaveOptions<A> {
  /**
   * The schema of the records: an object with a property for each column. Columns have the types of its encoded side: texts,
   * numbers (DOUBLE, or INT64 for `Schema.Int`), bigints (INT64), booleans, dates (timestamps in milliseconds), bytes, and lists
   * and objects of these.
   */
  readonly schema: RecordSchema<A>
  /** How columns are compressed. Default: `snappy`, as in Spark. Spark: `compression`. */
  readonly compression?: Compression | undefined
  /**
   * How many records a row group has at most. Default: 100,000. Readers read a row group at once, and different ones in
   * parallel. The event loop waits while one is encoded: with ten columns, some 100,000 records take 0.3 seconds. Spark: `parquet.block.size`, in bytes.
   */
  readonly rowGroupRecords?: number | undefined
}

const partOf = <A>(
  where: string,
  { compression = "snappy", rowGroupRecords = 100_000, schema }: ParquetSaveOptions<A>,
): PartFormat<A, UnwritableRecord> => {
  const invalid = (option: string, value: unknown, expected: string) =>
    Effect.die(new InvalidOption({ where, option, value, expected }))
  const shape = shapeOf(schema)
  const elements = schemaElements(shape)
  const encode = encoderOf(schema)

  function* written(
    records: ReadonlyArray<A>,
    writer: ParquetWriter,
    properties: ReadonlyArray<string>,
  ): Piecewise<UnwritableRecord | undefined> {
    for (let start = 0; start < records.length; start += rowGroupRecords) {
      const group = records.slice(start, start + rowGroupRecords)
      const columns = properties.map((): Array<unknown> => [])
      let failure: UnwritableRecord | undefined
      yield* inPieces(group.length, (from, to) => {
        for (let i = from; i < to && failure === undefined; i++) {
          const encoded = encode(group[i]!)
          const row = encoded instanceof Problem ? encoded : storable(encoded, shape)
          if (row instanceof Problem) {
            failure = new UnwritableRecord({ format: "Parquet", index: start + i, problem: row.text })
          } else {
            const values = row as Readonly<Record<string, unknown>>
            for (let j = 0; j < columns.length; j++) columns[j]!.push(values[properties[j]!])
          }
        }
      })
      if (failure !== undefined) return failure
      const columnData = columns.map((data, j) => ({ name: properties[j]!, data }))
      // The bytes stay in memory, so the library has nothing to wait for.
      void writer.write({ columnData, rowGroupSize: rowGroupRecords })
      yield
    }
    return undefined
  }

  return {
    extension: ".parquet",
    encode: (records) =>
      Effect.gen(function* () {
        if (elements instanceof Problem || shape.kind !== "object") {
          const why = elements instanceof Problem ? elements.text : "its records are no objects"
          return yield* invalid("schema", schema.ast._tag, `a schema of objects that Parquet has columns for: ${why}`)
        }
        if (!(Number.isInteger(rowGroupRecords) && rowGroupRecords > 0)) {
          return yield* invalid("rowGroupRecords", rowGroupRecords, "a positive whole number")
        }
        const compressor = yield* compressorFor(where, compression)
        // Loaded when it is used, because programs that only read files do not need it.
        const { ByteWriter, ParquetWriter } = yield* Effect.promise(() => import("hyparquet-writer"))
        const bytes = new ByteWriter()
        const writer = new ParquetWriter({
          writer: bytes,
          schema: [...elements],
          createdBy: "dstream",
          ...compressor,
        })
        const failure = yield* run(() => written(records, writer, shape.properties.map(([name]) => name)))
        if (failure !== undefined) return yield* Effect.fail(failure)
        void writer.finish()
        return [bytes.getBytes()]
      }),
  }
}

/**
 * Saves each batch as Parquet, in a directory of its own.
 *
 * The directories are those of `DStream.saveAsTextFiles`: `prefix-<ms>` or `prefix-<ms>.suffix`, with a file
 * `part-00000.parquet`, `part-00001.parquet`, … for each partition. A batch that runs again replaces what it wrote before. A
 * partition is encoded in memory. A record that the schema refuses fails the job with `UnwritableRecord`. Spark:
 * `df.write.parquet`.
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
 * const schema = Schema.Struct({ word: Schema.String, length: Schema.Int })
 * const output = Testing.input([["to", "be"]], { partitions: 1 }).pipe(
 *   DStream.map((word) => ({ word, length: word.length })),
 *   Parquet.saveFiles(`${folder}/words`, "", { schema }),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 * const again = RDD.collect(Parquet.read(`${folder}/words-1000`, { schema }))
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(again, sc)), [
 *   { word: "to", length: 2 },
 *   { word: "be", length: 2 },
 * ])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveFiles: {
  <A>(
    prefix: string,
    suffix: string,
    options: ParquetSaveOptions<A>,
  ): <E, R>(self: DStream<A, E, R>) => Output<E | FileError | UnwritableRecord, R>
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix: string,
    options: ParquetSaveOptions<A>,
  ): Output<E | FileError | UnwritableRecord, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(
    self: DStream<A, E, R>,
    prefix: string,
    suffix: string,
    options: ParquetSaveOptions<A>,
  ): Output<E | FileError | UnwritableRecord, R> => {
    const { compression, rowGroupRecords } = options
    const format = partOf("Parquet.saveFiles", options)
    return saving("Parquet.saveFiles", self, prefix, suffix, format, [compression, rowGroupRecords])
  },
)

/**
 * Saves the records as Parquet, in a directory with a file `part-00000.parquet`, `part-00001.parquet`, … for each partition.
 *
 * The directory is written as by `RDD.saveAsTextFile`, the files as by {@link saveFiles}. Spark: `df.write.parquet`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import * as Parquet from "@dstream/dstream/parquet"
 * import { Effect, Schema } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const schema = Schema.Struct({ tags: Schema.Array(Schema.String), place: Schema.NullOr(Schema.Struct({ x: Schema.Number })) })
 * const records = [{ tags: ["a", "b"], place: { x: 1.5 } }, { tags: [], place: null }]
 * const program = Effect.gen(function* () {
 *   yield* RDD.parallelize(records).pipe(Parquet.save(`${folder}/out`, { schema, compression: "zstd" }))
 *   return yield* RDD.collect(Parquet.read(`${folder}/out`, { schema }))
 * })
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), records)
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const save: {
  <A>(
    path: string,
    options: ParquetSaveOptions<A> & SaveOptions,
  ): <E, R>(
    self: RDD<A, E, R>,
  ) => Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options: ParquetSaveOptions<A> & SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options: ParquetSaveOptions<A> & SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError | UnwritableRecord>, R | Engine> =>
    saveParts("Parquet.save", self, path, partOf("Parquet.save", options), options),
)
