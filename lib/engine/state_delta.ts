/**
 * What a batch has changed in one partition of a state, to be repeated on another copy of the version before.
 *
 * @module
 */
import { inPieces, type Piecewise } from "../core/pace.ts"
import type { PendingState } from "../rdd/state.ts"
import { GONE } from "./state_table.ts"
import type { Version } from "./state_version.ts"

/** The difference between a version and the one that it was opened on. */
export interface StateDelta {
  /** The keys that have been deleted. Some may have been set again since: they then come last in the order of insertion. */
  readonly deleted: ReadonlyArray<unknown>
  /** The keys that have been written, the new ones in the order of insertion. */
  readonly keys: ReadonlyArray<unknown>
  readonly values: ReadonlyArray<unknown>
  /** Whether times of writes are recorded. */
  readonly isTimed: boolean
}

/** How many keys are looked up ahead. */
const AHEAD = 128

/**
 * Lists what a version has changed. `newest`: the highest number in the order of insertion when it was opened. Keys that were
 * deleted and set again may be listed several times, which makes no difference.
 */
export function* deltaOf(version: Version, newest: number): Piecewise<StateDelta> {
  const { order, table } = version.shown()
  const { cells } = table
  const { keys: touched = [], values: before = [] } = version.replaced ?? {}
  const deleted: Array<unknown> = []
  const changed: Array<number> = []
  const added: Array<number> = []
  const places = new Int32Array(AHEAD)
  yield* inPieces(touched.length, (from, to) => {
    for (let start = from; start < to; start += AHEAD) {
      const some = places.subarray(0, Math.min(AHEAD, to - start))
      table.findMany({ keys: touched, hashes: undefined }, start, some)
      for (let i = 0; i < some.length; i++) {
        const place = some[i]!
        const isNew = table.numberOf(place) > newest
        const isGone = cells[place + 1] === GONE
        if (before[start + i] !== GONE && (isNew || isGone)) deleted.push(touched[start + i])
        if (!isGone) (isNew ? added : changed).push(place)
      }
    }
  })
  const written = [...changed, ...Int32Array.from(added).sort()]
  return {
    deleted,
    keys: written.map((place) => cells[place]),
    values: written.map((place) => cells[place + 1]),
    isTimed: order !== undefined,
  }
}

/** Makes the changes in a pending version of the same partition. */
export function* applyDelta(state: PendingState, { deleted, isTimed, keys, values }: StateDelta): Piecewise<void> {
  yield* inPieces(deleted.length, (from, to) => {
    for (let i = from; i < to; i++) state.delete(deleted[i])
  })
  yield* state.lookUp({ keys, values }, (i) => state.set(keys[i], values[i]))
  // From now on, times of writes are recorded here too.
  if (isTimed) yield* state.writtenBefore(-Infinity)
}
