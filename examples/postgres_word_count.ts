/**
 * Adds the counts of words from a text server to a table of PostgreSQL every second, each exactly once: kill it at will and start
 * it again with the same arguments.
 *
 *     deno run -A examples/postgres_word_count.ts postgres://postgres:secret@localhost/postgres directory
 *
 * The directory keeps the checkpoint. It needs a PostgreSQL server with a table:
 *
 *     docker run --name postgres -p 5432:5432 -e POSTGRES_PASSWORD=secret postgres
 *     docker exec postgres psql -U postgres -c "CREATE TABLE counts (word TEXT PRIMARY KEY, n BIGINT)"
 *
 * @module
 */
import { DStream, OutputPolicy, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Postgres from "@dstream/dstream/postgres"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { WrongArguments } from "./arguments.ts"
import { textServer } from "./text_server.ts"

// Adding is right only because no batch is written twice.
const ADD = "INSERT INTO counts VALUES ($1, $2) ON CONFLICT (word) DO UPDATE SET n = counts.n + excluded.n"

// The checkpoint knows the input by its name, and the database knows the output.
const counts = (hostname: string, port: number, url: string) =>
  DStream.socketTextStream(hostname, port).pipe(
    DStream.named("lines"),
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    DStream.saveToSql(Postgres.sink({ url }), { name: "counts", statement: ADD, row: (pair) => pair }),
    DStream.onFailure(OutputPolicy.retry(Schedule.spaced("1 second"))),
  )

const program = Effect.gen(function* () {
  const [url, directory] = Deno.args
  if (url === undefined || directory === undefined) {
    return yield* new WrongArguments({ problem: "Give the URL of a PostgreSQL server and a directory" })
  }
  yield* Console.error(`To see that nothing is counted twice: kill -9 ${Deno.pid}, then start this again`)
  const { hostname, port } = yield* textServer(["hello world", "hello streams", "to be or not to be"])
  const ssc = yield* StreamingContext.getOrCreate(directory, StreamingContext.make)
  const active = yield* StreamingContext.start(ssc, [counts(hostname, port, url)])
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "PostgresWordCount" })
  program.pipe(Effect.provide(Scheduler.layer("1 second")), Effect.provide(spark), runMain)
}
