/**
 * Capturing, restoring and placing whole states: all partitions of a version.
 *
 * @module
 */
import { CorruptBlock, NotPortable } from "../core/codec.ts"
import { Mismatch } from "../core/errors.ts"
import { equalKeys, UnsupportedKey } from "../core/keys.ts"
import { inPieces, type Piecewise } from "../core/pace.ts"
import { showRecord } from "../core/show.ts"
import { type Partitioner, show as showPartitioner } from "../rdd/partitioner.ts"
import { type Captured, type CapturedPart, fromBytes, type Placing, toPieces } from "./capture_format.ts"
import { type Capturable, type CaptureOptions, captureVersion } from "./state_capture.ts"
import { StateChanges } from "./state_changes.ts"
import { type PartAt, type RestoredTable, restoreTable } from "./state_restore.ts"
import { GONE, StateTable } from "./state_table.ts"
import { WriteOrder } from "./write_order.ts"

/** How a partitioner places keys. */
export const placingOf = ({ detail, name, numPartitions }: Partitioner): Placing => ({ name, numPartitions, detail })

/** Whether a partitioner places keys in this way. */
export const isPlacedBy = (placing: Placing, { detail, name, numPartitions }: Partitioner): boolean =>
  placing.name === name && placing.numPartitions === numPartitions && equalKeys(placing.detail, detail)

/** The captured bytes of a state in pieces; no pieces if nothing has changed. */
export interface StatePieces {
  readonly pieces: ReadonlyArray<Uint8Array>
  /** The batch time of the oldest capture that is needed from now on. */
  readonly neededFrom: number
}

/** Captures the partitions of a version. Throws `NotPortable`. */
export function* captureState(
  partitions: ReadonlyMap<number, Capturable>,
  options: CaptureOptions & { readonly placing: Placing | undefined },
): Piecewise<StatePieces> {
  const parts: Array<CapturedPart> = []
  let oldest = options.at
  for (const [partition, version] of partitions) {
    const { neededFrom, part } = yield* captureVersion(version, partition, options)
    if (part !== undefined) parts.push(part)
    oldest = Math.min(oldest, neededFrom)
  }
  const { at, placing } = options
  return { pieces: parts.length === 0 ? [] : toPieces({ at, parts, placing }), neededFrom: oldest }
}

/** A restored state. */
export interface RestoredState {
  readonly placing: Placing | undefined
  readonly tables: ReadonlyMap<number, RestoredTable>
  /** The batch time of the oldest capture that is needed. */
  readonly neededFrom: number
}

const isSame = (a: Placing | undefined, b: Placing | undefined): boolean =>
  a?.name === b?.name && a?.numPartitions === b?.numPartitions && equalKeys(a?.detail, b?.detail)

/** Restores a state from its captures, oldest first. Throws `CorruptBlock`. */
export function* restoreState(captures: ReadonlyArray<Uint8Array>): Piecewise<RestoredState> {
  if (captures.length === 0) throw new CorruptBlock({ problem: "a state has no captures" })
  const all: Array<Captured> = captures.map(fromBytes)
  const placing = all.at(-1)?.placing
  // When a state has been placed anew, the next capture has all of it.
  const from = all.findLastIndex((captured) => !isSame(captured.placing, placing)) + 1
  const partsOf = new Map<number, Array<PartAt>>()
  for (const { at, parts } of all.slice(from)) {
    for (const part of parts) {
      const known = partsOf.get(part.partition) ?? []
      partsOf.set(part.partition, known)
      known.push({ at, part })
    }
  }
  const tables = new Map<number, RestoredTable>()
  for (const partition of Array.from(partsOf.keys()).sort((a, b) => a - b)) {
    tables.set(partition, yield* restoreTable(partsOf.get(partition) ?? []))
  }
  const needed = Array.from(tables.values(), ({ changes }) => changes.progress?.neededFrom ?? -Infinity)
  return { placing, tables, neededFrom: Math.min(...needed) }
}

/** Places the entries of all partitions anew. Throws `Mismatch`, and what the partitioner throws. */
export function* placeAnew(
  partitions: ReadonlyMap<number, Capturable>,
  partitioner: Partitioner,
): Piecewise<ReadonlyArray<RestoredTable>> {
  const sources = Array.from(partitions.keys()).sort((a, b) => a - b).map((i) => partitions.get(i)!.shown())
  const times = sources.flatMap(({ order }) => order === undefined ? [] : order.since)
  const since = times.length === 0 ? undefined : Math.max(...times)
  const tables = Array.from({ length: partitioner.numPartitions }, () => {
    const table = new StateTable()
    return { table, order: since === undefined ? undefined : new WriteOrder(table, since), changes: new StateChanges() }
  })
  for (const { order, table: { cells } } of sources) {
    yield* inPieces(cells.length >> 1, (from, to) => {
      for (let place = 2 * from; place < 2 * to; place += 2) {
        if (cells[place + 1] === GONE) continue
        const target = tableFor(tables, cells[place], partitioner)
        const at = target.table.insert(cells[place], cells[place + 1])
        target.order?.set(at, order?.timeOf(place) ?? NaN)
      }
    })
  }
  return tables
}

const tableFor = (tables: ReadonlyArray<RestoredTable>, key: unknown, by: Partitioner): RestoredTable => {
  const partition = by.getPartition(key)
  const target = tables[partition]
  if (target === undefined) {
    const where = `partition ${partition}, but has 0 to ${by.numPartitions - 1}`
    throw new RangeError(`${by.name} put ${showRecord(key)} into ${where}`)
  }
  if (target.table.find(key) < 0) return target
  const problem = `The restored state has ${showRecord(key)} in several partitions, so it cannot be placed by ` +
    `${showPartitioner(by)}. Restore it with the number of partitions that it had`
  throw new Mismatch({ problem })
}

/** The error of a capture that has thrown. */
export const captureErrorOf = (cause: unknown): NotPortable => {
  if (cause instanceof NotPortable) return cause
  throw cause
}

/** The error of a restoration that has thrown. */
export const restoreErrorOf = (cause: unknown): CorruptBlock => {
  if (cause instanceof CorruptBlock) return cause
  if (cause instanceof UnsupportedKey) {
    return new CorruptBlock({ problem: `it has a key that cannot be one: ${cause.problem}` })
  }
  throw cause
}
