/**
 * Reads what is in a log, without changing anything in its store.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { crc32 } from "../crc32.ts"
import { LogDamaged, type LogError } from "../errors.ts"
import type { LogStore } from "../log_store.ts"
import { FRAME, Frames, HEAD, type Head } from "./format.ts"
import { segmentFile } from "./names.ts"
import { readSegment } from "./reading.ts"
import { type Chain, findSegments } from "./segments.ts"
import type { Place } from "./writer.ts"

/** Is given each entry of a log, in order. The bytes may share memory with those of other entries. */
export type OnPlacedEntry = (place: Place, bytes: Uint8Array) => void

/** A segment, and where its entries end in bytes. */
export interface SegmentRead {
  readonly head: Head
  readonly end: number
}

/** What was read of a log. */
export interface ReadBack {
  /** The segments in order. If there is damage, the last one ends where it begins. */
  readonly segments: ReadonlyArray<SegmentRead>
  readonly damage: LogDamaged | undefined
}

/** Reads the entries of a log, up to its end or the first damage. */
export const readBack = Effect.fnUntraced(
  function* (store: LogStore, name: string, chain: Chain, onEntry: OnPlacedEntry | undefined) {
    const segments: Array<SegmentRead> = []
    for (const [i, head] of chain.segments.entries()) {
      const file = segmentFile(name, head.segment)
      const { end, problem } = yield* readSegment(
        store,
        file,
        new Frames(file, head.identity),
        chain.segments[i + 1]?.previousEnd,
        (offset, bytes) => onEntry?.({ segment: head.segment, offset, length: bytes.length }, bytes),
      )
      segments.push({ head, end })
      if (problem === undefined) continue
      return { segments, damage: new LogDamaged({ file: `${store.location}/${file}`, offset: end, problem }) }
    }
    return { segments, damage: chain.damage }
  },
)

/** Reads an entry at its place. Fails with `LogDamaged` if it is not there. */
export const readEntry: (
  store: LogStore,
  log: string,
  identity: string,
  place: Place,
) => Effect.Effect<Uint8Array, LogError> = Effect.fnUntraced(
  function* (store: LogStore, log: string, identity: string, place: Place) {
    const { length, offset, segment } = place
    const file = segmentFile(log, segment)
    const frames = new Frames(file, identity)
    const bytes = yield* store.read(file, offset, FRAME + length)
    const header = frames.readHeader(bytes, 0, offset)
    const entry = bytes.subarray(FRAME)
    return header?.length === length && entry.length === length && header.checksum === crc32(entry, header.seed)
      ? entry
      : yield* new LogDamaged({ file: `${store.location}/${file}`, offset, problem: "the entry cannot be read" })
  },
)

/** Whether an entry begins at a place. Its bytes are not checked. */
export const hasEntry: (
  store: LogStore,
  log: string,
  identity: string,
  place: Omit<Place, "length">,
) => Effect.Effect<boolean, LogError> = (store, log, identity, { offset, segment }) => {
  const file = segmentFile(log, segment)
  const header = Effect.map(
    store.read(file, offset, FRAME),
    (bytes) => new Frames(file, identity).readHeader(bytes, 0, offset) !== undefined,
  )
  return Effect.catchTag(header, "FileMissing", () => Effect.succeed(false))
}

/** Which log is read. */
export interface ReadOptions {
  readonly name: string
  /** The identity that the log must have. Default: any. */
  readonly identity?: string | undefined
  readonly onEntry?: OnPlacedEntry | undefined
}

/** What is in a log. */
export interface LogContents extends ReadBack {
  /** The identity of its files, or the one that was expected if it has none. */
  readonly identity: string | undefined
  /** How often the log was opened for writing. */
  readonly life: number
  /** The first segment that belongs to the log; 0 if it has never been cleaned. */
  readonly first: number
  /** Segments in the store that do not belong to the log, or cannot be reached because of the damage. */
  readonly leftovers: ReadonlyArray<number>
  /** Whether the log was closed. Otherwise a process is writing to it, or was killed. */
  readonly isClosed: boolean
}

/**
 * Reads a log as it is, without the lock of its store: another process may be writing to it. That process may create and
 * remove files meanwhile, so what looks like damage may be an effect of that. It is damage if it is still there when the
 * log is read again.
 */
export const readLog: (store: LogStore, options: ReadOptions) => Effect.Effect<LogContents, LogError> = Effect
  .fnUntraced(
    function* (store: LogStore, { identity, name, onEntry }: ReadOptions) {
      const chain = yield* Effect.catchTag(
        findSegments(store, name, identity, false),
        "LogDamaged",
        // As far as the log can be rolled back, it can be read.
        (damage) => Effect.map(findSegments(store, name, identity, true), (chain): Chain => ({ ...chain, damage })),
      )
      const read: ReadBack = yield* readBack(store, name, chain, onEntry)
      const known = new Set(read.segments.map(({ head }) => head.segment))
      const last = read.segments.at(-1)
      return {
        ...read,
        identity: chain.identity,
        life: Math.max(0, ...chain.segments.map(({ life }) => life)),
        first: chain.first,
        leftovers: chain.files.filter((segment) => !known.has(segment)),
        // A log that is closed ends with an empty segment, whose head seals the one before.
        isClosed: last?.end === HEAD && read.damage === undefined,
      }
    },
  )
