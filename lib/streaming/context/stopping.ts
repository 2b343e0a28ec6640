/**
 * Stopping a context: immediately or gracefully, from outside or from one of its own jobs.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { endsWithin, STOP_TIMEOUT } from "../../core/bounded_wait.ts"
import { handle, type Internals, internalsOf, type State, type StreamingContext } from "./context.ts"
import { RunsInside } from "../inside.ts"
import { close, type Running, type StopMode } from "../running.ts"
import { isEnding, runningOf, stopOnce } from "./life.ts"
import { Registry } from "./registry.ts"

/** How long an immediate stop waits for listeners, in milliseconds. */
const LISTENERS_TIMEOUT = 2_000

/**
 * Stops everything that a context has started. Only the first call does this; later calls wait for it. At the end it runs `release`,
 * which removes the context from the registry so that another context can start.
 */
export const shutDown = (internals: Internals, mode: StopMode, release: () => void): Effect.Effect<void> => {
  const { bus, resolved: { gracefulStopTimeout }, scope } = internals
  const stopping = Effect.fnUntraced(function* (running: Running | undefined) {
    if (running !== undefined) {
      yield* close(running, mode)
      bus.publish({ _tag: "StreamingStopped", time: yield* running.runtime.run.clock.currentTimeMillis })
    }
    const timeout = mode.graceful ? gracefulStopTimeout : Math.min(gracefulStopTimeout, LISTENERS_TIMEOUT)
    yield* Effect.timeoutOption(bus.close, timeout)
    if (!(yield* endsWithin(Scope.close(scope, Exit.void), STOP_TIMEOUT))) {
      yield* Effect.logWarning(
        `A resource of the streaming context did not close within ${STOP_TIMEOUT} ms; the stop does not wait for it`,
      )
    }
  })
  return Effect.uninterruptible(
    stopOnce(internals, (running) => Effect.ensuring(stopping(running), Effect.sync(release))),
  )
}

/** The options of `stop`. */
export interface StopOptions {
  /** Whether to stop the SparkContext as well. Default: true. With false, another streaming context can use it. */
  readonly stopSparkContext?: boolean | undefined
  /** Whether to process all received records first, within `gracefulStopTimeout`. Default: false. */
  readonly stopGracefully?: boolean | undefined
}

/**
 * Stops a context, started or not, and waits until it has stopped. A second call does no harm, and can still stop the SparkContext.
 *
 * A job, a receiver or a listener of the context can also call it. Then it returns immediately, and the context stops soon after
 * the running batch has ended. Spark: `stop`.
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
  // Until the forked stop below takes effect, no further batch may start. An earlier stop keeps its own mode.
  if (inside && !how.graceful && !isEnding(internals)) yield* runningOf(internals)?.runtime.hold ?? Effect.void
  if (inside) yield* Effect.forkDetach(stopping)
  else yield* stopping
  return handle<"Stopped", E>(internals, "Stopped")
})
