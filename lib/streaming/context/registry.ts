/**
 * The registry of the active context. As in Spark, one context per process can be active.
 *
 * @module
 */
import * as Context from "effect/Context"
import type { StreamingContext } from "./context.ts"

/** Holds the active context. */
export interface Registry {
  /** The context that has been started and has not stopped. `start` sets it. */
  active: StreamingContext<"Active", unknown> | undefined
}

const process: Registry = { active: undefined }

/**
 * The registry of the active context. By default the whole process shares one registry, so one context can be active.
 *
 * The test kit provides a separate registry for each run, so that tests can run in parallel.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   return (yield* StreamingContext.Registry).active?.state
 * })
 * const layer = Layer.mergeAll(
 *   Scheduler.layer("1 minute"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 *   Layer.succeed(StreamingContext.Registry, { active: undefined }),
 * )
 * assert.equal(await Effect.runPromise(Effect.scoped(Effect.provide(program, layer))), "Active")
 * ```
 */
export const Registry: Context.Reference<Registry> = Context.Reference<Registry>("@dstream/dstream/Registry", {
  defaultValue: () => process,
})
