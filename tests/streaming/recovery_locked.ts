/** Starts a context with a checkpoint in a folder, prints `started`, and waits until it is killed. */
import * as Effect from "effect/Effect"
import { DStream, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"

const [folder = ""] = Deno.args

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  yield* StreamingContext.checkpoint(ssc, folder)
  const output = DStream.constant([1]).pipe(
    DStream.named("ones"),
    DStream.foreachRDD(() => Effect.void),
    DStream.nameOutput("printed"),
  )
  yield* StreamingContext.awaitTermination(
    yield* StreamingContext.start(ssc, [output]).pipe(
      Effect.tap(() => Effect.sync(() => console.log("started"))),
    ),
  )
})

await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(Scheduler.layer("1 minute")),
    Effect.provide(SparkContext.layer({ master: "local[1]", appName: "locked" })),
  ),
)
