/**
 * The states of a checkpoint, restored from their captures.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CorruptBlock } from "../../core/codec.ts"
import { tryRun } from "../../core/pace.ts"
import { restoreErrorOf, restoreState } from "../../engine/captured_states.ts"
import { GONE } from "../../engine/state_table.ts"
import type { RestoredTable } from "../../engine/state_restore.ts"
import type { Capture } from "../../streaming/checkpoint/recovered.ts"

/** A key of a state. */
export interface StateEntry {
  readonly key: unknown
  readonly value: unknown
  /** When the entry was last written, as a batch time. Undefined if the state has no timeout, or it is not known. */
  readonly writtenAt: number | undefined
}

/** A state as it was at the end of its last captured batch. */
export class RestoredState {
  readonly #tables: ReadonlyArray<RestoredTable>

  constructor(tables: ReadonlyArray<RestoredTable>) {
    this.#tables = tables
  }

  /** How many keys there are. */
  get keys(): number {
    let keys = 0
    for (const { table: { cells } } of this.#tables) {
      for (let place = 1; place < cells.length; place += 2) if (cells[place] !== GONE) keys++
    }
    return keys
  }

  /** Calls a function for each entry, partition by partition, in the order of insertion, until it returns false. */
  forEach(f: (entry: StateEntry) => boolean): void {
    for (const { order, table: { cells } } of this.#tables) {
      for (let place = 0; place < cells.length; place += 2) {
        const value = cells[place + 1]
        if (value === GONE) continue
        const time = order?.timeOf(place) ?? NaN
        if (!f({ key: cells[place], value, writtenAt: Number.isNaN(time) ? undefined : time })) return
      }
    }
  }

  /** The first entries. */
  first(most: number): ReadonlyArray<StateEntry> {
    const entries: Array<StateEntry> = []
    if (most > 0) this.forEach((entry) => entries.push(entry) < most)
    return entries
  }

  /** The value of a key. */
  find(key: unknown): { readonly value: unknown } | undefined {
    for (const { table } of this.#tables) {
      const place = table.find(key)
      if (place >= 0 && table.cells[place + 1] !== GONE) return { value: table.cells[place + 1] }
    }
    return undefined
  }
}

/** Restores a state, as a program does that goes on. */
export const restore = (captures: ReadonlyArray<Capture>): Effect.Effect<RestoredState, CorruptBlock> =>
  tryRun(() => restoreState(captures.map(({ bytes }) => bytes)), restoreErrorOf).pipe(
    // Values stay as they are stored, so no format of the program is used.
    Effect.catchTag("StateFormatFailed", Effect.die),
    Effect.map(({ tables }) => new RestoredState(Array.from(tables.values()))),
  )
