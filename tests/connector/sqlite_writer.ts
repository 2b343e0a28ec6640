/** A program that writes batches to SQLite; run by itself it stops in the middle of one. */
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { Testing } from "../../lib/testing.ts"

/** The batches that it writes; `during` runs for each record before it is written. */
export const writing = (path: string, during: (word: string) => Effect.Effect<void> = () => Effect.void) =>
  Testing.input([["a", "b"], ["c", "d"], ["e", "f"]], { partitions: 2 }).pipe(
    DStream.mapEffect((word) => Effect.as(during(word), word)),
    DStream.saveToSql(Sqlite.sink({ path }), {
      name: "words",
      table: "words",
      columns: ["time", "word"],
      row: (word, time) => [time, word],
    }),
  )

if (import.meta.main) {
  const stop = Effect.andThen(Effect.sync(() => console.log("half")), Effect.never)
  // A waiting fiber alone does not keep a process alive.
  setInterval(() => {}, 1000)
  const output = writing(Deno.args[0] ?? "", (word) => word === "d" ? stop : Effect.void)
  await Effect.runPromise(Testing.runOutputs([output]))
}
