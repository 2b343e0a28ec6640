/** A program that writes batches to PostgreSQL and halts at a word. Its arguments are the URL and the word. */
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as Postgres from "../../lib/postgres.ts"
import { Testing } from "../../lib/testing.ts"

/** Two batches of two partitions; `during` runs for each record before it is written. */
export const writing = (url: string, during: (word: string) => Effect.Effect<void> = () => Effect.void) =>
  Testing.input([["a", "b"], ["c", "d"]], { partitions: 2 }).pipe(
    DStream.mapEffect((word) => Effect.as(during(word), word)),
    DStream.saveToSql(Postgres.sink({ url }), {
      name: "words",
      table: "words",
      columns: ["time", "word"],
      row: (word, time) => [time, word],
    }),
  )

if (import.meta.main) {
  const [url = "", last] = Deno.args
  const stop = Effect.andThen(Effect.sync(() => console.log("stops")), Effect.never)
  // A waiting fiber alone does not keep a process alive.
  setInterval(() => {}, 1000)
  await Effect.runPromise(Testing.runOutputs([writing(url, (word) => word === last ? stop : Effect.void)]))
}
