/**
 * Formats of files: how a range of a file becomes records. Formats with packages of their own are in `lib/connector`.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { hasProperty } from "effect/Predicate"
import type { InvalidOption } from "../../core/errors.ts"
import { checkPartitions } from "../creation.ts"
import { concat, type Flow } from "../flow.ts"
import { make, type RDD } from "../rdd.ts"
import { type FileEntry, type FileError, Files } from "./files.ts"
import { filesAt, partOf } from "./listing.ts"
import type { FileOptions } from "./text.ts"

const TypeId = "~dstream/FileFormat"

/**
 * A format of files for `DStream.fileStream`: how the bytes of a file become records. `Json.lines`, `Csv.rows` and
 * `Parquet.rows` make one.
 */
export interface FileFormat<out A, out E = never, out R = never> {
  readonly [TypeId]: typeof TypeId
  /** What is wrong with the options of the format. */
  readonly problem: InvalidOption | undefined
  /** Whether a part of the file can be read without the bytes before it. */
  readonly isSplittable: (file: FileEntry) => boolean
  /** Reads the records that belong to the bytes from offset `from` to `to`. Each record belongs to one range. */
  readonly read: (file: FileEntry, from: number, to: number) => Flow<A, E, R>
}

/** Makes a format. */
export const makeFormat = <A, E, R>(fields: Omit<FileFormat<A, E, R>, typeof TypeId>): FileFormat<A, E, R> => ({
  [TypeId]: TypeId,
  ...fields,
})

/** Whether a value is a format of files. */
export const isFileFormat = <F>(u: F): u is Extract<F, FileFormat<unknown, unknown, unknown>> => hasProperty(u, TypeId)

/** The partitions of a file, of about `partitionBytes` each. */
export const formatPartitions =
  <A, E, R>({ isSplittable, read }: Pick<FileFormat<A, E, R>, "isSplittable" | "read">, partitionBytes: number) =>
  (file: FileEntry): ReadonlyArray<Flow<A, E, R>> => {
    const n = isSplittable(file) ? Math.ceil(file.size / partitionBytes) : 1
    const start = (i: number) => Math.floor((i * file.size) / n)
    return Array.from({ length: n }, (_, i) => read(file, start(i), start(i + 1)))
  }

/** Reads a file, or the files of a directory, in a format. Finds and divides files as `textFile` does. */
export const readFormat = <A, E, R>(
  operation: string,
  path: string,
  format: FileFormat<A, E, R>,
  options: FileOptions,
): RDD<A, E | FileError, R> => {
  const invalid = format.problem ?? checkPartitions(operation, options.partitions)
  const load = (i: number, n: number): Effect.Effect<Flow<A, E, R>, FileError> =>
    Effect.map(Effect.flatMap(Files, (files) => filesAt(files, path, options.recursive)), (entries) => {
      const parts = partOf(entries, i, n, ({ size }) => size, (file) => !format.isSplittable(file))
      return concat(parts.map(({ file, from, to }) => format.read(file, from, to)))
    })
  const partitions = invalid === undefined ? options.partitions ?? "default" : 1
  return make(operation, [], { kind: "source", partitions, waits: true, path, load }, invalid)
}
