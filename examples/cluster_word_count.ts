/**
 * Counts words from a TCP socket every second: on this machine, or on an Apache Spark cluster.
 *
 *     deno run examples/cluster_word_count.ts                                 # on two threads; starts a small text server
 *     deno run -A examples/cluster_word_count.ts sc://spark:15002             # the same on a cluster
 *     deno run -A examples/cluster_word_count.ts sc://spark:15002 10          # stops after 10 seconds
 *     deno run -A examples/cluster_word_count.ts sc://spark:15002 host 9999   # reads from `nc -lk 9999`
 *
 * The [page about clusters](../docs/cluster.md) says how to start a cluster, and which permissions are needed.
 *
 * @module
 */
import { DStream, Graph, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { serverOrSeconds, textServer } from "./text_server.ts"

/** The workers of a cluster import this module and make the graph again, so it is exported. */
export const wordCounts = Graph.module(
  import.meta,
  ({ hostname, port }: { readonly hostname: string; readonly port: number }) => [
    DStream.socketTextStream(hostname, port).pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word) => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
      DStream.print(),
    ),
  ],
)

const [master = "local[2]", ...rest] = Deno.args

const program = Effect.gen(function* () {
  const asked = yield* serverOrSeconds(rest)
  const server = asked.server ?? (yield* textServer(["hello world", "hello streams", "to be or not to be"]))
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, wordCounts(server))
  yield* asked.seconds === undefined
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${asked.seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master, appName: "ClusterWordCount" })),
    runMain,
  )
}
