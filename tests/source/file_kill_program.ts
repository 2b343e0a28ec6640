/**
 * A program that copies the lines of files to outputs, with a checkpoint, all below the folder in its argument. It prints each
 * step by which it saves, and then pauses, so that it can be killed there.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DStream from "../../lib/dstream.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"

const folder = Deno.args[0] ?? ""

const announced = <A, E>(step: string, path: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const pause = (when: string) =>
    Effect.andThen(Effect.sync(() => console.log(`${when} ${step} ${path.slice(folder.length)}`)), Effect.sleep(1))
  return Effect.andThen(pause("before"), Effect.tap(effect, () => pause("after")))
}

const files: RDD.Files = {
  ...runtimeFiles,
  write: (path, pieces, options) => announced("write", path, runtimeFiles.write(path, pieces, options)),
  rename: (from, to, options) => announced("rename", to, runtimeFiles.rename(from, to, options)),
  remove: (path) => announced("remove", path, runtimeFiles.remove(path)),
}

const output = DStream.textFileStream(`${folder}/in`, { newBy: "name", newFilesOnly: false }).pipe(
  DStream.named("ids"),
  DStream.repartition(2),
  DStream.saveAsTextFiles(`${folder}/out/out`),
  DStream.nameOutput("copies"),
)

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.getOrCreate(`${folder}/checkpoint`, StreamingContext.make, {
    segmentBytes: 20_000,
  })
  yield* StreamingContext.awaitTermination(yield* StreamingContext.start(ssc, [output]))
})

const layer = Layer.mergeAll(
  SparkContext.layer({ master: "local[2]", appName: "test" }),
  Scheduler.layer("40 millis"),
  Layer.succeed(RDD.Files, files),
)
await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)) as Effect.Effect<void>)
