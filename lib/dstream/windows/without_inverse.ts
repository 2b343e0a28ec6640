/**
 * The slide of aggregates that have no inverse: the values in the window are merged anew, each of them only a few
 * times.
 *
 * The algorithm is that of van Herk, Gil and Werman. Time is cut at turns that are one window apart, so a window
 * contains at most one turn. The values up to the turn are merged backwards from it: each entry is its own value merged
 * with all later ones up to the turn, so the entry at which the window starts is the aggregate of that part. The values
 * after the turn are merged as they arrive. The aggregate of the window is one part merged with the other. Each value
 * is merged about three times, however long the window is, and the older value is always the first argument. What is
 * merged with what depends only on the times of the batches, so a state that is made anew gives the same results.
 *
 * @module
 */
import { accepts, valueOf } from "../../core/results.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Keep, Merge, Slide, Timed } from "./aggregate.ts"

/**
 * The state of a key: its values in the window, one for each pane. Versions of the state share the arrays and only
 * append to them; entries at or after a version's `end` belong to later versions.
 */
interface Panes {
  /** The end of each pane, in epoch milliseconds. */
  readonly panes: Array<number>
  /** The value of each pane. Entries before `middle` are merged with those that follow them, up to `middle`. */
  readonly values: Array<unknown>
  /** The first entry in the window. */
  readonly start: number
  /** The first entry after the turn. */
  readonly middle: number
  /** The first entry that is not merged into `rest` yet. */
  readonly known: number
  /** The number of entries. */
  readonly end: number
  /** The values from `middle` to `known`, merged. Undefined if there are none. */
  readonly rest: unknown
}

/** Adds a value to its pane. It is merged into `rest` later, when the values that leave the window are gone. */
const append = (self: Panes | undefined, f: Merge, pane: number, value: unknown): Panes => {
  if (self === undefined) {
    return { panes: [pane], values: [value], start: 0, middle: 0, known: 0, end: 1, rest: undefined }
  }
  const { end, known } = self
  const own = self.panes.length === end
  const panes = own ? self.panes : self.panes.slice(0, end)
  const values = own ? self.values : self.values.slice(0, end)
  if (end > known && panes[end - 1] === pane) {
    // An earlier batch of the same slide has appended this pane.
    values[end - 1] = f(values[end - 1], value)
    return { ...self, panes, values }
  }
  panes.push(pane)
  values.push(value)
  return { ...self, panes, values, end: end + 1 }
}

/** Merges the values in [`from`, `end`) into `rest`, or into the first of them if there is no rest. */
const mergeInto = (f: Merge, values: ReadonlyArray<unknown>, from: number, end: number, rest?: { of: unknown }) => {
  let all = rest === undefined ? values[from] : rest.of
  for (let i = rest === undefined ? from + 1 : from; i < end; i++) all = f(all, values[i])
  return all
}

/**
 * Drops the panes that are not after `limit`, and merges the rest: backwards up to `turn`, into `rest` after it.
 * Undefined if no pane remains.
 */
const advance = (self: Panes, f: Merge, limit: number, turn: number): Panes | undefined => {
  const { end, known, panes, rest } = self
  let { start, middle } = self
  while (start < end && (panes[start] ?? 0) <= limit) start++
  if (start === end) return undefined
  if (start <= middle && (middle === end || (panes[middle] ?? 0) > turn)) {
    if (known === end) return start === self.start ? self : { ...self, start }
    const all = mergeInto(f, self.values, known, end, known === middle ? undefined : { of: rest })
    return { ...self, start, known: end, rest: all }
  }
  // The window has passed a turn. All values merged backwards so far have left it, because turns are one window apart.
  const times = panes.slice(start, end)
  const values = self.values.slice(start, end)
  middle = 0
  while (middle < times.length && (times[middle] ?? 0) <= turn) middle++
  for (let i = middle - 2; i >= 0; i--) values[i] = f(values[i], values[i + 1])
  const all = mergeInto(f, values, middle, values.length)
  return { panes: times, values, start: 0, middle, known: values.length, end: values.length, rest: all }
}

const aggregate = ({ start, middle, end, values, rest }: Panes, f: Merge): unknown =>
  start === middle ? rest : end === middle ? values[start] : f(values[start], rest)

/** Makes a slide that merges values with `f` only. Keys that the filter rejects stay in the state. */
export const withoutInverse = (merge: Merge, filter: Keep | undefined): Slide => {
  const f: Merge = (older, newer) => valueOf(merge(older, newer))
  return function* ({ duration, end, pane, start, zeroTime }, state, pairs) {
    const turn = zeroTime + (Math.ceil((end - zeroTime) / duration) - 1) * duration
    yield* state.lookUp(pairs, (i, known) => {
      const [time, value] = pairs.values[i] as Timed
      const paneEnd = zeroTime + Math.ceil((time - zeroTime) / pane) * pane
      state.set(pairs.keys[i], append(known as Panes | undefined, f, paneEnd, value))
    })
    const out = { keys: Array<unknown>(), values: Array<unknown>() }
    yield* state.visit((key, known) => {
      const panes = advance(known as Panes, f, start, turn)
      if (panes === undefined) return void state.delete(key)
      if (panes !== known) state.set(key, panes)
      const value = aggregate(panes, f)
      if (filter !== undefined && !accepts(filter([key, value]))) return
      out.keys.push(key)
      out.values.push(value)
    })
    return new PairBlock(out)
  }
}
