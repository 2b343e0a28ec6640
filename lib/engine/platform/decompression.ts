/**
 * Decompression with the zlib module of Deno, Node and Bun.
 *
 * @module
 */
import * as zlib from "node:zlib"
import type { Transform } from "node:stream"
import * as Effect from "effect/Effect"
import type { Chunks, Compression, CompressionFormat } from "../../rdd/files/compression.ts"
import { FileError } from "../../rdd/files/files.ts"

/** How many bytes a decompressor gives at once, at most. It stops when nothing reads them. */
const OUTPUT_BYTES = 256 * 1024

const make: Readonly<Record<CompressionFormat, () => Transform>> = {
  gzip: () => zlib.createGunzip({ chunkSize: OUTPUT_BYTES }),
  deflate: () => zlib.createInflate({ chunkSize: OUTPUT_BYTES }),
  zstd: () => zlib.createZstdDecompress({ chunkSize: OUTPUT_BYTES }),
}

/** Reads the output of a transform. Writes the next chunk when it has taken the one before. */
class Transforming {
  readonly #transform: Transform
  readonly #chunks: Chunks
  readonly #path: string
  #isWriting = false
  #isFinished = false
  #isEnded = false
  #failure: FileError | undefined
  /** Whether something has happened since the last look at the transform: it may do so before anything waits. */
  #isSignalled = false
  #resume: (() => void) | undefined

  constructor(path: string, transform: Transform, chunks: Chunks) {
    this.#path = path
    this.#transform = transform
    this.#chunks = chunks
    transform.on("readable", () => this.#signal())
    transform.on("end", () => {
      this.#isEnded = true
      this.#signal()
    })
    transform.on("error", (cause: unknown) => {
      this.#failure = new FileError({ path: this.#path, operation: "read", reason: "Other", cause })
      this.#signal()
    })
  }

  #signal(): void {
    this.#isSignalled = true
    this.#resume?.()
  }

  /** Waits until something has happened to the transform. */
  readonly #wait: Effect.Effect<void> = Effect.callback<void>((resume) => {
    this.#resume = () => {
      this.#resume = undefined
      resume(Effect.void)
    }
    if (this.#isSignalled) this.#resume()
  })

  #write(chunk: Uint8Array | undefined): void {
    if (chunk === undefined) {
      this.#isFinished = true
      this.#transform.end()
      return
    }
    this.#isWriting = true
    this.#transform.write(chunk, () => {
      this.#isWriting = false
      this.#signal()
    })
  }

  /** Gives the next decompressed bytes. */
  readonly pull: Chunks = Effect.suspend((): Chunks => {
    this.#isSignalled = false
    if (this.#failure !== undefined) return Effect.fail(this.#failure)
    const bytes: Uint8Array | null = this.#transform.read()
    if (bytes !== null) return Effect.succeed(bytes)
    if (this.#isEnded) return Effect.succeed(undefined)
    if (this.#isWriting || this.#isFinished) return Effect.andThen(this.#wait, this.pull)
    return Effect.flatMap(this.#chunks, (chunk) => {
      this.#write(chunk)
      return this.pull
    })
  })
}

/** The compression of the runtime. */
export const runtimeCompression: Compression = {
  decompress: (path, format, chunks) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.try({
          try: make[format],
          // Runtimes differ in the formats that they have.
          catch: (cause) => new FileError({ path, operation: "read", reason: "Unavailable", cause }),
        }),
        (transform) => Effect.sync(() => void transform.destroy()),
      ),
      (transform) => new Transforming(path, transform, chunks).pull,
    ),
}
