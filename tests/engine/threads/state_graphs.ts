/** Graphs with states for tests with workers, in a module of their own: workers import it, too. */
import { Effect, Option, Schedule, Schema } from "effect"
import { DStream, Graph, OutputPolicy, RDD, StateSpec } from "../../../mod.ts"
import * as StateFormat from "../../../lib/state_format.ts"
import { Testing } from "../../../lib/testing.ts"
import { seen } from "./graphs.ts"

type Pair = readonly [key: number, value: number]
type Batches = ReadonlyArray<ReadonlyArray<Pair>>

const isWorker = "WorkerGlobalScope" in globalThis

const input = (batches: Batches) => Testing.input(batches, { partitions: 2 })

/** Adds the records of each batch to what the tests see. */
const collecting = (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** The options of a graph: for some value, the function fails in some way. */
interface Options {
  readonly batches: Batches
  readonly at: number
  readonly does: "throw" | "throw once" | "hang" | "close"
}

let hasThrown = false

const fail = ({ at, does }: Options, value: number): void => {
  if (value !== at || !isWorker) return
  if (does === "throw") throw new RangeError(`no ${value}`)
  while (does === "hang");
  if (does === "close") globalThis.close()
  if (does === "throw once" && !hasThrown) {
    hasThrown = true
    throw new RangeError(`no ${value} yet`)
  }
}

/** Running sums, with the isolate that has added up. */
const sums = (options: Options) =>
  StateSpec.function((key: number, value: Option.Option<number>, state: StateSpec.State<number>) => {
    const added = Option.getOrElse(value, () => 0)
    const sum = Option.getOrElse(state.getOption(), () => 0) + added
    state.update(sum)
    fail(options, added)
    return [key, sum, isWorker]
  })

/** Running sums of a function that fails for one value. */
export const failing = Graph.module(import.meta, (options: Options) => [
  input(options.batches).pipe(
    DStream.mapWithState(sums(options)),
    collecting,
    DStream.onFailure(
      options.does === "throw once" ? OutputPolicy.retry(Schedule.recurs(1)) : OutputPolicy.continueOn,
    ),
  ),
])

/** The states themselves, which only the driver reads, after sums that workers compute. */
export const snapshots = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.mapWithState(sums({ batches, at: NaN, does: "throw" })),
    DStream.stateSnapshots,
    DStream.map(([key, sum]) => [key, sum, isWorker]),
    collecting,
  ),
])

/** Adds up states of many keys where they have been computed. */
export const followed = Graph.module(import.meta, (batches: Batches) => [
  input(batches).pipe(
    DStream.updateStateByKey((values, state: Option.Option<number>) =>
      Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))
    ),
    DStream.map(([key, sum]) => [key, sum, isWorker]),
    collecting,
  ),
])

class Sum extends Schema.Class<Sum>("Sum")({ value: Schema.Number }) {}

const format = StateFormat.first(Sum)

const classSums = StateSpec.function((key: number, value: Option.Option<number>, state: StateSpec.State<Sum>) => {
  const before = state.exists() ? state.get() : new Sum({ value: 0 })
  const after = new Sum({ value: before.value + Option.getOrElse(value, () => 0) })
  state.update(after)
  return [key, before instanceof Sum, after.value, isWorker]
})

/** States of a class, with and without a format. */
export const sumsOfClass = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly hasFormat: boolean }) => [
    input(config.batches).pipe(
      DStream.mapWithState(config.hasFormat ? classSums.pipe(StateSpec.format(format)) : classSums),
      collecting,
    ),
  ],
)

/** Two outputs of one state. The function of the first one ends its worker for some value. */
export const outliving = Graph.module(import.meta, (options: Options) => {
  const states = input(options.batches).pipe(
    DStream.updateStateByKey((values, state: Option.Option<number>) =>
      Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))
    ),
  )
  return [
    states.pipe(
      DStream.map(([key, sum]) => (fail(options, sum), [key, sum])),
      DStream.foreachRDD((rdd) => Effect.asVoid(RDD.count(rdd))),
      DStream.onFailure(OutputPolicy.continueOn),
    ),
    states.pipe(DStream.map(([key, sum]) => [key, sum]), collecting),
  ]
})
