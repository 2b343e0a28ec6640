/** Graphs with broadcasts, in a module of their own: workers import it, too. */
import { Effect } from "effect"
import { Broadcast, DStream, Graph, RDD } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

type Batches = ReadonlyArray<ReadonlyArray<number>>

const collecting = (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** A value that cannot travel. */
const double = Broadcast.make({ apply: (n: number) => 2 * n })

/** Reads a broadcast of the module and one of the graph. */
export const made = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly names: ReadonlyArray<string> }) => {
    const names = Broadcast.make(new Map(config.names.map((name, i) => [i, name])))
    return [
      Testing.input(config.batches, { partitions: 2 }).pipe(
        DStream.map((n) => [names.value.get(n), double.value.apply(n), isWorker]),
        collecting,
      ),
    ]
  },
)

/** Reads a broadcast that the caller has made. */
export const given = Graph.module(
  import.meta,
  (config: { readonly batches: Batches; readonly limit: Broadcast.Broadcast<number> }) => [
    Testing.input(config.batches, { partitions: 2 }).pipe(
      DStream.map((n) => [n < config.limit.value, isWorker]),
      collecting,
    ),
  ],
)
