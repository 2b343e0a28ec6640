/** The graphs of the benchmarks of states on threads, in a module that workers import. */
import { DStream, Graph, RDD, StateSpec } from "@dstream/dstream"
import { Effect, Option } from "effect"
import type { Pair } from "./data.ts"
import { mixed } from "./thread_graphs.ts"

/** What the graphs read. */
export const queue: DStream.RDDQueue<Pair> = DStream.rddQueue<Pair>()

/** The sums that the output of the last batch has given, by the last digits of the keys. */
export const latest: { sums: ReadonlyArray<Pair> } = { sums: [] }

const GROUPS = 1000

/** Adds up the states of many keys at a time, so that few records leave the last stage. */
const keeping = (stream: DStream.DStream<Pair>) =>
  stream.pipe(
    DStream.map(([key, value]): Pair => [key % GROUPS, value]),
    DStream.reduceByKey((a, b) => (a + b) | 0),
    DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (sums) => void (latest.sums = sums))),
  )

const zeros = (keys: number) => RDD.map(RDD.range(0, keys), (key): Pair => [key, 0])

/** Running sums of all keys. */
const update = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.some(values.reduce((a, b) => (a + b) | 0, Option.getOrElse(state, () => 0)))

/** Running sums of the keys of the batch. */
const track = (key: number, value: Option.Option<number>, state: StateSpec.State<number>): Pair => {
  const sum = (Option.getOrElse(state.getOption(), () => 0) + Option.getOrElse(value, () => 0)) | 0
  state.update(sum)
  return [key, sum]
}

/** Takes some microseconds. */
const slowly: typeof track = (key, value, state) => {
  const [, sum] = track(key, value, state)
  const text = `${key} ${sum}`
  let hash = 0
  for (let i = 0; i < 10; i++) hash = (hash + mixed(text)) | 0
  return [key, sum + (hash & 1)]
}

const stateOf = (f: typeof track, keys: number) => StateSpec.function(f).pipe(StateSpec.initialState(zeros(keys)))

/** A state of which every batch reads all keys, and states of which it reads some, with a cheap and with a slow function. */
export const graphs = {
  updateStateByKey: Graph.module(import.meta, (keys: number) => [
    keeping(DStream.updateStateByKey(DStream.queueStream(queue), update, { initial: zeros(keys) })),
  ]),
  mapWithState: Graph.module(import.meta, (keys: number) => [
    keeping(DStream.mapWithState(DStream.queueStream(queue), stateOf(track, keys))),
  ]),
  "mapWithState with a slow function": Graph.module(import.meta, (keys: number) => [
    keeping(DStream.mapWithState(DStream.queueStream(queue), stateOf(slowly, keys))),
  ]),
}
