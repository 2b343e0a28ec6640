/**
 * Flows of the bytes and lines of files, which are read in pieces.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Flow, type Pull } from "../flow.ts"
import { fromRecords } from "../record_block.ts"
import { LineSplitter } from "../text_lines.ts"
import { type Chunks, Compression, formatOf } from "./compression.ts"
import { FileError, Files } from "./files.ts"

/** How many bytes of a file are read at once. */
export const CHUNK_BYTES: number = 1024 * 1024

/** The longest line: longer ones may not fit into a string. */
const MAX_LINE_BYTES = 256 * 1024 * 1024

const [CR, LF] = [13, 10]

/** Reads the bytes of a file from offset `from` to offset `to`, or to its end. */
export const chunksOf = (files: Files, path: string, from: number, to: number): Chunks => {
  let at = from
  return Effect.suspend(() => {
    if (at >= to) return Effect.succeed(undefined)
    return Effect.map(files.read(path, at, Math.min(to, at + CHUNK_BYTES)), (bytes) => {
      at += bytes.length
      return bytes.length === 0 ? undefined : bytes
    })
  })
}

/** Reads a whole file, decompressed if the suffix of its name says that it is compressed. */
export const openFile: (path: string) => Effect.Effect<Chunks, FileError, Scope.Scope> = Effect.fnUntraced(
  function* (path: string) {
    const files = yield* Files
    const chunks = chunksOf(files, path, 0, Infinity)
    const format = formatOf(path)
    return format === undefined ? chunks : yield* (yield* Compression).decompress(path, format, chunks)
  },
)

/** The index after the first line end, or undefined if the bytes end before that is certain. */
const firstLineEnd = (bytes: Uint8Array, isLast: boolean): number | undefined => {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LF) return i + 1
    if (bytes[i] !== CR) continue
    // Only the byte after \r tells whether \n belongs to it.
    if (i + 1 < bytes.length) return bytes[i + 1] === LF ? i + 2 : i + 1
    return isLast ? i + 1 : undefined
  }
  return isLast ? bytes.length : undefined
}

/** How many bytes are read at first to find the end of a line. */
const AHEAD = 16_384

/** Finds where the first line begins that begins at an offset or behind it. The end of the file, if there is none. */
const lineStart = (files: Files, path: string, offset: number, size: number): Effect.Effect<number, FileError> => {
  // One byte earlier, to see whether a line begins at the offset.
  const search = (at: number, length: number): Effect.Effect<number, FileError> =>
    Effect.flatMap(files.read(path, at, Math.min(size, at + length)), (bytes) => {
      const isLast = bytes.length === 0 || at + bytes.length >= size
      const found = firstLineEnd(bytes, isLast)
      if (found !== undefined) return Effect.succeed(at + found)
      const next = at + bytes.length - (bytes.at(-1) === CR ? 1 : 0)
      return search(next, Math.min(CHUNK_BYTES, 2 * length))
    })
  return offset <= 0 ? Effect.succeed(0) : offset >= size ? Effect.succeed(size) : search(offset - 1, AHEAD)
}

/** Makes blocks of the lines of bytes. */
export const linesOf = (path: string, chunks: Chunks): Pull<string, FileError> => {
  const splitter = new LineSplitter(MAX_LINE_BYTES)
  let isOver = false
  const pull: Pull<string, FileError> = Effect.suspend(() => {
    if (isOver) return Effect.succeed(undefined)
    return Effect.flatMap(chunks, (chunk) => {
      isOver = chunk === undefined
      const { block, tooLong } = chunk === undefined ? splitter.finish() : splitter.push(chunk)
      if (tooLong > 0) {
        const cause = `a line is longer than ${MAX_LINE_BYTES} bytes`
        return Effect.fail(new FileError({ path, operation: "read", reason: "Other", cause }))
      }
      return block === undefined ? pull : Effect.succeed(block)
    })
  })
  return pull
}

/**
 * The lines of a file that begin in `[from, to)`. A line that goes on beyond `to` belongs to this range, with its end. A
 * compressed file has only the range of all its bytes.
 */
export const lineFlow = (
  { path, size }: { readonly path: string; readonly size: number },
  from: number,
  to: number,
): Flow<string, FileError> => new Flow(openLines(path, size, from, to))

const openLines = Effect.fnUntraced(function* (path: string, size: number, from: number, to: number) {
  if (formatOf(path) !== undefined) return linesOf(path, yield* openFile(path))
  const files = yield* Files
  const begin = yield* lineStart(files, path, from, size)
  const end = begin >= to ? begin : yield* lineStart(files, path, to, size)
  return linesOf(path, chunksOf(files, path, begin, end))
})

/** Counts the lines of a file that begin before an offset, for messages. Reads the file up to there. */
export const countLines = (
  file: { readonly path: string; readonly size: number },
  offset: number,
): Effect.Effect<number, FileError> => {
  let lines = 0
  if (offset === 0) return Effect.succeed(lines)
  return Effect.scoped(Effect.gen(function* () {
    const pull = yield* lineFlow(file, 0, offset).open
    for (let block = yield* pull; block !== undefined; block = yield* pull) lines += block.length
    return lines
  }))
}

/** The records of `recordLength` bytes of a file, from record `from` to record `to`. */
export const recordFlow = (
  path: string,
  recordLength: number,
  from: number,
  to: number,
): Flow<Uint8Array<ArrayBuffer>, FileError> => {
  const atOnce = Math.max(1, Math.floor(CHUNK_BYTES / recordLength))
  return new Flow(Effect.map(Files, (files) => {
    let next = from
    return Effect.suspend(() => {
      if (next >= to) return Effect.succeed(undefined)
      const count = Math.min(atOnce, to - next)
      const start = next * recordLength
      next += count
      return Effect.flatMap(files.read(path, start, start + count * recordLength), (bytes) => {
        if (bytes.length < count * recordLength) {
          const cause = "the file became shorter after it was listed"
          return Effect.fail(new FileError({ path, operation: "read", reason: "Other", cause }))
        }
        return Effect.succeed(fromRecords(bytes, recordLength))
      })
    })
  }))
}
