/**
 * Streams of files that appear in directories: textFileStream, fileStream, binaryRecordsStream.
 *
 * @module
 */
import type * as Stream from "effect/Stream"
import { InvalidOption } from "../core/errors.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { FileError } from "../rdd/files/files.ts"
import { type FileFormat, formatPartitions, isFileFormat } from "../rdd/files/format.ts"
import type { PartialRecord } from "../rdd/files/whole.ts"
import { decodedPartitions, type StreamedFile } from "./decoded_files.ts"
import { fileInput } from "./file_input.ts"
import { type FileStreamOptions, settingsOf } from "./file_options.ts"
import { linePartitions, recordPartitions } from "./file_rdd.ts"

/**
 * Makes a stream of the lines of text files that appear in a directory. Each batch reads the files that have appeared since
 * the batch before.
 *
 * The directory may be a URL, such as `s3://bucket/logs`, and a pattern of directories, such as `/logs/*`, with `*`, `?`,
 * `[a-c]` and `{a,b}`; it is matched again in each batch. A batch at time t takes files that were modified until t; a file
 * that was modified later waits. Write a file elsewhere on the same file system, and rename it into the directory when it is
 * complete, or set `settleTime`. A file is read once, also if it is changed later; a new file needs a new name.
 *
 * The text is UTF-8; lines end with `\n`, `\r\n` or `\r`. Files that end with `.gz`, `.zst` or `.deflate` are decompressed. A
 * batch has a partition for each file, and more of them for a large file. Files are read in pieces when a job needs them, so
 * they may be larger than the memory; two outputs read a file twice, unless the stream is persisted. A missing directory
 * causes a warning and empty batches; a missing permission of Deno stops the context.
 *
 * With a checkpoint, no file is read again after a restart, and files that appeared in the meantime are read: the remember
 * window does not pass while the program is down. A batch that was in progress reads the same files again, each as long as it
 * was. Names are remembered as long as their files are in the directory and, by `modificationTime`, not older than the
 * remember window; so do not change files that have been read. A name counts as new if its file had disappeared before the
 * program ended. Spark: `textFileStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeTextFile(`${folder}/a.txt`, "to be\nor not\n")
 * await Deno.utime(`${folder}/a.txt`, 0.5, 0.5)
 * const lines = DStream.textFileStream(folder, { newFilesOnly: false })
 * assert.deepEqual(await Effect.runPromise(Testing.run(lines, { batches: 2 })), [["to be", "or not"], []])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const textFileStream = (directory: string, options: FileStreamOptions = {}): DStream<string, FileError> => {
  const settings = settingsOf("DStream.textFileStream", directory, options)
  return fileInput("textFileStream", { directory, settings, partitions: linePartitions(settings.partitionBytes) })
}

/**
 * Makes a stream of the records of files that appear in a directory, in a format or with a decoder of yours.
 *
 * Formats are `Json.lines`, `Csv.rows` and `Parquet.rows`, each from an entry point of its own. They cut large files into
 * several partitions where the format allows it.
 *
 * A decoder is given a file with its name, its bytes and its lines, and returns an Effect Stream of records. It runs when a
 * job needs the file, again for each job, with one partition for each file. What it fails with or throws fails the job,
 * unless `unreadable` is `skip`.
 *
 * Files are found as by {@link textFileStream}. Spark: `fileStream`, with an `InputFormat`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Stream } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeTextFile(`${folder}/a.csv`, "x,1\ny,2\n")
 * await Deno.utime(`${folder}/a.csv`, 0.5, 0.5)
 * const rows = DStream.fileStream(
 *   folder,
 *   ({ lines, name }) => Stream.map(lines, (line) => [name, ...line.split(",")]),
 *   { newFilesOnly: false, filter: ({ name }) => name.endsWith(".csv") },
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(rows, { batches: 1 })), [[["a.csv", "x", "1"], ["a.csv", "y", "2"]]])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const fileStream = <A, E, R>(
  directory: string,
  decode: FileFormat<A, E, R> | ((file: StreamedFile) => Stream.Stream<A, E, R>),
  options: FileStreamOptions = {},
): DStream<A, E, R> => {
  const settings = settingsOf("DStream.fileStream", directory, options)
  const isFormat = isFileFormat(decode)
  const partitions = isFormat ? formatPartitions(decode, settings.partitionBytes) : decodedPartitions(decode)
  const problem = isFormat ? decode.problem : undefined
  return fileInput("fileStream", { directory, settings, partitions }, problem === undefined ? [] : [problem.message])
}

/**
 * Makes a stream of records of `recordLength` bytes, from the files that appear in a directory.
 *
 * A file whose size is no multiple of the length fails the job with `PartialRecord`, unless `unreadable` is `skip`. Compressed
 * files are read as they are. Files are found as by {@link textFileStream}. Spark: `binaryRecordsStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeFile(`${folder}/a`, new Uint8Array([0, 1, 1, 0]))
 * await Deno.utime(`${folder}/a`, 0.5, 0.5)
 * const numbers = DStream.binaryRecordsStream(folder, 2, { newFilesOnly: false }).pipe(
 *   DStream.map((bytes) => new DataView(bytes.buffer).getUint16(0)),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(numbers, { batches: 1 })), [[1, 256]])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const binaryRecordsStream = (
  directory: string,
  recordLength: number,
  options: FileStreamOptions = {},
): DStream<Uint8Array<ArrayBuffer>, FileError | PartialRecord> => {
  const where = "DStream.binaryRecordsStream"
  const settings = settingsOf(where, directory, options)
  const isValid = Number.isInteger(recordLength) && recordLength > 0
  const problem = new InvalidOption({
    where,
    option: "recordLength",
    value: recordLength,
    expected: "a positive whole number",
  })
  return fileInput("binaryRecordsStream", {
    directory,
    settings,
    partitions: recordPartitions(recordLength, settings.partitionBytes),
    recordsOf: ({ size }) => Math.floor(size / recordLength),
  }, isValid ? [] : [problem.message])
}
