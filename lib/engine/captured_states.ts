/**
 * Capturing and restoring whole states: all partitions of a version.
 *
 * @module
 */
import { CorruptBlock, NotPortable } from "../core/codec.ts"
import { UnsupportedKey } from "../core/keys.ts"
import type { Piecewise } from "../core/pace.ts"
import { StateFormatFailed } from "../rdd/state.ts"
import { type Captured, type CapturedPart, fromBytes, type Placing, toPieces } from "./capture_format.ts"
import { type Capturable, type CaptureOptions, captureVersion } from "./state_capture.ts"
import { isSamePlacing } from "./state_placing.ts"
import { type PartAt, type RestoredTable, restoreTable } from "./state_restore.ts"

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

/** Restores a state from its captures, oldest first. Throws `CorruptBlock`, and what `decode` throws. */
export function* restoreState(
  captures: ReadonlyArray<Uint8Array>,
  decode?: (value: unknown) => unknown,
): Piecewise<RestoredState> {
  if (captures.length === 0) throw new CorruptBlock({ problem: "a state has no captures" })
  const all: Array<Captured> = captures.map(fromBytes)
  const placing = all.at(-1)?.placing
  // When a state has been placed anew, the next capture has all of it.
  const from = all.findLastIndex((captured) => !isSamePlacing(captured.placing, placing)) + 1
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
    tables.set(partition, yield* restoreTable(partsOf.get(partition) ?? [], decode))
  }
  const needed = Array.from(tables.values(), ({ changes }) => changes.progress?.neededFrom ?? -Infinity)
  return { placing, tables, neededFrom: Math.min(...needed) }
}

/** The error of a capture that has thrown. */
export const captureErrorOf = (cause: unknown): NotPortable | StateFormatFailed => {
  if (cause instanceof NotPortable || cause instanceof StateFormatFailed) return cause
  throw cause
}

/** The error of a restoration that has thrown. */
export const restoreErrorOf = (cause: unknown): CorruptBlock | StateFormatFailed => {
  if (cause instanceof CorruptBlock || cause instanceof StateFormatFailed) return cause
  if (cause instanceof UnsupportedKey) {
    return new CorruptBlock({ problem: `it has a key that cannot be one: ${cause.problem}` })
  }
  throw cause
}
