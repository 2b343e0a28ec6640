/**
 * The compression of Parquet files that are written.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CompressionCodec } from "hyparquet"
import { InvalidOption } from "../../core/errors.ts"

/** How the columns of a file are compressed. */
export type Compression = "none" | "snappy" | "gzip" | "zstd"

/** What the writer compresses with. */
export interface Compressor {
  readonly codec: CompressionCodec
  readonly compressors?: { readonly [K in CompressionCodec]?: (bytes: Uint8Array) => Uint8Array }
}

/** Copied, because the library takes the whole buffer below the bytes. */
const copied = (compress: (bytes: Uint8Array) => Uint8Array) => (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(compress(bytes))

const builtIn: ReadonlyMap<unknown, CompressionCodec> = new Map([
  ["none", "UNCOMPRESSED"],
  ["snappy", "SNAPPY"],
])

/** Finds what compresses the columns of a file. An unknown name is a defect, as is one that the runtime does not have. */
export const compressorFor = (where: string, compression: Compression): Effect.Effect<Compressor> => {
  const codec = builtIn.get(compression)
  if (codec !== undefined) return Effect.succeed({ codec })
  const invalid = Effect.die(
    new InvalidOption({
      where,
      option: "compression",
      value: compression,
      expected: "none, snappy, gzip or zstd, and one that this version of the runtime has",
    }),
  )
  // Loaded when it is used, so that other programs run where there is no zlib.
  return Effect.flatMap(Effect.promise(() => import("node:zlib")), (zlib): Effect.Effect<Compressor> => {
    switch (compression) {
      case "gzip":
        return Effect.succeed({ codec: "GZIP", compressors: { GZIP: copied(zlib.gzipSync) } })
      case "zstd":
        // Node has it since 22.15.
        return typeof zlib.zstdCompressSync === "function"
          ? Effect.succeed({ codec: "ZSTD", compressors: { ZSTD: copied(zlib.zstdCompressSync) } })
          : invalid
      default:
        return invalid
    }
  })
}
