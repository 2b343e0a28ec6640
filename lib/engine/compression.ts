/**
 * The compression of the program: that of Deno, Node or Bun.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Compression } from "../rdd/files/compression.ts"
import { FileError } from "../rdd/files/files.ts"

/** The compression of the runtime. It is loaded when it is first used: programs without compressed files start without it. */
export const runtimeCompression: Compression = {
  decompress: (path, format, chunks) =>
    Effect.promise(() => import("./platform/decompression.ts")).pipe(
      Effect.catchDefect((cause) =>
        Effect.fail(new FileError({ path, operation: "read", reason: "Unavailable", cause }))
      ),
      Effect.flatMap(({ runtimeCompression }) => runtimeCompression.decompress(path, format, chunks)),
    ),
}
