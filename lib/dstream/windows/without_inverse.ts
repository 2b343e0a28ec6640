/**
 * Sliding aggregates without an inverse: what is in the window is merged, each value a few times.
 *
 * @module
 */
import { refusePendingAmong } from "../../core/results.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Keep, Merge, Slide, Timed } from "./aggregate.ts"

/**
 * The values of a key in the window, by pane. Those before `middle` are each merged with all that follow up to there;
 * those from `middle` on are as they came, and `rest` is those up to `known` merged. The arrays are shared by versions of
 * the state, which only ever append: what is at or beyond a version's `end` is not its own.
 */
interface Panes {
  readonly panes: Array<number>
  readonly values: Array<unknown>
  readonly start: number
  readonly middle: number
  readonly known: number
  readonly end: number
  readonly rest: unknown
}

/** Adds a value of a pane. It is merged with those before it only once those that leave the window have left. */
const append = (self: Panes | undefined, f: Merge, pane: number, value: unknown): Panes => {
  if (self === undefined) {
    return { panes: [pane], values: [value], start: 0, middle: 0, known: 0, end: 1, rest: undefined }
  }
  const { end, known } = self
  const own = self.panes.length === end
  const panes = own ? self.panes : self.panes.slice(0, end)
  const values = own ? self.values : self.values.slice(0, end)
  if (end > known && panes[end - 1] === pane) {
    // The same pane once more, so it was appended in this very step, by a batch before.
    values[end - 1] = f(values[end - 1], value)
    return { ...self, panes, values }
  }
  panes.push(pane)
  values.push(value)
  return { ...self, panes, values, end: end + 1 }
}

/** The values from `from` on merged into `rest`, or into the first of them. */
const mergedInto = (f: Merge, values: ReadonlyArray<unknown>, from: number, end: number, rest?: { of: unknown }) => {
  let all = rest === undefined ? values[from] : rest.of
  for (let i = rest === undefined ? from + 1 : from; i < end; i++) all = f(all, values[i])
  return all
}

/** Leaves out what is not after `limit`, and merges what is not after `turn` backwards. Undefined: nothing remains. */
const settled = (self: Panes, f: Merge, limit: number, turn: number): Panes | undefined => {
  const { end, known, panes, rest } = self
  let { start, middle } = self
  while (start < end && (panes[start] ?? 0) <= limit) start++
  if (start === end) return undefined
  if (start <= middle && (middle === end || (panes[middle] ?? 0) > turn)) {
    if (known === end) return start === self.start ? self : { ...self, start }
    const all = mergedInto(f, self.values, known, end, known === middle ? undefined : { of: rest })
    return { ...self, start, known: end, rest: all }
  }
  // A turn was passed. All that has been merged backwards so far has left, because turns are a window apart.
  const times = panes.slice(start, end)
  const values = self.values.slice(start, end)
  middle = 0
  while (middle < times.length && (times[middle] ?? 0) <= turn) middle++
  for (let i = middle - 2; i >= 0; i--) values[i] = f(values[i], values[i + 1])
  const all = mergedInto(f, values, middle, values.length)
  return { panes: times, values, start: 0, middle, known: values.length, end: values.length, rest: all }
}

const aggregate = ({ start, middle, end, values, rest }: Panes, f: Merge): unknown =>
  start === middle ? rest : end === middle ? values[start] : f(values[start], rest)

/**
 * Without an inverse, after van Herk, Gil and Werman: time is cut at turns that are one window apart. What a window has
 * before the last turn is a value that was merged backwards from there, what it has after it is merged as it comes. Each
 * value is merged about three times, however long the window is, always oldest first, and the same way whatever has
 * happened before.
 */
export const merged = (f: Merge, filter?: Keep): Slide => ({ time, limit, window, zeroTime, pane }) => {
  const turn = zeroTime + (Math.ceil((time - zeroTime) / window) - 1) * window
  return (state, pairs) => {
    state.lookUp(pairs, (i, known) => {
      const [at, value] = pairs.values[i] as Timed
      const end = zeroTime + Math.ceil((at - zeroTime) / pane) * pane
      state.set(pairs.keys[i], append(known as Panes | undefined, f, end, value))
    })
    const found = { keys: Array<unknown>(), values: Array<unknown>() }
    state.visit((key, known) => {
      const panes = settled(known as Panes, f, limit, turn)
      if (panes === undefined) return void state.delete(key)
      if (panes !== known) state.set(key, panes)
      const value = aggregate(panes, f)
      if (filter !== undefined && !filter([key, value])) return
      found.keys.push(key)
      found.values.push(value)
    })
    refusePendingAmong(found.values)
    return new PairBlock(found)
  }
}
