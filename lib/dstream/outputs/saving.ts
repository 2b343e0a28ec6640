/**
 * Outputs that save each batch to files: saveAsTextFiles, saveAsObjectFiles.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import type { FileError } from "../../rdd/files/files.ts"
import { type PartFormat, place, writing } from "../../rdd/files/parts.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { objectFormat, textFormat } from "../../rdd/actions/saving.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"
import { makeOutput, type Output } from "./output.ts"

/** The path of a batch: `prefix-<ms>.suffix`, `prefix-<ms>`, or `<ms>`. */
const pathOf = (prefix: string, suffix: string, time: number): string =>
  `${prefix === "" ? time : `${prefix}-${time}`}${suffix === "" ? "" : `.${suffix}`}`

/**
 * Saves each batch in a directory of its own, as {@link saveAsTextFiles} describes. `detail` is what the arguments say beside
 * the path, for the fingerprint.
 */
export const saving = <A, E, R, E2>(
  operation: string,
  self: DStream<A, E, R>,
  prefix: string,
  suffix: string,
  format: PartFormat<A, E2>,
  detail: ReadonlyArray<unknown> = [],
): Output<E | E2 | FileError, R> => {
  const written = lift(
    operation,
    self,
    [],
    (rdd, { time }) => writing(operation, rdd, pathOf(prefix, suffix, time), format),
  )
  return makeOutput({
    operation,
    stream: written,
    functions: [],
    writes: true,
    detail: JSON.stringify([prefix, suffix, ...detail]),
    run: (rdd: RDD<string>, { time }) => place(rdd, pathOf(prefix, suffix, time), true),
  })
}

/**
 * Saves each batch as text, in a directory of its own. The directory is `prefix-<ms>` or `prefix-<ms>.suffix`, with the
 * batch time in milliseconds; with an empty prefix it is `<ms>`. The prefix may be a path. The directory holds a file
 * `part-00000`, `part-00001`, … for each partition, empty ones included, with a line for each record as `print` shows
 * it, and an empty file `_SUCCESS`. Nothing is written for a batch in which the stream has no RDD.
 *
 * The tasks that compute the partitions write the files into a hidden directory beside the final one. It is renamed
 * when all are written, so readers never see half an output. On S3, which cannot rename directories, `_SUCCESS` is written
 * when all files are there. A batch that runs again, by a retry or after a crash, replaces what it wrote before.
 *
 * With a checkpoint, each batch is therefore saved exactly once, also if the machine fails: local files and directories are
 * written to the disk (`fsync`) before the batch counts as saved, unless the checkpoint has `sync: false`. Fails with
 * `FileError`. Spark: `DStream.saveAsTextFiles`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const counts = Testing.input<[string, number]>([[["a", 1], ["b", 2]]], { partitions: 1 })
 * await Effect.runPromise(Testing.runOutputs([DStream.saveAsTextFiles(counts, `${folder}/counts`, "txt")]))
 * assert.equal(await Deno.readTextFile(`${folder}/counts-1000.txt/part-00000`), "(a,1)\n(b,2)\n")
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveAsTextFiles: {
  (prefix: string, suffix?: string): <A, E, R>(self: DStream<A, E, R>) => Output<E | FileError, R>
  <A, E, R>(self: DStream<A, E, R>, prefix: string, suffix?: string): Output<E | FileError, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, prefix: string, suffix = ""): Output<E | FileError, R> =>
    saving("saveAsTextFiles", self, prefix, suffix, textFormat),
)

/**
 * Saves each batch in files that `RDD.objectFile` reads back. The directories are those of {@link saveAsTextFiles}.
 * Each record is a line of JSON; values that JSON does not have are tagged, such as `{"$bigint":"12"}`. Records must be
 * portable. Fails with `FileError`. Spark: `DStream.saveAsObjectFiles`, which writes serialized Java objects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, SparkContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * const dates = Testing.input([[new Date(0), new Date(1)]])
 * await Effect.runPromise(Testing.runOutputs([DStream.saveAsObjectFiles(dates, `${folder}/dates`)]))
 * const again = RDD.collect(RDD.objectFile<Date>(`${folder}/dates-1000`))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(again, sc)), [new Date(0), new Date(1)])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const saveAsObjectFiles: {
  (prefix: string, suffix?: string): <A, E, R>(self: DStream<A, E, R>) => Output<E | FileError, R>
  <A, E, R>(self: DStream<A, E, R>, prefix: string, suffix?: string): Output<E | FileError, R>
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, prefix: string, suffix = ""): Output<E | FileError, R> =>
    saving("saveAsObjectFiles", self, prefix, suffix, objectFormat),
)
