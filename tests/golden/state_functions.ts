/** The named functions of recordings that work on state. `undefined` stands for no state, and for no result. */
import { compare } from "../../lib/rdd.ts"
import type { FunctionRef } from "./case.ts"
import { type Functions, named, throwOpenText } from "./functions.ts"
import { same, textOf } from "./values.ts"

type Numbers = ReadonlyArray<number>

const total = (values: Numbers) => values.reduce((a, b) => a + b, 0)
const runningSum = (values: Numbers, state: number | undefined) => (state ?? 0) + total(values)

const update: Functions = {
  runningSum: () => runningSum,
  runningCount: () => (values: Numbers, state: number | undefined) => (state ?? 0) + values.length,
  runningMax: () => (values: ReadonlyArray<unknown>, state: unknown) =>
    [...(state === undefined ? [] : [state]), ...values].toSorted(compare).at(-1),
  dropWhenIdle: () => (values: Numbers, state: number | undefined) =>
    values.length === 0 ? undefined : runningSum(values, state),
  dropAt: (n: number) => (values: Numbers, state: number | undefined) => {
    const sum = runningSum(values, state)
    return sum >= n ? undefined : sum
  },
  sumDropAfterIdle: (n: number) => (values: Numbers, [sum, idle]: readonly [number, number] = [0, 0]) => {
    if (values.length > 0) return [sum + total(values), 0]
    return idle + 1 >= n ? undefined : [sum, idle + 1]
  },
  appendAll: () => (values: ReadonlyArray<unknown>, state: ReadonlyArray<unknown> = []) => [...state, ...values],
  batchesSeen: () => (_: Numbers, state: number | undefined) => (state ?? 0) + 1,
  alwaysNone: () => () => undefined,
  lastValue: () => (values: ReadonlyArray<unknown>, state: unknown) => values.length === 0 ? state : values.at(-1),
  failOnValue: (v: unknown) => (values: Numbers, state: number | undefined) => {
    if (values.some((each) => same(each, v))) throwOpenText(`boom: ${textOf(v)}`)
    return runningSum(values, state)
  },
}

type Row = readonly [key: unknown, values: Numbers, state: number | undefined]

const iterator: Functions = {
  iterRunningSum: () => (rows: Iterable<Row>) =>
    Array.from(rows, ([key, values, state]) => [key, runningSum(values, state)]),
  iterOnlyWithValues: () => (rows: Iterable<Row>) =>
    Array.from(rows).flatMap(([key, values, state]) => values.length === 0 ? [] : [[key, runningSum(values, state)]]),
  iterTwice: () => (rows: Iterable<Row>) =>
    Array.from(rows).flatMap(([key, values, state]) => {
      const sum = runningSum(values, state)
      return [[key, sum], [key, -sum]]
    }),
  iterRename: () => (rows: Iterable<Row>) =>
    Array.from(
      rows,
      ([key, values, state]) => [state === undefined ? `${textOf(key)}!` : key, runningSum(values, state)],
    ),
}

const timed: Functions = {
  addTimeIfValues: () => (time: number, _: unknown, values: Numbers, state: number | undefined) =>
    values.length === 0 ? state : (state ?? 0) + time,
  lastSeen: () => (time: number, _: unknown, values: Numbers, state: number | undefined) =>
    values.length === 0 ? state : time,
  expireAfter: (ms: number) => (time: number, _: unknown, values: Numbers, state: number | undefined) => {
    if (values.length > 0) return time
    return state !== undefined && time - state >= ms ? undefined : state
  },
  keySumTime:
    () => (time: number, key: unknown, values: Numbers, state: readonly [unknown, number, number] | undefined) => [
      key,
      runningSum(values, state?.[1]),
      time,
    ],
}

/** The state of one key, as the functions of `mapWithState` see it. */
export interface StateView {
  readonly exists: () => boolean
  readonly get: () => unknown
  readonly update: (value: unknown) => void
  readonly remove: () => void
  readonly isTimingOut: () => boolean
}

/** A function of `mapWithState`. Arity 3 turns no result into the record null; arity 4 drops no result and null. */
export type StateFn = (key: unknown, value: unknown, state: StateView, time: number) => unknown

const current = (state: StateView): number | undefined => state.exists() ? state.get() as number : undefined

const added = (value: unknown, state: StateView): number => (current(state) ?? 0) + ((value as number | undefined) ?? 0)

const summing =
  (result: (key: unknown, sum: number, time: number) => unknown): StateFn => (key, value, state, time) => {
    const sum = added(value, state)
    state.update(sum)
    return result(key, sum, time)
  }

const reporting = (otherwise: StateFn): StateFn => (key, value, state, time) =>
  state.isTimingOut() ? [key, ["timeout", current(state), time]] : otherwise(key, value, state, time)

const described = (value: unknown, state: StateView) => [
  value ?? null,
  state.exists(),
  current(state) ?? null,
  state.isTimingOut(),
]

const pairOfSum = summing((key, sum) => [key, sum])

/** Updates the state with the value and gives the state's text before and after. */
const describingUpdate = (result: (key: unknown, text: string) => unknown) => (): StateFn => (key, value, state) => {
  const before = String(state)
  state.update(value)
  return result(key, `${before} -> ${String(state)}`)
}

const keyOnTimeout = (next: (value: unknown, state: StateView) => unknown) => (): StateFn => (key, value, state) => {
  if (state.isTimingOut()) return key
  state.update(next(value, state))
}

const updatingNull = (result: (key: unknown, state: StateView) => unknown) => (): StateFn => (key, _, state) => {
  state.update(null)
  return result(key, state)
}

const mapping: Readonly<Record<string, (...given: ReadonlyArray<never>) => StateFn>> = {
  sumReturnSum: () => summing((_, sum) => sum),
  sumReturnKeyKey: () => summing((key) => `${textOf(key)}${textOf(key)}`),
  sumReturnPair: () => pairOfSum,
  sumReturnNull: () => summing(() => null),
  toggle: () => (key, value, state) => {
    if (!state.exists()) return state.update(value)
    state.remove()
    return key
  },
  sumRemoveAt: (n: number) => (key, value, state) => {
    const sum = added(value, state)
    if (sum >= n) state.remove()
    else state.update(sum)
    return [key, sum >= n ? -1 : sum]
  },
  sumReportTimeout: () => reporting(pairOfSum),
  touchReportTimeout: () =>
    reporting((key, value, state) => {
      if (state.exists()) return [key, state.get()]
      state.update(value)
      return [key, value]
    }),
  timeoutKeyOnly: keyOnTimeout(added),
  "timeoutKeyOnly, last value": keyOnTimeout((value) => value),
  readOnly: () => (key, _, state) => [key, current(state) ?? -1],
  withTime: () => (key, _, state, time) => {
    state.update(time)
    return [key, time]
  },
  stateToString: describingUpdate((_, text) => text),
  "stateToString, with key": describingUpdate((key, text) => [key, text]),
  describe: () => (key, value, state) => [key, described(value, state)],
  describeAndSet: () => (key, value, state) => {
    const seen = described(value, state)
    if (!state.isTimingOut()) state.update(value)
    return [key, seen]
  },
  getUnset: () => (key, _, state) => [key, state.get()],
  removeTwice: () => (key, _, state) => {
    state.remove()
    state.remove()
    return key
  },
  removeUnset: () => (key, _, state) => {
    state.remove()
    return [key, state.exists()]
  },
  updateAfterRemove: () => (key, value, state) => {
    state.remove()
    state.update(value)
    return key
  },
  updateWhenTimingOut: () => (_, value, state) => state.update(value ?? 0),
  removeWhenTimingOut: () => (_, value, state) => state.isTimingOut() ? state.remove() : state.update(value),
  updateNull: updatingNull((key) => key),
  "updateNull, nothing": updatingNull(() => null),
  "updateNull, exists": updatingNull((key, state) => [key, state.exists()]),
  dropIfTimeIs: (t: number) => (key, value, state, time) => {
    if (time !== t) return pairOfSum(key, value, state, time)
    if (state.exists()) state.remove()
  },
}

/** Looks up a function of `updateStateByKey` in its simple form. */
export const updateFn = (
  ref: FunctionRef | undefined,
): (values: ReadonlyArray<unknown>, state: unknown) => unknown => named(update, "update", ref) as never

/** Looks up a function of `updateStateByKey` in its iterator form. */
export const iteratorFn = (
  ref: FunctionRef | undefined,
): (
  rows: Iterable<readonly [unknown, ReadonlyArray<unknown>, unknown]>,
) => ReadonlyArray<readonly [unknown, unknown]> => named(iterator, "iterator update", ref) as never

/** Looks up a function of `updateStateByKey` in its timed form. */
export const timedFn = (
  ref: FunctionRef | undefined,
): (time: number, key: unknown, values: ReadonlyArray<unknown>, state: unknown) => unknown =>
  named(timed, "timed update", ref) as never

/** Looks up a function of `mapWithState`. */
export const stateFn = (ref: FunctionRef | undefined): StateFn => named(mapping, "mapWithState", ref) as never
