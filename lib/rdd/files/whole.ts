/**
 * RDDs of whole files and of records of a fixed length: wholeTextFiles, binaryFiles, binaryRecords.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { InvalidOption } from "../../core/errors.ts"
import * as Block from "../block.ts"
import { checkPartitions } from "../creation.ts"
import { concat, Flow } from "../flow.ts"
import { type FileEntry, FileError, Files } from "./files.ts"
import { filesAt, partOf } from "./listing.ts"
import { recordFlow } from "./reading.ts"
import { make, type RDD } from "../rdd.ts"
import type { FileOptions } from "./text.ts"

/** The files of partition `i` of `n`. Every file counts one byte more than it has, so that empty files are spread too. */
const filesOf = (entries: ReadonlyArray<FileEntry>, i: number, n: number): ReadonlyArray<FileEntry> =>
  partOf(entries, i, n, ({ size }) => size + 1, () => true).map(({ file }) => file)

const wholeFiles = <A>(
  operation: string,
  path: string,
  options: FileOptions,
  decode: (bytes: Uint8Array) => A,
): RDD<[path: string, content: A], FileError> => {
  const invalid = checkPartitions(`RDD.${operation}`, options.partitions)
  const read = (files: Files, { path }: FileEntry) =>
    Effect.flatMap(files.read(path, 0, Infinity), (bytes) =>
      Effect.try({
        try: () => Block.fromArray<[string, A]>([[path, decode(bytes)]]),
        // Decoding throws if the text is longer than a string can be.
        catch: (cause) => new FileError({ path, operation: "read", reason: "Other", cause }),
      }))
  const load = (i: number, n: number): Effect.Effect<Flow<[string, A], FileError>, FileError> =>
    Effect.flatMap(Files, (files) =>
      Effect.map(filesAt(files, path, options.recursive), (entries) => {
        const own = filesOf(entries, i, n)
        return new Flow(Effect.sync(() => {
          let next = 0
          return Effect.suspend(() => {
            const file = own[next++]
            return file === undefined ? Effect.succeed(undefined) : read(files, file)
          })
        }))
      }))
  const partitions = invalid === undefined ? options.partitions ?? "default" : 1
  return make(operation, [], { kind: "source", partitions, waits: true, path, load }, invalid)
}

/**
 * Reads each file of a directory, or one file, as a record: its path and its text.
 *
 * Files are ordered by name; those whose names begin with `_` or `.` are skipped. The text is UTF-8. Nothing is read before
 * a job needs it; then each partition reads whole files, about as many bytes as the others, one file after another.
 * A file that cannot be read fails the job with `FileError`. Patterns work as in `textFile`;
 * compressed files stay as they are. Spark: `sc.wholeTextFiles`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const folder = await Deno.makeTempDir()
 * await Deno.writeTextFile(`${folder}/a.txt`, "to be\n")
 * await Deno.writeTextFile(`${folder}/b.txt`, "or not\n")
 * const texts = RDD.collect(RDD.wholeTextFiles(folder))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(texts, sc)), [
 *   [`${folder}/a.txt`, "to be\n"],
 *   [`${folder}/b.txt`, "or not\n"],
 * ])
 * await Deno.remove(folder, { recursive: true })
 * ```
 */
export const wholeTextFiles = (
  path: string,
  options: FileOptions = {},
): RDD<[path: string, content: string], FileError> => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  return wholeFiles("wholeTextFiles", path, options, (bytes) => decoder.decode(bytes))
}

/**
 * Reads each file of a directory, or one file, as a record: its path and its bytes.
 *
 * Finds and reads files as {@link wholeTextFiles} does. Spark: `sc.binaryFiles`, which gives streams that are opened later.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeFile(file, new Uint8Array([1, 2, 3]))
 * const bytes = RDD.collect(RDD.binaryFiles(file))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(bytes, sc)), [[file, new Uint8Array([1, 2, 3])]])
 * await Deno.remove(file)
 * ```
 */
export const binaryFiles = (
  path: string,
  options: FileOptions = {},
): RDD<[path: string, content: Uint8Array], FileError> => wholeFiles("binaryFiles", path, options, (bytes) => bytes)

/** The size of a file is not a multiple of the record length. */
export class PartialRecord extends Data.Error<{
  /** The file. */
  readonly path: string
  /** Its size in bytes. */
  readonly size: number
  /** The number of bytes of a record. */
  readonly recordLength: number
}> {
  readonly _tag = "PartialRecord" as const
  override get message(): string {
    return `Cannot cut ${this.path} into records: its size of ${this.size} bytes is not a multiple of ${this.recordLength}`
  }
}

/**
 * Reads the bytes of a file, or of the files of a directory, as records of `recordLength` bytes.
 *
 * Finds files as {@link wholeTextFiles} does. Each partition reads nearly the same number of records. A file whose size is
 * not a multiple of the length fails the job with `PartialRecord`, one that cannot be read with `FileError`. Spark:
 * `sc.binaryRecords`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile()
 * await Deno.writeFile(file, new Uint8Array([0, 1, 1, 0]))
 * const numbers = RDD.binaryRecords(file, 2).pipe(RDD.map((bytes) => new DataView(bytes.buffer).getUint16(0)), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(numbers, sc)), [1, 256])
 * await Deno.remove(file)
 * ```
 */
export const binaryRecords = (
  path: string,
  recordLength: number,
  options: FileOptions = {},
): RDD<Uint8Array<ArrayBuffer>, FileError | PartialRecord> => {
  const where = "RDD.binaryRecords"
  const invalid = Number.isInteger(recordLength) && recordLength >= 1
    ? checkPartitions(where, options.partitions)
    : new InvalidOption({ where, option: "recordLength", value: recordLength, expected: "a positive whole number" })
  const load = (i: number, n: number): Effect.Effect<Flow<Uint8Array, FileError>, FileError | PartialRecord> =>
    Effect.flatMap(Effect.flatMap(Files, (files) => filesAt(files, path, options.recursive)), (entries) => {
      const uneven = entries.find(({ size }) => size % recordLength !== 0)
      if (uneven !== undefined) {
        return Effect.fail(new PartialRecord({ path: uneven.path, size: uneven.size, recordLength }))
      }
      const parts = partOf(entries, i, n, ({ size }) => size / recordLength)
      return Effect.succeed(concat(parts.map(({ file, from, to }) => recordFlow(file.path, recordLength, from, to))))
    })
  const partitions = invalid === undefined ? options.partitions ?? "default" : 1
  return make("binaryRecords", [], { kind: "source", partitions, waits: true, path, load }, invalid)
}
