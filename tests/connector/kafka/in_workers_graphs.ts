/** A graph whose tasks fetch records of Kafka, in a module of its own: workers import it, too. */
import { Effect } from "effect"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as Kafka from "../../../lib/kafka.ts"
import * as RDD from "../../../lib/rdd.ts"

/** What the output has received, on the driver. */
export const seen: Array<ReadonlyArray<unknown>> = []

const isWorker = "WorkerGlobalScope" in globalThis

/** Says for each record with its length whether a worker has seen it. `brokersOfWorkers` are those that workers use. */
export const lengths = Graph.module(
  import.meta,
  (config: { readonly topic: string; readonly brokers: string; readonly brokersOfWorkers: string }) => [
    Kafka.directTextStream({
      brokers: isWorker ? config.brokersOfWorkers : config.brokers,
      subscribe: config.topic,
      startingOffsets: "earliest",
      readOn: "workers",
      retryFor: "1 second",
    }).pipe(
      DStream.map((line) => [line, line.length, isWorker]),
      DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records))),
    ),
  ],
)
