/**
 * Refuses card payments by the history of each card, and writes each refusal to SQLite exactly once.
 *
 *     deno run --allow-read --allow-write examples/fraud_detection.ts [seconds]    # default: 8
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import * as Sqlite from "@dstream/dstream/sqlite"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { DatabaseSync } from "node:sqlite"
import { numbers } from "./arguments.ts"

/** Payments of a batch. Card c is not used after the third batch; card b is stolen in the sixth. */
const payments = (batch: number) => {
  const cards = ["a", "a", "b", ...batch < 3 ? ["c"] : []]
  const usual = Effect.forEach(cards, (card) => Effect.map(Random.nextIntBetween(5, 40), (n) => [card, n] as const))
  return Effect.map(usual, (some) => batch === 5 ? [...some, ["b", 900] as const, ["b", 950] as const] : some)
}

/** Refuses an amount above five times the average of at least three payments. Refused payments are not in the history. */
const decisionSpec = StateSpec.function(
  (card: string, paid: Option.Option<number>, history: StateSpec.State<{ payments: number; total: number }>) => {
    const { payments, total } = Option.getOrElse(history.getOption(), () => ({ payments: 0, total: 0 }))
    if (Option.isNone(paid)) return [card, 0, `idle, ${payments} payments forgotten`]
    if (payments >= 3 && paid.value > 5 * total / payments) return [card, paid.value, "refused"]
    history.update({ payments: payments + 1, total: total + paid.value })
    return [card, paid.value, "accepted"]
  },
).pipe(StateSpec.timeout("2 seconds"))

const program = Effect.gen(function* () {
  const { seconds } = yield* numbers(Deno.args, { seconds: 8 })
  const path = yield* Effect.promise(() => Deno.makeTempFile())
  yield* Effect.addFinalizer(() => Effect.promise(() => Deno.remove(path)))
  using database = new DatabaseSync(path)
  database.exec("CREATE TABLE alerts (time INTEGER, card TEXT, amount INTEGER)")
  const batches = yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7], payments).pipe(Random.withSeed("payments"))
  const decisions = DStream.queueStream(DStream.rddQueue(batches)).pipe(DStream.mapWithState(decisionSpec))
  const alerts = DStream.filter(decisions, ([, , verdict]) => verdict === "refused").pipe(
    DStream.saveToSql(Sqlite.sink({ path }), {
      name: "alerts",
      statement: "INSERT INTO alerts VALUES (?, ?, ?)",
      row: ([card, amount], time) => [time, card, amount],
    }),
  )
  const active = yield* StreamingContext.start(yield* StreamingContext.make, [DStream.print(decisions), alerts])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
  yield* StreamingContext.stop(active, { stopGracefully: true })
  const again = database.prepare("SELECT 'card ' || card || ', ' || amount AS text FROM alerts ORDER BY time, amount")
  for (const { text } of again.all()) yield* Console.log(`Read from SQLite: ${text}`)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "FraudDetection" })
  program.pipe(Effect.provide(Scheduler.layer("500 millis")), Effect.provide(spark), runMain)
}
