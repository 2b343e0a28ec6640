/**
 * Actions that save: saveAsTextFile, saveAsObjectFile.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { toLines } from "../../core/json_lines.ts"
import { showRecord } from "../../core/show.ts"
import { type ActionError, CurrentJob, type Engine } from "../engine.ts"
import type { FileError } from "../files/files.ts"
import { linesFormat, type PartFormat, place, writing } from "../files/parts.ts"
import { isRDD, type RDD } from "../rdd.ts"

/** Options for saving. */
export interface SaveOptions {
  /**
   * Whether an existing directory is replaced. Default: true in a batch of a stream, which may be run again, and false
   * elsewhere.
   */
  readonly overwrite?: boolean | undefined
  /**
   * Whether the files survive a failure of the machine once the action has ended: they are written to the disk (`fsync`),
   * which takes milliseconds for each file. Default: true in a batch of a context with a checkpoint, which notes that the output
   * has been written, and false elsewhere.
   */
  readonly durable?: boolean | undefined
}

/** The format of text files. */
export const textFormat: PartFormat<unknown> = linesFormat((records) => records.map(showRecord))

/** The format of object files. */
export const objectFormat: PartFormat<unknown> = linesFormat(toLines)

/** Saves the records in a directory with one file for each partition, which {@link saveAsTextFile} describes. */
export const save = <A, E, R, E2>(
  operation: string,
  self: RDD<A, E, R>,
  path: string,
  format: PartFormat<A, E2>,
  options: SaveOptions = {},
): Effect.Effect<void, ActionError<E | E2 | FileError>, R | Engine> => {
  const written = writing(operation, self, path, format, options.durable)
  return Effect.flatMap(
    CurrentJob,
    ({ batchTime }) => place(written, path, options.overwrite ?? batchTime !== undefined, options.durable),
  )
}

/**
 * Saves the records as text, in a directory with one file for each partition.
 *
 * The files are `part-00000`, `part-00001`, …, for empty partitions too. Each record is a line, as `print` shows it. An
 * empty file `_SUCCESS` is added at the end. The files are written where the partitions are, into a hidden directory, which
 * gets its name when all files are written: readers never see a part of them, whatever fails. An existing directory fails
 * the job with `FileError`, except in a batch of a stream, which replaces it. On S3, which cannot rename directories, the
 * files get their names one by one and `_SUCCESS` is written last. The files survive a crash of the process; whether they
 * survive one of the machine is the option `durable`. Spark: `RDD.saveAsTextFile`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const save = RDD.parallelize<[string, number]>([["a", 1], ["b", 2]], { partitions: 1 }).pipe(
 *   RDD.saveAsTextFile(`${folder}/counts`),
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * await Effect.runPromise(Effect.provide(save, sc))
 * assert.equal(await Deno.readTextFile(`${folder}/counts/part-00000`), "(a,1)\n(b,2)\n")
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveAsTextFile: {
  (
    path: string,
    options?: SaveOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E | FileError>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError>, R | Engine> =>
    save("saveAsTextFile", self, path, textFormat, options),
)

/**
 * Saves the records so that `objectFile` can read them back.
 *
 * The directory is laid out as by `saveAsTextFile`, with a line of JSON for each record. Values that JSON does not have are
 * objects with one key that starts with `$`: `{"$bigint":"12"}`, `{"$date":"1970-01-01T00:00:00.000Z"}`, `{"$some":1}`,
 * `{"$bytes":["Uint8Array","AQI="]}`. Records must be portable, like those that go to other threads; others fail the job
 * with `NotPortable`. Spark: `RDD.saveAsObjectFile`, which writes serialized Java objects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect, Option } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const program = Effect.gen(function* () {
 *   yield* RDD.saveAsObjectFile(RDD.parallelize([Option.some(1n), Option.none()]), `${folder}/numbers`)
 *   return yield* RDD.collect(RDD.objectFile(`${folder}/numbers`))
 * })
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, sc)), [Option.some(1n), Option.none()])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveAsObjectFile: {
  (
    path: string,
    options?: SaveOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<void, ActionError<E | FileError>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    path: string,
    options?: SaveOptions,
  ): Effect.Effect<void, ActionError<E | FileError>, R | Engine> =>
    save("saveAsObjectFile", self, path, objectFormat, options),
)
