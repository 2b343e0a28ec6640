/** The graphs of the benchmarks of a Spark cluster, in a module that workers have in their bundle. */
import { DStream, Graph, RDD, StateSpec } from "@dstream/dstream"
import { Effect, Option } from "effect"
import { hashPair, type Pair } from "./data.ts"
import { mixed } from "./thread_graphs.ts"

/** What the graphs of words read. */
export const lines: DStream.RDDQueue<string> = DStream.rddQueue<string>()

/** What the graphs of states read. */
export const updates: DStream.RDDQueue<Pair> = DStream.rddQueue<Pair>()

/** What the output of the last batch has given: a checksum. */
export const latest: { sum: number } = { sum: NaN }

const keeping = <A>(stream: DStream.DStream<A>, sumOf: (record: A) => number) =>
  DStream.foreachRDD(stream, (rdd) =>
    Effect.map(RDD.collect(rdd), (records) => {
      latest.sum = records.reduce((sum, record) => (sum + sumOf(record)) | 0, 0)
    }))

/** Sums the hashes of a partition where it is computed, so that only sums come to the driver. */
const summing = (stream: DStream.DStream<Pair>) =>
  keeping(
    DStream.mapPartitions(stream, (pairs: Iterable<Pair>) => {
      let sum = 0
      for (const [key, value] of pairs) sum = (sum + hashPair(key, value)) | 0
      return [sum]
    }),
    (sum) => sum,
  )

const zeros = (keys: number) => RDD.parallelize(Array.from({ length: keys }, (_, key): Pair => [key, 0]))

const track = (key: number, value: Option.Option<number>, state: StateSpec.State<number>): Pair => {
  const sum = (state.exists() ? state.get() : 0) + Option.getOrElse(value, () => 0)
  state.update(sum)
  return [key, sum]
}

/** Counts words. */
export const words = Graph.module(import.meta, (_: null) => [
  keeping(
    DStream.queueStream(lines).pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word): readonly [string, number] => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
    ),
    ([word, count]) => word.charCodeAt(0) * count,
  ),
])

/** Does heavy work for each line, and adds up the results. */
export const heavy = Graph.module(import.meta, (rounds: number) => [
  keeping(
    DStream.queueStream(lines).pipe(
      DStream.map((line): readonly [string, number] => {
        let sum = 0
        for (let round = 0; round < rounds; round++) sum = (sum + mixed(line) + round) | 0
        return ["sum", sum & 1023]
      }),
      DStream.reduceByKey((a, b) => a + b),
    ),
    ([, sum]) => sum,
  ),
])

/** Running sums of keys with updateStateByKey. */
export const updated = Graph.module(import.meta, (keys: number) => [
  summing(DStream.updateStateByKey(
    DStream.queueStream(updates),
    (values: ReadonlyArray<number>, state: Option.Option<number>) =>
      Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0))),
    { initial: zeros(keys) },
  )),
])

const add = (a: number, b: number): number => (a + b) | 0

/** Joins the sums of a window with running sums. Intervals are of one second. */
export const steady = Graph.module(import.meta, (keys: number) => {
  const input = DStream.queueStream(updates)
  const recent = DStream.reduceByKey(DStream.window(input, "3 seconds"), add)
  const totals = DStream.updateStateByKey(
    input,
    (values: ReadonlyArray<number>, state: Option.Option<number>) =>
      Option.some(values.reduce(add, Option.getOrElse(state, () => 0))),
    { initial: zeros(keys) },
  )
  return [summing(DStream.map(DStream.join(recent, totals), ([key, [sum, total]]): Pair => [key, add(sum, total)]))]
})

/** Running sums of keys with mapWithState. */
export const tracked = Graph.module(import.meta, (keys: number) => [
  summing(DStream.mapWithState(
    DStream.queueStream(updates),
    StateSpec.function(track).pipe(StateSpec.initialState(zeros(keys))),
  )),
])
