/** A program on two threads, which prints the events of its workers and what its output gets. Without a guard it would run in workers too. */
import { DStream, Graph, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Effect } from "effect"

const isWorker = "WorkerGlobalScope" in globalThis

/** Takes a few milliseconds for each record, so that the stage is worth another thread. */
const slowly = (n: number): readonly [number, boolean] => {
  for (const until = performance.now() + 3; performance.now() < until;);
  return [n, isWorker]
}

const graph = Graph.module(import.meta, (_: null) => [
  DStream.constant([1, 2, 3, 4]).pipe(
    DStream.map(slowly),
    DStream.foreachRDD((rdd) =>
      Effect.map(
        RDD.collect(rdd),
        (records) => console.log(records.map(([n, isThere]) => `${n}${isThere ? " in a worker" : ""}`).join(", ")),
      )
    ),
  ),
])

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  yield* StreamingContext.addStreamingListener(ssc, (event) =>
    Effect.sync(() => {
      if (event._tag === "WorkersUnavailable") console.log(event.reason)
    }))
  const active = yield* StreamingContext.start(ssc, graph(null))
  yield* StreamingContext.awaitTerminationOrTimeout(active, "3 seconds")
})

program.pipe(
  Effect.provide(Scheduler.layer("100 millis")),
  Effect.provide(SparkContext.layer({ master: "local[2]", appName: "threads" })),
  runMain,
)
