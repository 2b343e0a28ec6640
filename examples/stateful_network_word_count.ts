/**
 * Counts all words received from a TCP socket since the start, and prints the counts every second.
 *
 *     deno run examples/stateful_network_word_count.ts              # starts a small text server
 *     deno run examples/stateful_network_word_count.ts 5            # the same, stops after 5 seconds
 *     deno run examples/stateful_network_word_count.ts host 9999    # reads from `nc -lk 9999`
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { serverOrSeconds, textServer } from "./text_server.ts"

/** Adds 1 to the count of a word. The new count becomes the word's state, and an output record. */
const countSpec = StateSpec.function((word: string, one: Option.Option<number>, count: StateSpec.State<number>) => {
  const sum = Option.getOrElse(one, () => 0) + Option.getOrElse(count.getOption(), () => 0)
  count.update(sum)
  return [word, sum]
}).pipe(StateSpec.initialState([["hello", 1], ["world", 1]]))

const runningCounts = (host: string, port: number) =>
  DStream.socketTextStream(host, port).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.mapWithState(countSpec),
    DStream.stateSnapshots,
  )

const program = Effect.gen(function* () {
  const asked = yield* serverOrSeconds(Deno.args)
  const server = asked.server ?? (yield* textServer(["hello world", "hello streams", "to be or not to be"]))
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(runningCounts(server.hostname, server.port))])
  yield* asked.seconds === undefined
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${asked.seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "StatefulNetworkWordCount" })),
    runMain,
  )
}
