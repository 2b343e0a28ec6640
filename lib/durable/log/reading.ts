/**
 * Reads the entries of a segment, in pieces that do not hold up the event loop.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { giveWayIfDue } from "../../core/pace.ts"
import { crc32 } from "../crc32.ts"
import type { StoreError } from "../errors.ts"
import type { LogStore } from "../log_store.ts"
import { joined } from "../../core/bytes.ts"
import { FRAME, type Frames, HEAD, LONGEST_ENTRY } from "./format.ts"

/** How many bytes are read at once. */
const CHUNK = 1 << 20
/** How many entries are read before the event loop may get a turn. */
const ENTRIES = 64

/** Is given the entry at an offset. Its bytes may share memory with those of other entries. */
export type OnEntry = (offset: number, bytes: Uint8Array) => void

/** Where the entries of a segment end, and what is wrong there if that is not the end of what was written. */
export interface SegmentEnd {
  readonly end: number
  readonly problem: string | undefined
}

/** Bytes of a file that are read on demand. */
class Window {
  #bytes: Uint8Array = new Uint8Array()
  #start: number
  readonly #read: (from: number, length: number) => Effect.Effect<Uint8Array, StoreError>

  constructor(start: number, read: (from: number, length: number) => Effect.Effect<Uint8Array, StoreError>) {
    this.#start = start
    this.#read = read
  }

  /** The bytes that have been read, and the offset of the first in the file. */
  get bytes(): Uint8Array {
    return this.#bytes
  }
  get start(): number {
    return this.#start
  }

  /** Whether `length` bytes at an offset have been read. */
  has(offset: number, length: number): boolean {
    return offset + length <= this.#start + this.#bytes.length
  }

  /** Reads on from an offset, and forgets what is before it. */
  load(offset: number, length: number): Effect.Effect<void, StoreError> {
    return Effect.map(this.#read(offset, Math.max(CHUNK, length)), (bytes) => {
      this.#bytes = bytes
      this.#start = offset
    })
  }
}

const checksumOf = Effect.fnUntraced(function* (bytes: Uint8Array, seed: number) {
  let sum = seed
  for (let at = 0; at < bytes.length; at += CHUNK) {
    if (at > 0) yield* giveWayIfDue
    sum = crc32(bytes.subarray(at, at + CHUNK), sum)
  }
  return sum
})

/** Whether any whole header after a broken one says that the broken one was durable. */
const wasDurable = Effect.fnUntraced(function* (window: Window, frames: Frames, broken: number) {
  for (let from = broken + 1;;) {
    yield* window.load(from, CHUNK)
    const { bytes, start } = window
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const last = bytes.length - FRAME
    for (let at = 0; at <= last; at++) {
      const durable = view.getUint32(at + 4, true)
      if (durable <= broken || durable > start + at || view.getUint32(at, true) > LONGEST_ENTRY) continue
      if (frames.readHeader(bytes, at, start) !== undefined) return true
    }
    if (bytes.length < CHUNK) return false
    from = start + last + 1
    yield* giveWayIfDue
  }
})

/**
 * Gives all entries of a segment in order. `sealedAt` is where the next segment says that this one ends. Without one, the
 * segment was the last when a process ended: what cannot be read at its end was not durable.
 */
export const readSegment = Effect.fnUntraced(
  function* (
    store: LogStore,
    file: string,
    frames: Frames,
    sealedAt: number | undefined,
    onEntry: OnEntry,
  ): Effect.fn.Return<SegmentEnd, StoreError> {
    const window = new Window(HEAD, (from, length) => store.read(file, from, length))
    let offset = HEAD
    for (let count = 0; offset !== sealedAt; count++) {
      if (count % ENTRIES === 0) yield* giveWayIfDue
      if (!window.has(offset, FRAME)) yield* window.load(offset, CHUNK)
      const header = frames.readHeader(window.bytes, offset - window.start, window.start)
      if (header === undefined) break
      const { checksum, length, seed } = header
      const next = offset + FRAME + length
      if (length > LONGEST_ENTRY || next > (sealedAt ?? Infinity)) break
      const isLong = FRAME + length > CHUNK
      if (!isLong && !window.has(offset, FRAME + length)) yield* window.load(offset, CHUNK)
      const bytes = isLong
        ? yield* readLong(store, file, offset + FRAME, length)
        : window.bytes.subarray(offset - window.start + FRAME, next - window.start)
      if (bytes.length < length || (isLong ? yield* checksumOf(bytes, seed) : crc32(bytes, seed)) !== checksum) break
      onEntry(offset, bytes)
      offset = next
    }
    if (offset === sealedAt) return { end: offset, problem: undefined }
    if (sealedAt !== undefined) return { end: offset, problem: "an entry cannot be read that was durable" }
    const damaged = yield* wasDurable(window, frames, offset)
    return { end: offset, problem: damaged ? "an entry cannot be read, but durable ones follow it" : undefined }
  },
)

/** Reads an entry that is longer than a chunk. Its length may be that of a torn one, so memory is taken as it is read. */
const readLong = Effect.fnUntraced(function* (store: LogStore, file: string, from: number, length: number) {
  const chunks: Array<Uint8Array> = []
  for (let read = 0; read < length;) {
    const chunk = yield* store.read(file, from + read, Math.min(CHUNK, length - read))
    chunks.push(chunk)
    read += chunk.length
    if (chunk.length < CHUNK) break
    yield* giveWayIfDue
  }
  return joined(chunks)
})
