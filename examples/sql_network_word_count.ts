/**
 * Counts words from a TCP socket with SQL. The words of each second form a table.
 *
 *     deno run examples/sql_network_word_count.ts              # starts a small text server
 *     deno run examples/sql_network_word_count.ts 5            # the same, stops after 5 seconds
 *     deno run examples/sql_network_word_count.ts host 9999    # reads from `nc -lk 9999`
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Sql from "@dstream/dstream/sql"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { serverOrSeconds, textServer } from "./text_server.ts"

const statement = "SELECT word, count(*) AS total FROM words GROUP BY word ORDER BY total DESC, word"

const wordCounts = (host: string, port: number) =>
  DStream.socketTextStream(host, port).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => ({ word })),
    DStream.foreachRDD((words, { time }) =>
      Effect.gen(function* () {
        const rows = yield* Sql.query(words, statement, { table: "words", columns: { word: "TEXT" } })
        yield* Console.log(`========= ${time} =========`)
        for (const { total, word } of rows) yield* Console.log(`${word}: ${total}`)
      })
    ),
  )

const program = Effect.gen(function* () {
  const asked = yield* serverOrSeconds(Deno.args)
  const server = asked.server ?? (yield* textServer(["hello world", "hello streams", "to be or not to be"]))
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [wordCounts(server.hostname, server.port)])
  yield* asked.seconds === undefined
    ? StreamingContext.awaitTermination(active)
    : StreamingContext.awaitTerminationOrTimeout(active, `${asked.seconds} seconds`)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Sql.layer),
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "SqlNetworkWordCount" })),
    runMain,
  )
}
