/**
 * Streams of files that appear in directories: textFileStream, fileStream, binaryRecordsStream.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import { InvalidOption } from "../core/errors.ts"
import { currentTimeMillis } from "../core/steady_clock.ts"
import type { DStream } from "../dstream/dstream.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { type FileEntry, type FileError, Files } from "../rdd/files/files.ts"
import type { PartialRecord } from "../rdd/files/whole.ts"
import { DirectoryTree } from "./directory_tree.ts"
import { type FileSettings, type FileStreamOptions, settingsOf } from "./file_options.ts"
import {
  decodedPartitions,
  filesRDD,
  linePartitions,
  type Partitions,
  recordPartitions,
  type StreamedFile,
} from "./file_rdd.ts"
import { Selection } from "./file_selection.ts"

/** What a batch reads: files, as they were when they were selected. */
interface FilePosition {
  readonly files: ReadonlyArray<FileEntry>
}

/** Warns of directories that cannot be read, but not again as long as nothing changes. */
const warnings = (directory: string) => {
  let last = ""
  return (failures: ReadonlyArray<FileError>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const texts = failures.map((error) =>
        error.reason === "NotFound"
          ? `No directory to scan: ${error.path}: ${error.message}`
          : `Error finding new files under ${directory}: ${error.message}`
      )
      const isKnown = texts.join("\n") === last
      last = texts.join("\n")
      return isKnown ? Effect.void : Effect.forEach(texts, (text) => Effect.logWarning(text), { discard: true })
    })
}

const warnOfEmpty = ({ path, size }: FileEntry): Effect.Effect<void> =>
  size > 0 ? Effect.void : Effect.logWarning(
    `File ${path} has no data in it. A file must be complete when it appears in the directory: ` +
      "write it elsewhere and rename it, or set the option settleTime",
  )

/** A smaller difference between two clocks is no step of one of them, in milliseconds. */
const SMALLEST_STEP_MS = 1_000

/** How far the wall clock has stepped ahead of batch times since the start, in milliseconds. */
const stepOfWallClock: Effect.Effect<number> = Effect.map(
  Effect.all([Clock.currentTimeMillis, currentTimeMillis]),
  ([wall, steady]) => Math.abs(wall - steady) < SMALLEST_STEP_MS ? 0 : wall - steady,
)

interface Source<A, E, R> {
  readonly directory: string
  readonly settings: FileSettings
  readonly partitions: Partitions<A, E, R>
  /** How many records a file has, where that is known without reading it. */
  readonly recordsOf?: ((file: FileEntry) => number) | undefined
}

const open = <A, E, R>(
  operation: string,
  { directory, partitions, recordsOf, settings }: Source<A, E, R>,
): Effect.Effect<Positions<FilePosition, A, E, R>> =>
  Effect.gen(function* () {
    const files = yield* Files
    const startedAt = yield* currentTimeMillis
    const tree = new DirectoryTree(files, directory, settings.recursive)
    const selection = new Selection(files, tree, settings, startedAt, yield* tree.look)
    const warn = warnings(directory)
    let previous = startedAt
    return {
      plan: (time) =>
        Effect.gen(function* () {
          const before = yield* currentTimeMillis
          const { failures, files } = yield* selection.select(time, yield* stepOfWallClock)
          const took = (yield* currentTimeMillis) - before
          const slide = time - previous
          previous = time
          yield* warn(failures)
          yield* Effect.forEach(files, warnOfEmpty, { discard: true })
          if (took > slide) {
            yield* Effect.logWarning(
              `Finding new files under ${directory} took ${took} ms, longer than the batch interval. ` +
                "Move files that have been read out of the directory, or make the interval longer",
            )
          }
          const paths = files.map(({ path }) => path)
          return Option.some({
            position: { files },
            records: recordsOf && files.reduce((sum, file) => sum + recordsOf(file), 0),
            metadata: { files: paths, Description: paths.join("\n") },
          })
        }),
      read: ({ files }) => Effect.sync(() => filesRDD(operation, files, partitions, settings.unreadable)),
    }
  })

const fileInput = <A, E, R>(
  operation: string,
  source: Source<A, E, R>,
  problems: ReadonlyArray<string> = [],
): DStream<A, E, R> =>
  fromPositions(operation, "File", open(operation, source), {
    check: () => [...source.settings.problems, ...problems],
  }) as DStream<A, E, R>

/**
 * Makes a stream of the lines of text files that appear in a directory. Each batch reads the files that have appeared since
 * the batch before.
 *
 * The directory may be a pattern of directories, such as `/logs/*`, with `*`, `?`, `[a-c]` and `{a,b}`; it is matched again in
 * each batch. A batch at time t takes files that were modified until t; a file that was modified later waits. Write a file
 * elsewhere on the same file system, and rename it into the directory when it is complete, or set `settleTime`. A file is read
 * once, also if it is changed later; a new file needs a new name.
 *
 * The text is UTF-8; lines end with `\n`, `\r\n` or `\r`. Files that end with `.gz`, `.zst` or `.deflate` are decompressed. A
 * batch has a partition for each file, and more of them for a large file. Files are read in pieces when a job needs them, so
 * they may be larger than the memory; two outputs read a file twice, unless the stream is persisted. A missing directory
 * causes a warning and empty batches. Spark: `textFileStream`.
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
 * Makes a stream of the records that a decoder makes of the files that appear in a directory.
 *
 * `decode` is given a file with its name, its bytes and its lines, and returns an Effect Stream of records. It runs when a job
 * needs the file, again for each job, with one partition for each file; what it fails with or throws fails the job, unless
 * `unreadable` is `skip`. Files are found as by {@link textFileStream}. Spark: `fileStream`, with an `InputFormat`.
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
  decode: (file: StreamedFile) => Stream.Stream<A, E, R>,
  options: FileStreamOptions = {},
): DStream<A, E, R> =>
  fileInput("fileStream", {
    directory,
    settings: settingsOf("DStream.fileStream", directory, options),
    partitions: decodedPartitions(decode),
  })

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
