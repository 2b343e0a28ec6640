/**
 * Spill files: the chunks of one block, one after another, and how they are read back.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { NotPortable } from "../../core/codec.ts"
import { BlockUnreadable } from "../../core/errors.ts"
import { giveWayIfDue, run } from "../../core/pace.ts"
import { type Block, fromArray, gather } from "../../rdd/block.ts"
import type { FileError, Files } from "../../rdd/files/files.ts"
import { Flow } from "../../rdd/flow.ts"
import { type Chunk, chunksOf, fromChunks } from "./chunks.ts"

/** Where a chunk lies in a file, in bytes. */
interface ChunkPlace {
  readonly isText: boolean
  readonly from: number
  readonly to: number
  readonly records: number
}

/** A file with the chunks of a block. */
export interface SpillFile {
  readonly path: string
  readonly size: number
  readonly records: number
  readonly places: ReadonlyArray<ChunkPlace>
}

/** About how many bytes are written and read at once. */
const BYTES_AT_ONCE = 1024 * 1024

/** Writes a block to a new file. Fails with `NotPortable` where a record cannot be encoded. The caller removes what was written then. */
export const writeSpill: (
  files: Files,
  path: string,
  block: Block<unknown>,
) => Effect.Effect<SpillFile, FileError | NotPortable> = Effect.fnUntraced(
  function* (files: Files, path: string, block: Block<unknown>) {
    const places: Array<ChunkPlace> = []
    let [size, records, waiting] = [0, 0, 0]
    let pieces: Array<Uint8Array> = []
    const next = yield* encoding(() => chunksOf(block))
    for (;;) {
      const chunk = yield* encoding(next)
      if (waiting > 0 && (chunk === undefined || waiting >= BYTES_AT_ONCE)) {
        yield* files.append(path, pieces)
        pieces = []
        waiting = 0
      }
      if (chunk === undefined) return { path, size, records, places }
      const { bytes, isText } = chunk
      places.push({ isText, from: size, to: size + bytes.length, records: chunk.records })
      pieces.push(bytes)
      waiting += bytes.length
      size += bytes.length
      records += chunk.records
      yield* giveWayIfDue
    }
  },
)

/** Runs a step of the encoder, which throws nothing but `NotPortable`. */
export const encoding = <A>(step: () => A): Effect.Effect<A, NotPortable> =>
  Effect.try({ try: step, catch: (cause) => cause as NotPortable })

/** The places of neighbouring chunks that are read at once. */
const groupsOf = (places: ReadonlyArray<ChunkPlace>): ReadonlyArray<ReadonlyArray<ChunkPlace>> => {
  const groups: Array<Array<ChunkPlace>> = []
  let start = -Infinity
  for (const place of places) {
    if (place.to - start > BYTES_AT_ONCE) {
      groups.push([])
      start = place.from
    }
    groups.at(-1)?.push(place)
  }
  return groups
}

/** The chunks that have records with indices in `[from, to)`, and the index of the first record of the first chunk. */
const placesBetween = ({ places }: SpillFile, from: number, to: number) => {
  const found: Array<ChunkPlace> = []
  let at = 0
  let first = 0
  for (const place of places) {
    if (at < to && at + place.records > from) {
      if (found.length === 0) first = at
      found.push(place)
    }
    at += place.records
  }
  return { found, first }
}

/** Reads the records of a file with indices in `[from, to)`, about a mebibyte at a time. If that fails, `onFailure` runs. */
export const readSpill = (
  files: Files,
  file: SpillFile,
  from: number,
  to: number,
  onFailure: Effect.Effect<void>,
): Flow<unknown, BlockUnreadable> => {
  const unreadable = (cause: unknown) => new BlockUnreadable({ path: file.path, cause })
  const readGroup = Effect.fnUntraced(function* (group: ReadonlyArray<ChunkPlace>) {
    const [start, end] = [group[0]?.from ?? 0, group.at(-1)?.to ?? 0]
    const bytes = yield* Effect.mapError(files.read(file.path, start, end), unreadable)
    if (bytes.length < end - start) return yield* Effect.fail(unreadable(`it ends at byte ${start + bytes.length}`))
    return fromChunks(group.map((place): Chunk => ({
      isText: place.isText,
      records: place.records,
      bytes: bytes.subarray(place.from - start, place.to - start),
    })))
  })
  return new Flow(
    Effect.sync(() => {
      const { first, found } = placesBetween(file, from, to)
      const groups = groupsOf(found)
      let next = 0
      let at = first
      return Effect.suspend(() => {
        const group = groups[next++]
        if (group === undefined) return Effect.succeed(undefined)
        const records = group.reduce((sum, place) => sum + place.records, 0)
        const [skip, end] = [Math.max(0, from - at), Math.min(records, to - at)]
        at += records
        const block = Effect.tapError(readGroup(group), () => onFailure)
        if (skip === 0 && end === records) return block
        return Effect.flatMap(
          block,
          (whole) => Effect.map(run(() => gather(whole)), (all): Block<unknown> => fromArray(all.slice(skip, end))),
        )
      })
    }),
    () => to - from,
  )
}
