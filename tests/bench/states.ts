/** Keyed state with few and with many keys, and the same number of updates in each batch. */
import { DStream, RDD, StateSpec } from "@dstream/dstream"
import { Option } from "effect"
import { hashPair, type Pair } from "./data.ts"
import { checking, type KeyedSession, openKeyed } from "./keyed_session.ts"
import { interleaved } from "./measure.ts"
import type { Bench } from "./report.ts"

const UPDATES = 10_000
const KEYS = [10_000, 100_000, 1_000_000] as const

/** A stateful operation. `isWhole`: its output has every key, not only the keys of the batch. */
export interface Kind {
  readonly name: string
  readonly chain: (keys: number) => (stream: DStream.DStream<Pair>) => DStream.DStream<Pair>
  readonly isWhole: boolean
  readonly rounds: number
  /** The most time with a million keys, as a multiple of the time with 10,000; undefined for a proportional bound. */
  readonly times: number | undefined
}

const zeros = (keys: number) => RDD.parallelize(Array.from({ length: keys }, (_, key): Pair => [key, 0]))

const track = (key: number, value: Option.Option<number>, state: StateSpec.State<number>): Pair => {
  const sum = (state.exists() ? state.get() : 0) + Option.getOrElse(value, () => 0)
  state.update(sum)
  return [key, sum]
}

/** Running sums with mapWithState. */
export const mapState: Kind = {
  name: "mapWithState",
  chain: (keys) => DStream.mapWithState(StateSpec.function(track).pipe(StateSpec.initialState(zeros(keys)))),
  isWhole: false,
  rounds: 100,
  times: 1.4,
}

/** Running sums with updateStateByKey. */
export const updateState: Kind = {
  name: "updateStateByKey",
  chain: (keys) => (stream) =>
    DStream.updateStateByKey(
      stream,
      (values: ReadonlyArray<number>, state: Option.Option<number>) =>
        Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0))),
      { initial: zeros(keys) },
    ),
  isWhole: true,
  rounds: 20,
  times: undefined,
}

/** Computes the expected checksum of each batch by hand. */
const expected = (session: KeyedSession, keys: number, isWhole: boolean) => {
  const states = new Int32Array(keys)
  let batch = 0
  return (): number => {
    let sum = 0
    for (const [key, value] of session.records(batch++)) {
      states[key] = (states[key] ?? 0) + value
      if (!isWhole) sum = (sum + hashPair(key, states[key] ?? 0)) | 0
    }
    return isWhole ? states.reduce((total, state, key) => (total + hashPair(key, state)) | 0, 0) : sum
  }
}

const nameOf = (keys: number) => `${keys.toLocaleString("en")} keys`

const measure = ({ chain, isWhole, name, rounds, times }: Kind): Bench => async (size) => {
  const sessions = await Promise.all(
    KEYS.map((keys) => openKeyed(size.count(UPDATES), size.count(keys), chain(size.count(keys)))),
  )
  const figures = await interleaved(
    KEYS.map((keys, i) => checking(nameOf(keys), sessions[i]!, expected(sessions[i]!, size.count(keys), isWhole))),
    size.rounds(rounds),
  )
  await Promise.all(sessions.map(({ close }) => close()))
  return {
    title: `${name}, ${UPDATES.toLocaleString("en")} updates per batch`,
    figures,
    goals: [100_000, 1_000_000].map((keys) => ({
      of: nameOf(keys),
      base: nameOf(10_000),
      times: times ?? keys / 10_000,
    })),
  }
}

/** The benchmarks of this file. */
export const states: Readonly<Record<string, Bench>> = {
  mapstate: measure(mapState),
  updatestate: measure(updateState),
}
