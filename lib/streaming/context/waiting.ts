/**
 * Waiting until a context has stopped.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointFailed } from "../checkpoint/errors.ts"
import type { ReceiverFailed } from "../../receiver/errors.ts"
import { type Internals, internalsOf, type StreamingContext } from "./context.ts"
import { type BatchFailed, NotStarted } from "../errors.ts"
import { runningOf, stateOf } from "./life.ts"

/**
 * Stops a context gracefully, if its settings say so, when a wait for its end is interrupted in the fiber that started it.
 * That fiber may have opened services which the last batches need, and closes them as soon as the wait has ended.
 */
const stoppedByInterruption = <A, E, R>(
  internals: Internals,
  wait: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> => {
  if (internals.settings.stopGracefullyOnShutdown !== true) return wait
  const stop = Effect.withFiber(({ id }) => id === internals.shutdown?.fiberId ? internals.shutdown.stop : Effect.void)
  return Effect.onInterrupt(wait, () => stop)
}

/**
 * Waits until the context has stopped. Fails with the reason if a batch or a receiver stopped it.
 *
 * Under `OutputPolicy.continueOn` it fails with the first error while the context keeps running, as in Spark; later calls fail
 * with the latest error. Several fibers can wait at the same time. Spark: `awaitTermination`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const refuse = DStream.foreachRDD(Testing.input([["hello"]]), () => Effect.fail("refused"))
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [refuse])
 *   yield* Testing.advance(active)
 *   return yield* Effect.flip(StreamingContext.awaitTermination(active))
 * })
 * const error = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(error._tag === "BatchFailed" && [error.batchTime, error.reason], [1000, "refused"])
 * ```
 */
export const awaitTermination = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
): Effect.Effect<void, BatchFailed<E> | ReceiverFailed | CheckpointFailed> => {
  const internals = internalsOf(active)
  const ended = Effect.suspend(
    (): Effect.Effect<void, BatchFailed<unknown> | ReceiverFailed | CheckpointFailed | NotStarted> => {
      const runtime = runningOf(internals)?.runtime
      if (runtime === undefined) {
        return stateOf(internals) === "Initialized"
          ? Effect.fail(new NotStarted({ operation: "awaitTermination" }))
          : Effect.void
      }
      internals.isAwaited = true
      const stopped = Deferred.await(runtime.stopped)
      const waited = runtime.failed?.stops === true
        ? stopped
        : Effect.raceFirst(Deferred.await(runtime.reported), stopped)
      return Effect.flatMap(
        waited,
        () => runtime.failed === undefined ? Effect.void : Effect.fail(runtime.failed.failure),
      )
    },
  )
  // The type of the handle excludes NotStarted.
  return stoppedByInterruption(internals, ended) as Effect.Effect<
    void,
    BatchFailed<E> | ReceiverFailed | CheckpointFailed
  >
}

/**
 * Waits like {@link awaitTermination}, but not longer than the given time. Returns whether the context has stopped. Spark:
 * `awaitTerminationOrTimeout`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const before = yield* StreamingContext.awaitTerminationOrTimeout(active, 0)
 *   yield* StreamingContext.stop(active)
 *   return [before, yield* StreamingContext.awaitTerminationOrTimeout(active, "1 minute")]
 * })
 * const stopped = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(stopped, [false, true])
 * ```
 */
export const awaitTerminationOrTimeout = <E>(
  active: StreamingContext<"Active" | "Stopped", E>,
  timeout: Duration.Input,
): Effect.Effect<boolean, BatchFailed<E> | ReceiverFailed | CheckpointFailed> =>
  Effect.suspend(() => {
    const internals = internalsOf(active)
    return stateOf(internals) === "Initialized" ? Effect.as(Effect.sleep(timeout), false) : stoppedByInterruption(
      internals,
      Effect.map(Effect.timeoutOption(awaitTermination(active), timeout), Option.isSome),
    )
  })
