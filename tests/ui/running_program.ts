/**
 * Counts words with a checkpoint of small files until it is killed, or for as many batches as it is told. Prints a line for
 * each batch. Arguments: the directory, and the number of batches.
 */
import { DStream, Receiver, runMain, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import { Effect, Option } from "effect"

const [directory = "", most = "Infinity"] = Deno.args

const words = Receiver.make({
  name: "Words",
  onStart: (store: Receiver.Store<string>) =>
    Effect.gen(function* () {
      for (let i = Number(Option.getOrElse(yield* store.last, () => 0)) + 1;; i++) {
        yield* store.block(Array.from({ length: 20 }, (_, k) => `word ${(i * k) % 97}`), i)
        yield* Effect.sleep("1 millis")
      }
    }),
})

const count = (_: string, one: Option.Option<number>, state: StateSpec.State<number>) =>
  state.update(Option.getOrElse(state.getOption(), () => 0) + Option.getOrElse(one, () => 0))

const lines = DStream.receiverStream(words).pipe(DStream.named("words"))
const counts = lines.pipe(
  DStream.map((word) => [word, 1]),
  DStream.mapWithState(StateSpec.function(count)),
  DStream.named("counts"),
)
const recent = lines.pipe(DStream.window("200 millis"), DStream.named("recent"))

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  yield* StreamingContext.checkpoint(ssc, directory, { segmentBytes: 4000, catchUp: 1 })
  let batches = 0
  const active = yield* StreamingContext.start(ssc, [
    DStream.foreachRDD(counts, () => Effect.void).pipe(DStream.nameOutput("counted")),
    DStream.foreachRDD(recent, () => Effect.sync(() => console.log(++batches))).pipe(DStream.nameOutput("printed")),
  ])
  while (batches < Number(most)) yield* Effect.sleep("5 millis")
  yield* StreamingContext.stop(active)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("20 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "running" })),
    runMain,
  )
}
