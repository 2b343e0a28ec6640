/**
 * Counts the words of the events that Flume agents push, every second.
 *
 *     deno run examples/flume_word_count.ts localhost 4141       # until Ctrl-C
 *     deno run examples/flume_word_count.ts localhost 4141 10    # stops after 10 seconds
 *
 * It needs an agent of Apache Flume (`apache-flume-1.11.0-bin.tar.gz`), started by `bin/flume-ng agent -n a -f words.conf`. With
 * this `words.conf`, each line that you type into `nc localhost 44444` is an event:
 *
 *     a.sources = lines
 *     a.channels = memory
 *     a.sinks = words
 *     a.sources.lines.type = netcat
 *     a.sources.lines.bind = localhost
 *     a.sources.lines.port = 44444
 *     a.sources.lines.channels = memory
 *     a.channels.memory.type = memory
 *     a.sinks.words.type = avro
 *     a.sinks.words.channel = memory
 *     a.sinks.words.hostname = localhost
 *     a.sinks.words.port = 4141
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Flume from "@dstream/dstream/flume"
import * as Effect from "effect/Effect"
import { checkPort, numbers, WrongArguments } from "./arguments.ts"

const wordCounts = (host: string, port: number) =>
  Flume.pushStream({ host, port }).pipe(
    DStream.flatMap(({ body }) => new TextDecoder().decode(body).split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.print(),
  )

const program = Effect.gen(function* () {
  const [host, ...rest] = Deno.args
  if (host === undefined || rest.length === 0) {
    return yield* new WrongArguments({
      problem: "Give the host and the port that agents push to, such as localhost 4141",
    })
  }
  const { port, seconds } = yield* numbers(rest, { port: 4141, seconds: 0 })
  yield* checkPort(port)
  const active = yield* StreamingContext.start(yield* StreamingContext.make, [wordCounts(host, port)])
  yield* seconds === 0
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "FlumeWordCount" })
  program.pipe(Effect.provide(Scheduler.layer("1 second")), Effect.provide(spark), runMain)
}
