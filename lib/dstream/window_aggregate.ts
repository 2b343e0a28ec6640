/**
 * What a sliding aggregate keeps of each key, and how batches that enter and leave the window change it.
 *
 * Both kinds take pairs `[key, [time, value]]` of what enters the window, oldest first. The one with an inverse is given
 * what leaves it before that.
 *
 * @module
 */
import { type Columns, PairBlock } from "../rdd/pair_block.ts"
import type { PendingState } from "../rdd/state.ts"

/** A value, and the time of the batch that it is from. */
export type Timed = readonly [time: number, value: unknown]

/** Where a window stands. */
export interface Standing {
  /** The batch time: its end, included. */
  readonly time: number
  /** The last time before it. */
  readonly limit: number
  /** Its duration in milliseconds. */
  readonly window: number
  /** The end of the window one slide ago. */
  readonly before: number
  readonly zeroTime: number
  /** Batches up to the same multiple of this (from the zero time) enter and leave together. */
  readonly pane: number
}

/** Changes a state by the records of one slide, and gives the aggregate of each key. */
export type Slide = (
  standing: Standing,
) => (
  state: PendingState,
  pairs: Columns,
  partition: number,
  fresh: boolean,
) => PairBlock

type Merge = (a: unknown, b: unknown) => unknown
type Keep = (pair: readonly [unknown, unknown]) => boolean

/** An aggregate that values can be taken out of: how many batches are in it, of those after a time. */
type Balance = readonly [value: unknown, batches: number, after: number]

/**
 * With an inverse: one step for each value that enters or leaves. A key goes with the last batch that has it, so nothing
 * remains of it, not even what rounding would leave.
 */
export const balanced = (f: Merge, inverse: Merge, filter: Keep | undefined): Slide => ({ limit, before }) => {
  const leave = (state: PendingState, key: unknown, balance: Balance | undefined, [time, value]: Timed) => {
    // Not there: the filter has dropped it, or the key has come back since. What was not counted is not taken out.
    if (balance === undefined || time <= balance[2]) return
    if (balance[1] === 1) state.delete(key)
    else state.set(key, [inverse(balance[0], value), balance[1] - 1, balance[2]])
  }
  return (state, pairs, _, fresh) => {
    const after = fresh ? limit : before
    state.lookUp(pairs, (i, known) => {
      const key = pairs.keys[i]
      const timed = pairs.values[i] as Timed
      const balance = known as Balance | undefined
      if (timed[0] <= limit) return leave(state, key, balance, timed)
      const [, value] = timed
      state.set(key, balance === undefined ? [value, 1, after] : [f(balance[0], value), balance[1] + 1, balance[2]])
    })
    const found = { keys: Array<unknown>(), values: Array<unknown>() }
    state.visit((key, balance) => {
      const [value] = balance as Balance
      if (filter !== undefined && !filter([key, value])) return void state.delete(key)
      found.keys.push(key)
      found.values.push(value)
    })
    return new PairBlock(found)
  }
}

/**
 * The values of a key in the window, by pane. Those before `middle` are each merged with all that follow up to there;
 * those from `middle` on are as they came, and `rest` is all of them merged. The arrays are shared by versions of the
 * state, which only ever append: what is at or beyond a version's `end` is not its own.
 */
interface Panes {
  readonly panes: Array<number>
  readonly values: Array<unknown>
  readonly start: number
  readonly middle: number
  readonly end: number
  readonly rest: unknown
}

const append = (self: Panes | undefined, f: Merge, pane: number, value: unknown): Panes => {
  if (self === undefined) return { panes: [pane], values: [value], start: 0, middle: 0, end: 1, rest: value }
  const { end, middle } = self
  const own = self.panes.length === end
  const panes = own ? self.panes : self.panes.slice(0, end)
  const values = own ? self.values : self.values.slice(0, end)
  const rest = end === middle ? value : f(self.rest, value)
  if (end > middle && panes[end - 1] === pane) {
    // The same pane once more, so it was appended in this very step, by a batch before.
    values[end - 1] = f(values[end - 1], value)
    return { ...self, panes, values, rest }
  }
  panes.push(pane)
  values.push(value)
  return { ...self, panes, values, end: end + 1, rest }
}

/** Leaves out what is not after `limit`, and merges what is not after `turn` backwards. Undefined: nothing remains. */
const settled = (self: Panes, f: Merge, limit: number, turn: number): Panes | undefined => {
  const { panes, end } = self
  let { start, middle } = self
  while (start < end && (panes[start] ?? 0) <= limit) start++
  if (start === end) return undefined
  if (start <= middle && (middle === end || (panes[middle] ?? 0) > turn)) {
    return start === self.start ? self : { ...self, start }
  }
  // A turn was passed. All that has been merged backwards so far has left, because turns are a window apart.
  const times = panes.slice(start, end)
  const values = self.values.slice(start, end)
  middle = 0
  while (middle < times.length && (times[middle] ?? 0) <= turn) middle++
  for (let i = middle - 2; i >= 0; i--) values[i] = f(values[i], values[i + 1])
  let rest = values[middle]
  for (let i = middle + 1; i < values.length; i++) rest = f(rest, values[i])
  return { panes: times, values, start: 0, middle, end: values.length, rest }
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
    return new PairBlock(found)
  }
}
