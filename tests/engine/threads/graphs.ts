/** Graphs for tests with workers, in a module of their own: workers import it. */
import * as Effect from "effect/Effect"
import { DStream, Graph, RDD } from "../../../mod.ts"
import { Testing } from "../../../lib/testing.ts"

/** What the outputs of the graphs below have received on the driver. */
export const seen: Array<unknown> = []

const collecting = (stream: DStream.DStream<unknown>): DStream.Output =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

/** Says for each record whether a worker has mapped it. */
export const where = Graph.module(import.meta, (batches: ReadonlyArray<ReadonlyArray<number>>) => [
  Testing.input(batches, { partitions: 2 }).pipe(DStream.map((n) => [n, isWorker]), collecting),
])
