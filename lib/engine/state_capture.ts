/**
 * Capturing one partition of a state: what has changed since the last capture, and the next slice of a rolling copy.
 *
 * A full copy of a large state in one batch would make that batch late. So each capture copies a slice of the table; the
 * slices of one round are a whole copy. What has changed between the slices is in the captures too. A state is restored
 * from the last whole round and all later captures.
 *
 * @module
 */
import { isDue, Pace, type Piecewise } from "../core/pace.ts"
import { sorted } from "../core/sorted.ts"
import type { Fields, StateCoding } from "../rdd/state.ts"
import { frozen } from "../core/frozen.ts"
import { toChunk } from "./capture_chunks.ts"
import { type CapturedPart, type Chunk, type ChunkKind, chunkKind } from "./capture_format.ts"
import { type CaptureProgress, StateChanges } from "./state_changes.ts"
import type { Shared } from "./state_shared.ts"
import { GONE } from "./state_table.ts"
import type { WriteOrder } from "./write_order.ts"

/** A version that can be captured. */
export interface Capturable {
  readonly size: number
  /** Makes the table show this version, its entries in the order of insertion. */
  shown(): Shared<unknown>
}

/** The least entries in a slice. */
const LEAST = 64

/** Slices take this part of the bytes that changes take. So the captures of two rounds take about four and a half times the bytes of a copy. */
const SLICE_BYTES = 0.8

/** Slices have at least this many entries for each changed one: restoring has to read all changes of two rounds. */
const SLICE_ENTRIES = 0.25

/** A state that has not changed is copied in this many captures, once its captures are too old. */
const REFRESH_CAPTURES = 16

/** How many entries the first chunk may have: chunks grow and shrink with the time that they take. */
const FIRST_CHUNK = 512

const bytesOf = (chunks: ReadonlyArray<Chunk>): number =>
  chunks.reduce((sum, { blocks }) => blocks.reduce((sum, block) => sum + block.length, sum), 0)

const countOf = (chunks: ReadonlyArray<Chunk>): number => chunks.reduce((sum, { count }) => sum + count, 0)

/** Which entries of a version are read: those with numbers above `after`, up to `until`, at most `most` of them. */
interface Range extends Pick<CaptureOptions, "encode" | "fields"> {
  readonly kind: ChunkKind
  readonly after: number
  readonly until: number
  readonly most: number
  /** Lists the places from `from` on and before `end` in order, as many as `places` has room for. Gives how many. */
  readonly list: (from: number, end: number, places: Int32Array) => number
}

const every = (from: number, end: number, places: Int32Array): number => {
  const count = Math.min(places.length, Math.max(0, (end - from) / 2))
  for (let i = 0; i < count; i++) places[i] = from + 2 * i
  return count
}

/** Room for the lists of a chunk. Chunks use it one after the other: new lists for each would be much garbage. */
class Lists {
  readonly places: Int32Array
  readonly numbers: Float64Array
  readonly values: Float64Array

  constructor(size: number) {
    this.places = new Int32Array(size)
    this.numbers = new Float64Array(size)
    this.values = new Float64Array(size)
  }
}

/** The room of the last chunk, for the next one. */
let spare: Lists | undefined

/** The values at some places as doubles; undefined unless all of them are numbers. */
const numbersAt = (cells: ReadonlyArray<unknown>, places: Int32Array, room: Float64Array): Float64Array | undefined => {
  for (let i = 0; i < places.length; i++) {
    const value = cells[places[i]! + 1]
    if (typeof value !== "number") return undefined
    room[i] = value
  }
  return room.subarray(0, places.length)
}

/** The values at some places. Moves the places of values that are there to the front. */
const valuesAt = (cells: ReadonlyArray<unknown>, places: Int32Array): Array<unknown> => {
  const values = new Array<unknown>(places.length)
  let count = 0
  for (let i = 0; i < places.length; i++) {
    const value = cells[places[i]! + 1]
    if (value === GONE) continue
    places[count] = places[i]!
    values[count++] = value
  }
  values.length = count
  return values
}

const keysAt = (cells: ReadonlyArray<unknown>, places: Int32Array): Array<unknown> => {
  const keys = new Array<unknown>(places.length)
  for (let i = 0; i < places.length; i++) keys[i] = cells[places[i]!]
  return keys
}

/** How many milliseconds before a batch time entries were written. */
const agesAt = (order: WriteOrder, at: number, places: Int32Array): Float64Array => {
  const ages = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) ages[i] = at - order.timeOf(places[i]!)
  return ages
}

/** Freezes values, and gives what is written of them. */
export const toLogged = (values: Array<unknown>, { encode, fields }: StateCoding): Array<unknown> => {
  if (fields !== undefined) return values
  for (let i = 0; i < values.length; i++) {
    const value = frozen(values[i])
    if (encode !== undefined) values[i] = encode(value)
  }
  return values
}

const NOTHING: ReadonlyArray<never> = []

/** Encodes the entries at some places. Gives undefined if all of them have been deleted. */
const readChunk = (
  { order, table }: Shared<unknown>,
  at: number,
  range: Range,
  lists: Lists,
  listed: Int32Array,
): Chunk | undefined => {
  const { encode, fields, kind } = range
  const { cells } = table
  const doubles = encode === undefined && fields === undefined ? numbersAt(cells, listed, lists.values) : undefined
  const values = doubles ?? toLogged(valuesAt(cells, listed), range)
  const count = values.length
  if (count === 0) return undefined
  const places = listed.subarray(0, count)
  const numbers = lists.numbers.subarray(0, count)
  for (let i = 0; i < count; i++) numbers[i] = table.numberOf(places[i]!)
  return toChunk({
    kind,
    numbers,
    keys: kind === chunkKind.changed ? NOTHING : keysAt(cells, places),
    values,
    ages: order === undefined ? NOTHING : agesAt(order, at, places),
  }, fields)
}

/** Encodes entries of a version chunk by chunk. Gives the number of the last one; `until` where no more follow. */
function* readEntries(
  version: Capturable,
  at: number,
  range: Range,
  chunks: Array<Chunk>,
): Piecewise<number> {
  const { after, list, most, until } = range
  const pace = new Pace(FIRST_CHUNK)
  for (let left = most, last = after;;) {
    // Other versions may have been shown since the last chunk, and entries may have other places.
    const shared = version.shown()
    const { table } = shared
    const size = pace.end(0, left)
    const lists = spare !== undefined && spare.places.length >= size ? spare : new Lists(size)
    spare = undefined
    const places = lists.places.subarray(0, size)
    const count = list(table.placeAfter(last), table.placeAfter(until), places)
    const isLast = count < size
    if (count > 0) last = table.numberOf(places[count - 1]!)
    const chunk = readChunk(shared, at, range, lists, places.subarray(0, count))
    spare = lists
    if (chunk !== undefined) chunks.push(chunk)
    if (isLast) return until
    left -= chunk?.count ?? 0
    if (left <= 0) return last
    if (pace.isDue()) yield
  }
}

/** Encodes the numbers of deleted entries, those up to `until`. */
function* deletedEntries(deleted: ReadonlySet<number>, until: number, chunks: Array<Chunk>): Piecewise<void> {
  const all = yield* sorted(Array.from(deleted).filter((number) => number <= until), (a, b) => a - b)
  const size = 8 * FIRST_CHUNK
  for (let from = 0; from < all.length; from += size) {
    const numbers = Float64Array.from(all.slice(from, from + size))
    chunks.push(toChunk({ kind: chunkKind.deleted, numbers, keys: NOTHING, values: NOTHING, ages: NOTHING }))
    if (isDue()) yield
  }
}

/** What a capture has to copy. */
interface Amount {
  /** The entries of the table. */
  readonly size: number
  /** How many of them have changed, and how many bytes the changes take. */
  readonly count: number
  readonly bytes: number
  /** Whether the last whole copy is too old. */
  readonly isStale: boolean
}

/** How many entries the next slice has. */
const sliceSize = ({ sliceBytes }: CaptureProgress, { bytes, count, isStale, size }: Amount): number =>
  Math.ceil(
    Math.max(LEAST, SLICE_ENTRIES * count, SLICE_BYTES * bytes / sliceBytes, isStale ? size / REFRESH_CAPTURES : 0),
  )

/** Whether a copy of the whole table takes no more bytes than the changes and a slice. */
const isWorthACopy = (progress: CaptureProgress, amount: Amount): boolean =>
  amount.bytes + sliceSize(progress, amount) * progress.sliceBytes >= amount.size * progress.sliceBytes

const average = (chunks: ReadonlyArray<Chunk>, before: number | undefined): number =>
  countOf(chunks) === 0 ? before ?? 16 : Math.max(1, bytesOf(chunks) / countOf(chunks))

/** How a version is captured. */
export interface CaptureOptions {
  /** The batch time of the version. */
  readonly at: number
  /** Entries that have not changed are copied too if the oldest capture that is needed is of a batch before this one. */
  readonly refresh: number
  /** Whether to copy the whole table in any case. */
  readonly isWhole: boolean
  /** How values are written; undefined if they are plain data. */
  readonly encode?: ((value: unknown) => unknown) | undefined
  /** The properties of values that the library itself makes. They are neither checked nor frozen. */
  readonly fields?: Fields | undefined
}

/** What a capture has of a partition, and the batch time of the oldest capture that is needed from now on. */
export interface CapturedVersion {
  /** Undefined: nothing has changed since the last capture. */
  readonly part: CapturedPart | undefined
  readonly neededFrom: number
}

/**
 * Captures a version of a partition. Other versions may be read and written meanwhile. Throws `NotPortable`; the next
 * capture then copies the whole table.
 */
export function* captureVersion(
  version: Capturable,
  partition: number,
  { at, encode, fields, isWhole: mustBeWhole, refresh }: CaptureOptions,
): Piecewise<CapturedVersion> {
  const shared = version.shown()
  const { cells } = shared.table
  const changes = shared.changes ??= new StateChanges()
  if (mustBeWhole) changes.progress = undefined
  const { progress } = changes
  // A restored table numbers new entries from here: a number that earlier captures have used must not come again.
  const newest = Math.max(progress?.newest ?? 0, shared.table.newest)
  const since = shared.order?.since
  const isStale = progress !== undefined && progress.neededFrom < refresh
  if (
    progress !== undefined && changes.isEmpty && newest <= progress.newest && since === progress.since && !isStale
  ) return { part: undefined, neededFrom: progress.neededFrom }
  const { deleted, written } = changes.take()
  const chunks: Array<Chunk> = []
  const slices: Array<Chunk> = []
  const { size } = version
  const count = written.count + deleted.size + (cells.length - shared.table.placeAfter(progress?.newest ?? 0)) / 2
  const isWhole = progress === undefined ||
    isWorthACopy(progress, { size, count, bytes: count * progress.changeBytes, isStale })
  const slice = { encode, fields, kind: chunkKind.slice, until: newest, list: every }
  let copied = newest
  if (isWhole) yield* readEntries(version, at, { ...slice, after: 0, most: Infinity }, slices)
  else {
    yield* deletedEntries(deleted, progress.newest, chunks)
    const changed = { encode, fields, kind: chunkKind.changed, after: 0, until: progress.newest, most: Infinity }
    yield* readEntries(version, at, { ...changed, list: written.list.bind(written) }, chunks)
    const added = { encode, fields, kind: chunkKind.added, after: progress.newest, until: newest, most: Infinity }
    yield* readEntries(version, at, { ...added, list: every }, chunks)
    const most = sliceSize(progress, { size, count: countOf(chunks), bytes: bytesOf(chunks), isStale })
    copied = yield* readEntries(version, at, { ...slice, after: progress.copied, most }, slices)
  }
  const begins = isWhole || progress.copied === 0
  const ends = copied === newest
  const roundFrom = begins ? at : progress.roundFrom
  const neededFrom = (ends ? roundFrom : progress?.neededFrom) ?? at
  changes.finish({
    neededFrom,
    roundFrom: ends ? undefined : roundFrom,
    copied: ends ? 0 : copied,
    newest,
    since,
    sliceBytes: average(slices, progress?.sliceBytes),
    changeBytes: average(chunks, progress?.changeBytes),
  })
  const part = { partition, begins, ends, copied: ends ? 0 : copied, newest, since, chunks: [...chunks, ...slices] }
  return { part, neededFrom }
}

/**
 * Copies a version of a partition. What captures have is not affected. Values are frozen. Throws `NotPortable`.
 */
export function* copyVersion(
  version: Capturable,
  partition: number,
  at: number,
  { encode, fields }: StateCoding = {},
): Piecewise<CapturedPart> {
  const { order, table: { newest } } = version.shown()
  const chunks: Array<Chunk> = []
  const all = { kind: chunkKind.slice, after: 0, until: newest, most: Infinity, list: every, encode, fields }
  yield* readEntries(version, at, all, chunks)
  return { partition, begins: true, ends: true, copied: 0, newest, since: order?.since, chunks }
}
