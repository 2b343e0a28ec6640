/** Graphs that run on a cluster and where the program runs, with the same results. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StateSpec from "../../../lib/state_spec.ts"

/** Which graph to make, and how much it gets. Plain data. */
export interface Config {
  readonly name: string
  readonly batches: number
  readonly records: number
  /** The batch interval in milliseconds. */
  readonly interval: number
}

/** What the outputs of a graph have seen, batch by batch. */
export const seen: Array<unknown> = []

type Pair = readonly [string, number]

const linesOf = (batch: number, records: number): ReadonlyArray<string> =>
  Array.from({ length: records }, (_, i) => `w${(i * 7 + batch) % 11} w${i % 5} b${batch}`)

const lines = ({ batches, records }: Config): DStream.DStream<string> =>
  DStream.queueStream(
    DStream.rddQueue(
      Array.from({ length: batches }, (_, i) => RDD.parallelize(linesOf(i, records), { partitions: 3 })),
    ),
  )

const pairs = (config: Config): DStream.DStream<Pair> =>
  lines(config).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word): Pair => [word, 1]),
  )

const add = (a: number, b: number) => a + b

const collected = <A>(stream: DStream.DStream<A, never, never>) =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(RDD.glom(rdd)), (all) => void seen.push(all)))

const spans = (interval: number) => ({ window: `${3 * interval} millis`, slide: `${interval} millis` } as const)

const graphs = {
  words: (config) => DStream.reduceByKey(pairs(config), add),
  grouped: (config) =>
    DStream.mapValues(DStream.groupByKey(pairs(config), { partitions: 3 }), (ones) => Array.from(ones).length),
  joined: (config) => {
    const counts = DStream.reduceByKey(pairs(config), add)
    return DStream.join(counts, DStream.mapValues(counts, (n) => `${n}`), { partitions: 4 })
  },
  sorted: (config) => DStream.transform(DStream.reduceByKey(pairs(config), add), (rdd) => RDD.sortByKey(rdd)),
  windows: (config) => {
    const { slide, window } = spans(config.interval)
    return DStream.reduceByKeyAndWindow(pairs(config), add, window, { slide })
  },
  inverse: (config) => {
    const { slide, window } = spans(config.interval)
    return DStream.reduceByKeyAndWindow(pairs(config), add, window, { slide, inverse: (a, b) => a - b })
  },
  window: (config) => DStream.window(lines(config), spans(config.interval).window),
  updated: (config) =>
    DStream.updateStateByKey(
      pairs(config),
      (ones: ReadonlyArray<number>, total: Option.Option<number>) =>
        Option.some(ones.length + Option.getOrElse(total, () => 0)),
    ),
  mapped: (config) =>
    DStream.mapWithState(
      pairs(config),
      StateSpec.function((word: string, one: Option.Option<number>, state: StateSpec.State<number>) => {
        const total = Option.getOrElse(one, () => 0) + Option.getOrElse(state.getOption(), () => 0)
        state.update(total)
        return [word, total] as const
      }),
    ),
  snapshots: (config) =>
    DStream.stateSnapshots(DStream.mapWithState(
      pairs(config),
      StateSpec.function((word: string, _: Option.Option<number>, state: StateSpec.State<number>) => {
        if (!state.isTimingOut()) state.update(Option.getOrElse(state.getOption(), () => 0) + 1)
        return word
      }).pipe(StateSpec.timeout(`${2 * config.interval} millis`)),
    )),
  mixed: (config) => {
    const counts = DStream.reduceByKey(pairs(config), add)
    const window = DStream.window(counts, spans(config.interval).window)
    return DStream.join(DStream.reduceByKey(window, add), counts)
  },
  distinct: (config) =>
    DStream.transform(lines(config), (rdd) => RDD.distinct(RDD.flatMap(rdd, (line) => line.split(" ")))),
  repartitioned: (config) => DStream.repartition(lines(config), 4),
} satisfies Record<string, (config: Config) => DStream.DStream<unknown, never, never>>

/** The names of the graphs. */
export const names: ReadonlyArray<string> = Object.keys(graphs)

const isName = (name: string): name is keyof typeof graphs => name in graphs

/** Makes the graph of a name. */
export const graph = Graph.module(import.meta, (config: Config) => {
  if (!isName(config.name)) throw new Error(`no graph ${config.name}`)
  const stream: DStream.DStream<unknown, never, never> = graphs[config.name](config)
  return [collected(stream)]
})
