/**
 * Parquet files that are read by ranges.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet"
import { type FileEntry, FileError, Files } from "../../rdd/files/files.ts"
import { needsRepair, repairOf } from "./repair.ts"

/** A row group: rows that are stored, and read, together. */
export interface RowGroup {
  /** The first row, and the one after the last. */
  readonly from: number
  readonly to: number
  /** The offset of the byte in its middle. */
  readonly middle: number
}

/** An open file. */
export interface ParquetFile {
  readonly groups: ReadonlyArray<RowGroup>
  /** The names of the columns. */
  readonly columns: ReadonlyArray<string>
  /** Reads rows of some columns. */
  readonly read: (
    group: RowGroup,
    columns: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>, FileError>
}

/** The codecs that need no decompressor beside that of the reader. */
const BUILT_IN: ReadonlySet<unknown> = new Set(["UNCOMPRESSED", "SNAPPY"])

const wrapped = (path: string) => (cause: unknown): FileError =>
  cause instanceof FileError ? cause : new FileError({ path, operation: "read", reason: "Other", cause })

/** The bytes of a file, for the library. Its reads are interrupted by `signal`. */
const bufferOf = (files: Files, { path, size }: FileEntry, signal: AbortSignal): AsyncBuffer => ({
  byteLength: size,
  slice: async (from, to = size) => {
    const bytes = Result.getOrThrowWith(
      await Effect.runPromise(Effect.result(files.read(path, from, to)), { signal }),
      (error) => error,
    )
    if (bytes.length < Math.min(to, size) - from) {
      throw new FileError({
        path,
        operation: "read",
        reason: "Other",
        cause: "the file became shorter after it was listed",
      })
    }
    return new Uint8Array(bytes).buffer
  },
})

const startOf = ({ meta_data }: FileMetaData["row_groups"][number]["columns"][number]): number => {
  const data = Number(meta_data?.data_page_offset ?? 0)
  // Some writers say 0 for a column without a dictionary.
  const dictionary = Number(meta_data?.dictionary_page_offset ?? 0)
  return dictionary > 0 ? Math.min(dictionary, data) : data
}

const groupsOf = ({ row_groups }: FileMetaData, size: number): ReadonlyArray<RowGroup> => {
  let row = 0
  return row_groups.map(({ columns, num_rows }) => {
    const bytes = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0)
    const middle = Math.min(...columns.map(startOf)) + Math.floor(bytes / 2)
    const from = row
    row += Number(num_rows)
    // Whatever the footer says, each row group belongs to one range of the file.
    return { from, to: row, middle: Math.max(0, Math.min(size - 1, middle)) }
  })
}

/** Loads the decompressors, if a column has a codec that the reader does not have. */
const compressorsFor = async ({ row_groups }: FileMetaData): Promise<Compressors> => {
  const codecs = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec))
  if (codecs.every((codec) => codec === undefined || BUILT_IN.has(codec))) return {}
  const { compressors } = await import("hyparquet-compressors")
  const { LZ4_RAW: lz4 } = compressors
  if (lz4 === undefined) return compressors
  // A page of nulls is compressed to one byte, which the library refuses.
  return { ...compressors, LZ4_RAW: (input, length) => length === 0 ? new Uint8Array() : lz4(input, length) }
}

/** Reads the footer of a file. */
export const openParquet = (file: FileEntry): Effect.Effect<ParquetFile, FileError> =>
  Effect.gen(function* () {
    const files = yield* Files
    const { compressors, metadata } = yield* Effect.tryPromise({
      try: async (signal) => {
        const metadata = await parquetMetadataAsync(bufferOf(files, file, signal))
        return { metadata, compressors: await compressorsFor(metadata) }
      },
      catch: wrapped(file.path),
    })
    const trees = parquetSchema(metadata).children
    const columns = trees.map(({ element }) => element.name)
    const repairs = trees.filter(needsRepair).map((tree) => [tree.element.name, repairOf(tree)] as const)
    return {
      groups: groupsOf(metadata, file.size),
      columns,
      read: ({ from, to }, columns) =>
        Effect.tryPromise({
          try: async (signal) => {
            const rows: ReadonlyArray<Record<string, unknown>> = await parquetReadObjects({
              file: bufferOf(files, file, signal),
              metadata,
              compressors,
              columns: [...columns],
              rowStart: from,
              rowEnd: to,
              // Bytes that are no text stay bytes.
              utf8: false,
            })
            const own = repairs.filter(([name]) => columns.includes(name))
            for (const row of rows) for (const [name, repair] of own) row[name] = repair(row[name])
            return rows
          },
          catch: wrapped(file.path),
        }),
    }
  })
