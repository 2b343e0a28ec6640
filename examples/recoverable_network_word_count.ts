/**
 * Counts all words received from a TCP socket, and goes on with the counts when it is started again, also after a kill -9.
 *
 *     deno run examples/recoverable_network_word_count.ts                         # starts a text server, in a new directory
 *     deno run examples/recoverable_network_word_count.ts [seconds] directory     # the same, in this directory
 *     deno run examples/recoverable_network_word_count.ts host 9999 directory     # reads from `nc -lk 9999`
 *
 * It prints `(word,total)` every second. Kill it, start it again with the same directory, and the totals go on.
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { serverOrSeconds, textServer } from "./text_server.ts"

/** Adds 1 to the total of a word. */
const counting = StateSpec.function((_: string, one: Option.Option<number>, total: StateSpec.State<number>) =>
  total.update(Option.getOrElse(one, () => 0) + Option.getOrElse(total.getOption(), () => 0))
)

// A checkpoint finds the input, the state and the output by their names.
const totals = (host: string, port: number) =>
  DStream.socketTextStream(host, port).pipe(
    DStream.named("lines"),
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.mapWithState(counting),
    DStream.named("totals"),
    DStream.stateSnapshots,
    DStream.print(),
    DStream.nameOutput("console"),
  )

const program = Effect.gen(function* () {
  const [given, ...server] = Deno.args.toReversed()
  const directory = given ?? (yield* Effect.promise(() => Deno.makeTempDir({ prefix: "totals-" })))
  const asked = yield* serverOrSeconds(server.reverse())
  const { hostname, port } = asked.server ??
    (yield* textServer(["hello world", "hello streams", "to be or not to be"]))
  const again = [...Deno.args.slice(0, -1), directory].join(" ")
  yield* Console.error(`To see that nothing is lost: kill -9 ${Deno.pid}, then start this again with: ${again}`)
  const ssc = yield* StreamingContext.getOrCreate(directory, StreamingContext.make)
  const active = yield* StreamingContext.start(ssc, [totals(hostname, port)])
  yield* asked.seconds === undefined
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${asked.seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "RecoverableNetworkWordCount" })),
    runMain,
  )
}
