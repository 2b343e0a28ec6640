/**
 * Counts words from a TCP socket every second.
 *
 *     deno run examples/network_word_count.ts              # starts a small text server
 *     deno run examples/network_word_count.ts 5            # the same, stops after 5 seconds
 *     deno run examples/network_word_count.ts host 9999    # reads from `nc -lk 9999`
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { serverOrSeconds, textServer } from "./text_server.ts"

const wordCounts = (host: string, port: number) =>
  DStream.socketTextStream(host, port).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
  )

const program = Effect.gen(function* () {
  const asked = yield* serverOrSeconds(Deno.args)
  const server = asked.server ?? (yield* textServer(["hello world", "hello streams", "to be or not to be"]))
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(wordCounts(server.hostname, server.port))])
  yield* asked.seconds === undefined
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${asked.seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "NetworkWordCount" })),
    runMain,
  )
}
