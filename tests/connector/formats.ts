/** Helpers for tests of formats: files in memory, which are read in partitions of any size. */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import { runtimeCompression } from "../../lib/engine/compression.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import { collect, Compression, type FileEntry, Files, glom } from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"
import { type FileFormat, formatPartitions } from "../../lib/rdd/files/format.ts"
import type { RDD } from "../../lib/rdd/rdd.ts"
import { filesRDD } from "../../lib/source/file_rdd.ts"

/** A file system that has one file, and gives at most `step` bytes at a time. */
export const oneFile = (bytes: Uint8Array, step = Infinity): Files => ({
  ...runtimeFiles,
  read: (_, from, to) => Effect.sync(() => bytes.slice(from, Math.min(to, from + step))),
  list: (path) => Effect.sync(() => [entryOf(bytes, path)]),
})

const entryOf = (bytes: Uint8Array, path = "/data/file"): FileEntry => ({
  path,
  name: path.slice(path.lastIndexOf("/") + 1),
  isDirectory: false,
  size: bytes.length,
  modifiedMs: 0,
})

/** Bytes of a text, or the bytes themselves. */
export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content

const engine = LocalEngine.layer({ parallelism: 2 })

/** Runs a program on a local engine, with the files of the runtime. Logged texts are added to `warnings`. */
export const onEngine = <A, E>(
  program: Effect.Effect<A, E, Engine>,
  { files = runtimeFiles, warnings = [] }: { readonly files?: Files; readonly warnings?: Array<string> } = {},
): Promise<A> =>
  Effect.runPromise(program.pipe(
    Effect.provideService(Files, files),
    Effect.provideService(Compression, runtimeCompression),
    Effect.provide(Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])),
    Effect.provide(engine),
  ))

/** How a file is read. */
export interface Reading {
  /** About how many bytes make a partition. */
  readonly partitionBytes?: number
  /** How many bytes are read at a time at most. */
  readonly step?: number
  readonly path?: string
  readonly warnings?: Array<string>
}

/** Reads a file in a format. Gives the records of each partition. */
export const partitionsOf = <A, E>(
  content: string | Uint8Array,
  format: FileFormat<A, E>,
  { partitionBytes = Infinity, path, step, warnings = [] }: Reading = {},
): Promise<ReadonlyArray<ReadonlyArray<A>>> => {
  const bytes = bytesOf(content)
  const rdd: RDD<A, E> = filesRDD(
    "fileStream",
    [entryOf(bytes, path)],
    formatPartitions(format, Math.min(partitionBytes, bytes.length)),
    "fail",
  )
  return onEngine(collect(glom(rdd)), { files: oneFile(bytes, step), warnings })
}

/** Reads a file in a format. Gives its records. */
export const recordsOf = async <A, E>(
  content: string | Uint8Array,
  format: FileFormat<A, E>,
  reading?: Reading,
): Promise<ReadonlyArray<A>> => (await partitionsOf(content, format, reading)).flat()

/** The text of the failure of a promise, without the place in the source. */
export const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
  } catch (error) {
    return String(error).replace(/^.*? failed(?: in partition \d+)?: /, "")
  }
  throw new Error("nothing failed")
}
