/**
 * Stopping a context: at once or gracefully, from outside or from inside one of its own jobs.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { endsWithin, STOP_TIMEOUT } from "../../receiver/bounded_wait.ts"
import { handle, type Internals, internalsOf, type State, type StreamingContext } from "./context.ts"
import { RunsInside } from "../inside.ts"
import { close, type Running, type StopMode } from "../running.ts"
import { runningOf, stopOnce } from "./life.ts"
import { Registry } from "./registry.ts"

/** How long a stop that is not graceful waits for listeners, in milliseconds. */
const LISTENERS_TIMEOUT = 2_000

/** Ends what a context has started, once, however often it is asked to. `release` lets the next context start. */
export const shutDown = (internals: Internals, mode: StopMode, release: () => void): Effect.Effect<void> => {
  const { bus, resolved: { gracefulStopTimeout }, scope } = internals
  const stopping = Effect.fnUntraced(function* (running: Running | undefined) {
    if (running !== undefined) {
      yield* close(running, mode)
      bus.publish({ _tag: "StreamingStopped", time: yield* Clock.currentTimeMillis })
    }
    const timeout = mode.graceful ? gracefulStopTimeout : Math.min(gracefulStopTimeout, LISTENERS_TIMEOUT)
    yield* Effect.timeoutOption(bus.close, timeout)
    if (!(yield* endsWithin(Scope.close(scope, Exit.void), STOP_TIMEOUT))) {
      yield* Effect.logWarning("Something that the context has opened does not close; stopping without waiting for it")
    }
  })
  return Effect.uninterruptible(
    stopOnce(internals, (running) => Effect.ensuring(stopping(running), Effect.sync(release))),
  )
}

/** How to stop. */
export interface StopOptions {
  /** Stop the SparkContext as well (true). Otherwise the next streaming context may use it. */
  readonly stopSparkContext?: boolean | undefined
  /** Let everything received become batches, and the batches end, within `gracefulStopTimeout` (false). */
  readonly stopGracefully?: boolean | undefined
}

/**
 * Stops a context, started or not. Called from inside one of its own jobs or listeners it lets that job end and does not
 * wait for itself: the context is stopped soon after. Stopping twice is fine, and a second call may still stop the
 * SparkContext. Spark: `stop`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const stopped = yield* StreamingContext.stop(active, { stopSparkContext: false, stopGracefully: true })
 *   return [stopped.state, yield* RDD.count(RDD.range(0, 3))]
 * })
 * const result = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(result, ["Stopped", 3])
 * ```
 */
export const stop: <E>(
  ssc: StreamingContext<State, E>,
  options?: StopOptions,
) => Effect.Effect<StreamingContext<"Stopped", E>> = Effect.fnUntraced(function* <E>(
  ssc: StreamingContext<State, E>,
  options: StopOptions = {},
) {
  const internals = internalsOf(ssc)
  const registry = yield* Registry
  const inside = yield* RunsInside
  const release = () => {
    if (registry.active !== undefined && internalsOf(registry.active) === internals) registry.active = undefined
  }
  const spark = options.stopSparkContext ?? true ? internals.spark.stop : Effect.void
  const how = { graceful: options.stopGracefully ?? false, inside }
  const stopping = Effect.andThen(shutDown(internals, how, release), spark)
  // What waits must not begin between this job and the stop.
  if (inside && !how.graceful) yield* runningOf(internals)?.runtime.hold ?? Effect.void
  if (inside) yield* Effect.forkDetach(stopping)
  else yield* stopping
  return handle<"Stopped", E>(internals, "Stopped")
})
