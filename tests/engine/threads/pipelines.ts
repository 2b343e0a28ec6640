/** Pipelines that are made of data, so that workers can make them again. */
import { Effect, Option } from "effect"
import { DStream, Graph, RDD, StateSpec } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"

type Pair = readonly [key: number, value: number]
type Pairs = DStream.DStream<Pair>

const add = (a: number, b: number): number => a + b

/** Running sums of each key, which are removed now and then. */
const running = StateSpec.function(
  (key: number, value: Option.Option<number>, state: StateSpec.State<number>): Pair => {
    if (state.isTimingOut()) return [key, -state.get()]
    const sum = Option.getOrElse(state.getOption(), () => 0) + Option.getOrElse(value, () => 0)
    if (sum % 4 === 0 && state.exists()) state.remove()
    else state.update(sum)
    return [key, sum]
  },
)

/** The stages that a pipeline can have, by name. */
const stages = {
  map: (pairs) => DStream.map(pairs, ([key, value]): Pair => [key, value * 3 + 1]),
  filter: (pairs) => DStream.filter(pairs, ([key, value]) => (key + value) % 3 !== 0),
  flatMap: (pairs) => DStream.flatMap(pairs, ([key, value]): ReadonlyArray<Pair> => [[key, value], [key + 1, value]]),
  mapValues: (pairs) => DStream.mapValues(pairs, (value) => value - 2),
  reduceByKey: (pairs) => DStream.reduceByKey(pairs, add),
  groupByKey: (pairs) =>
    DStream.map(DStream.groupByKey(pairs), ([key, values]): Pair => [key, values.reduce((a, b) => a * 2 + b, 0)]),
  lists: (pairs) =>
    DStream.map(
      // Adds to lists in place.
      DStream.combineByKey(pairs, {
        createCombiner: (value: number): Array<number> => [value],
        mergeValue: (list, value) => (list.push(value), list),
        mergeCombiners: (a, b) => (a.push(...b), a),
      }),
      ([key, list]): Pair => [key, list.length],
    ),
  mapPartitions: (pairs) =>
    DStream.mapPartitions(pairs, (records) => records.map(([key, value], i): Pair => [key, value + i])),
  repartition: (pairs) => DStream.repartition(pairs, 3),
  union: (pairs) => DStream.union(pairs, DStream.map(pairs, ([key, value]): Pair => [value, key])),
  join: (pairs) =>
    DStream.map(DStream.join(pairs, DStream.reduceByKey(pairs, add)), ([key, [a, b]]): Pair => [key, a - b]),
  leftOuterJoin: (pairs) =>
    DStream.map(
      DStream.leftOuterJoin(pairs, DStream.filter(pairs, ([key]) => key % 2 === 0)),
      ([key, [a, b]]): Pair => [key, a + Option.getOrElse(b, () => 7)],
    ),
  sort: (pairs) => DStream.transform(pairs, (rdd) => RDD.sortByKey(rdd)),
  distinct: (pairs) => DStream.transform(pairs, (rdd) => RDD.distinct(rdd)),
  zipWithIndex: (pairs) =>
    DStream.transform(pairs, (rdd) => RDD.map(RDD.zipWithIndex(rdd), ([[key, value], i]): Pair => [key, value + i])),
  acting: (pairs) =>
    DStream.transform(
      pairs,
      (rdd) =>
        Effect.map(Effect.orDie(RDD.count(rdd)), (count) => RDD.map(rdd, ([key, value]): Pair => [key, value + count])),
    ),
  window: (pairs) => DStream.window(pairs, "3 seconds"),
  slidingWindow: (pairs) => DStream.window(pairs, "4 seconds", { slide: "2 seconds" }),
  countWindow: (pairs) => DStream.reduceByKeyAndWindow(pairs, add, "3 seconds"),
  inverseWindow: (pairs) => DStream.reduceByKeyAndWindow(pairs, add, "3 seconds", { inverse: (a, b) => a - b }),
  updateState: (pairs) =>
    DStream.updateStateByKey(
      pairs,
      (values, state: Option.Option<number>) => Option.some(values.reduce(add, Option.getOrElse(state, () => 0))),
    ),
  mapState: (pairs) => DStream.mapWithState(pairs, running),
  idleState: (pairs) => DStream.mapWithState(pairs, running.pipe(StateSpec.timeout("1 second"))),
  snapshots: (pairs) => DStream.stateSnapshots(DStream.mapWithState(pairs, running)),
  initialState: (pairs) =>
    DStream.updateStateByKey(
      pairs,
      (values, state: Option.Option<number>) => {
        const sum = values.reduce(add, Option.getOrElse(state, () => 0))
        return sum % 5 === 0 ? Option.none() : Option.some(sum)
      },
      { initial: [[7, 1], [2, 3], [1, 4]] },
    ),
  movingState: (pairs) =>
    DStream.updateStatePartitions(
      pairs,
      (entries: ReadonlyArray<DStream.StateEntry<number, number, number>>) =>
        entries.map(([key, values, state]): Pair => [
          (key + 1) % 5,
          values.reduce(add, Option.getOrElse(state, () => 0)),
        ]),
      { rememberPartitioner: false },
    ),
  persist: (pairs) => DStream.persist(pairs),
} satisfies Record<string, (pairs: Pairs) => DStream.DStream<Pair>>

/** The name of a stage. */
export type Stage = keyof typeof stages

/** The names of all stages. */
export const names: ReadonlyArray<Stage> = Object.keys(stages) as Array<Stage>

/** What a pipeline is made of. */
export interface Spec {
  readonly batches: ReadonlyArray<ReadonlyArray<Pair>>
  readonly partitions: number
  readonly stages: ReadonlyArray<Stage>
}

/** What the outputs of the pipeline have received, by partition. */
export const received: Array<unknown> = []

/** Runs several actions, of which the later ones read again what a shuffle has written for the first one. */
const receiving = (pairs: Pairs): DStream.Output =>
  DStream.foreachRDD(pairs, (rdd, { time }) =>
    Effect.map(
      Effect.all([RDD.collect(RDD.glom(rdd)), RDD.count(rdd), RDD.collect(rdd)]),
      (results) => void received.push([time, ...results]),
    ))

const apply = (pairs: Pairs, name: Stage): Pairs => (stages[name] as (pairs: Pairs) => Pairs)(pairs)

/** A pipeline with one stage after another, and two outputs: one half-way, one at the end. */
export const pipeline = Graph.module(import.meta, ({ batches, partitions, stages: chain }: Spec) => {
  const half = chain.length >> 1
  const first = chain.slice(0, half).reduce(apply, Testing.input(batches, { partitions }))
  return [receiving(first), receiving(chain.slice(half).reduce(apply, first))]
})

/** An output for each stage, and a map after it. */
export const everyStage = Graph.module(import.meta, ({ batches, partitions }: Omit<Spec, "stages">) => {
  const pairs = Testing.input(batches, { partitions })
  const [first, ...others] = names.map((name) => receiving(apply(apply(pairs, name), "map")))
  return [first as DStream.Output, ...others]
})

/** Windows and a state, with the names that a checkpoint finds them by. */
export const durable = Graph.module(import.meta, ({ batches, partitions }: Omit<Spec, "stages">) => {
  const pairs = Testing.input(batches, { partitions }).pipe(DStream.named("pairs"))
  const mapped = DStream.mapValues(pairs, (value) => value * 2 + 1)
  return [
    pairs.pipe(stages.map, stages.updateState, DStream.named("state"), receiving, DStream.nameOutput("states")),
    pairs.pipe(stages.idleState, DStream.named("idle"), receiving, DStream.nameOutput("idle states")),
    mapped.pipe(stages.inverseWindow, DStream.named("inverse"), receiving, DStream.nameOutput("differences")),
    mapped.pipe(
      stages.window,
      DStream.named("recent"),
      DStream.map(([key, value]): Pair => [value, key]),
      receiving,
      DStream.nameOutput("windows"),
    ),
  ]
})
