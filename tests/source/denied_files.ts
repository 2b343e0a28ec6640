/** Reads the files of a directory. Its test gives it no permission to read. */
import * as Effect from "effect/Effect"
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"

Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  const lines = DStream.textFileStream(Deno.args[0] ?? "/")
  const active = yield* StreamingContext.start(ssc, [DStream.print(lines)])
  yield* StreamingContext.awaitTermination(active)
}).pipe(
  Effect.provide(Scheduler.layer("200 millis")),
  Effect.provide(SparkContext.layer({ master: "local", appName: "DeniedFiles" })),
  runMain,
)
