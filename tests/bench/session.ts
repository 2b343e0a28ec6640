/** A started streaming context whose batches run when they are told to, one at a time. */
import { Testing } from "@dstream/dstream/testing"
import { Effect, Exit, Layer, ManagedRuntime, Scope } from "effect"
import { SparkContext, StreamingContext } from "@dstream/dstream"
import type { Output } from "../../lib/dstream/output.ts"
import type { Engine } from "../../lib/rdd/engine.ts"

/** A context at work. */
export interface Session {
  /** Moves the clock on to the next batch and comes back when that has ended: tick, allocation, jobs, events, commit. */
  readonly batch: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts an output on the engine of `local`, on a clock of its own: nothing waits, everything else is as it always is. */
export const open = async (output: Output<unknown, Engine | SparkContext.SparkContext>): Promise<Session> => {
  const spark = SparkContext.layer({ master: "local", appName: "bench" })
  const runtime = ManagedRuntime.make(Layer.fresh(Layer.provideMerge(spark, Testing.layer())))
  const scope = Effect.runSync(Scope.make())
  const active = await runtime.runPromise(
    StreamingContext.make.pipe(
      Effect.flatMap((ssc) => StreamingContext.start(ssc, [output])),
      Effect.provideService(Scope.Scope, scope),
    ),
  )
  return {
    batch: () =>
      runtime.runPromise(Effect.flatMap(Testing.advance(active), ([end]) =>
        end === "completed" ? Effect.void : StreamingContext.awaitTermination(active))),
    close: async () => {
      await runtime.runPromise(Scope.close(scope, Exit.void))
      await runtime.dispose()
    },
  }
}
