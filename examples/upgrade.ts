/**
 * Runs version 1 of a program, then version 2, whose state has another form, on the checkpoint of version 1. The versions are
 * in [`visits`](./visits.ts).
 *
 *     deno run examples/upgrade.ts        # runs each version for 3 seconds
 *     deno run examples/upgrade.ts 10     # runs each version for 10 seconds
 *
 * @module
 */
import { runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { numbers } from "./arguments.ts"
import { version1, version2 } from "./visits.ts"

const run = (output: ReturnType<typeof version1>, directory: string, seconds: number) =>
  Effect.scoped(Effect.gen(function* () {
    const ssc = yield* StreamingContext.getOrCreate(directory, StreamingContext.make)
    const active = yield* StreamingContext.start(ssc, [output])
    yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
    yield* StreamingContext.stop(active, { stopSparkContext: false })
  }))

const program = Effect.gen(function* () {
  const { seconds } = yield* numbers(Deno.args, { seconds: 3 })
  const directory = yield* Effect.promise(() => Deno.makeTempDir({ prefix: "upgrade-" }))
  yield* Console.log("Version 1")
  yield* run(version1(), directory, seconds)
  yield* Console.log("Version 2")
  yield* run(version2(), directory, seconds)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "Upgrade" })),
    runMain,
  )
}
