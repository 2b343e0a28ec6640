/**
 * Files that a function of the user decodes.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Block from "../rdd/block.ts"
import { Flow, type Pull } from "../rdd/flow.ts"
import type { Chunks } from "../rdd/files/compression.ts"
import type { FileEntry, FileError } from "../rdd/files/files.ts"
import { linesOf, openFile } from "../rdd/files/reading.ts"
import type { Partitions } from "./file_rdd.ts"

/** A file that a decoder reads. Each stream reads the file from its beginning, in pieces. */
export interface StreamedFile extends FileEntry {
  /** The bytes. Those of a `.gz`, `.zst` or `.deflate` file are decompressed. */
  readonly bytes: Stream.Stream<Uint8Array, FileError>
  /** The lines of the bytes as UTF-8 text, without their line ends. */
  readonly lines: Stream.Stream<string, FileError>
}

const streamOf = <A, E>(pull: Pull<A, E>): Stream.Stream<A, E> =>
  Stream.fromPull(Effect.succeed(Effect.flatMap(pull, (block) => {
    const records = block?.records ?? []
    // Blocks of files have records, so there are none at the end only.
    return Arr.isReadonlyArrayNonEmpty(records) ? Effect.succeed(records) : Cause.done()
  })))

const opened = <A>(path: string, pull: (chunks: Chunks) => Pull<A, FileError>): Stream.Stream<A, FileError> =>
  Stream.unwrap(Effect.map(openFile(path), (chunks) => streamOf(pull(chunks))))

const bytesOf = (chunks: Chunks): Pull<Uint8Array, FileError> =>
  Effect.map(chunks, (chunk) => chunk && Block.fromArray([chunk]))

/** The records that a decoder makes of files, each file in one partition. What the decoder throws fails the partition. */
export const decodedPartitions =
  <A, E, R>(decode: (file: StreamedFile) => Stream.Stream<A, E, R>): Partitions<A, E, R> => (file) => {
    const given = () =>
      decode({
        ...file,
        bytes: opened(file.path, bytesOf),
        lines: opened(file.path, (chunks) => linesOf(file.path, chunks)),
      })
    const toEnd = (error: E | Cause.Done) => Cause.isDone(error) ? Effect.succeed(undefined) : Effect.fail(error)
    const open = Effect.map(
      Effect.suspend(() => Stream.toPull(given())),
      // `isDone` leaves the errors of the decoder, which the compiler does not see.
      (pull) => Effect.catch(Effect.map(pull, Block.fromArray), toEnd) as Pull<A, E, R>,
    )
    return [new Flow<A, E, R>(open)]
  }
