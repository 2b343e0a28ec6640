/**
 * Compressed files: which formats there are, and the service that decompresses them.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { FileError } from "./files.ts"

/** A format of compressed files: gzip (`.gz`), Zstandard (`.zst`), zlib (`.deflate`). */
export type CompressionFormat = "gzip" | "zstd" | "deflate"

const formats: ReadonlyMap<string, CompressionFormat> = new Map([
  ["gz", "gzip"],
  ["zst", "zstd"],
  ["deflate", "deflate"],
])

/** Finds the format of a file by the suffix of its name. Undefined for a file that is not compressed. */
export const formatOf = (name: string): CompressionFormat | undefined =>
  formats.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase())

/** Gives the next bytes of a file at each run, at least one, and undefined at the end. */
export type Chunks<E = FileError, R = never> = Effect.Effect<Uint8Array | undefined, E, R>

/**
 * Decompresses files while they are read. `SparkContext.layer` provides that of Deno, Node or Bun, unless the program
 * provides one. Spark: `CompressionCodec` of Hadoop.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { gzipSync } from "node:zlib"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const file = await Deno.makeTempFile({ suffix: ".gz" })
 * await Deno.writeFile(file, gzipSync("to be\nor not\n"))
 * const noted: Array<RDD.CompressionFormat> = []
 * const lines = Effect.gen(function* () {
 *   const { decompress } = yield* RDD.Compression
 *   const noting: RDD.Compression = {
 *     decompress: (path, format, chunks) => {
 *       noted.push(format)
 *       return decompress(path, format, chunks)
 *     },
 *   }
 *   return yield* Effect.provideService(RDD.collect(RDD.textFile(file)), RDD.Compression, noting)
 * })
 * const sc = SparkContext.layer({ master: "local[1]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(lines, sc)), ["to be", "or not"])
 * assert.deepEqual(noted, ["gzip"])
 * await Deno.remove(file)
 * ```
 */
export interface Compression {
  /** Decompresses the bytes of a file, which it reads as they are needed. What it acquires is released with the scope. */
  readonly decompress: (
    path: string,
    format: CompressionFormat,
    chunks: Chunks,
  ) => Effect.Effect<Chunks, FileError, Scope.Scope>
}

/** No compression: every compressed file fails. The default, until an engine brings another. */
export const unavailable: Compression = {
  decompress: (path, format) =>
    Effect.fail(
      new FileError({ path, operation: "read", reason: "Unavailable", cause: `${format} is not available here` }),
    ),
}

/** The service of {@link Compression}. A reference: programs need not provide it. */
export const Compression: Context.Reference<Compression> = Context.Reference<Compression>(
  "@dstream/dstream/Compression",
  { defaultValue: () => unavailable },
)
