/**
 * Setting the minimum time for which the RDDs of a context are remembered.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { checkDuration } from "../../core/check_duration.ts"
import type { InvalidOption } from "../../core/errors.ts"
import { internalsOf, type StreamingContext } from "./context.ts"
import { type AlreadyStarted, type AlreadyStopped, RememberAlreadySet } from "../errors.ts"
import { requireInitialized } from "./life.ts"

/**
 * Remembers the RDDs of every batch for at least this long, for `slice`. Call it once, before `start`. Fails with `InvalidOption`
 * if the duration is not a positive whole number of milliseconds. Spark: `remember`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1], [2], [3]])
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.remember(ssc, "1 minute")
 *   const active = yield* StreamingContext.start(ssc, [DStream.foreachRDD(numbers, () => Effect.void)])
 *   yield* Testing.advance(active, 3)
 *   const rdds = yield* StreamingContext.slice(active, numbers, 1000, 2000)
 *   return yield* Effect.forEach(rdds, (rdd) => RDD.collect(rdd))
 * })
 * const slices = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(slices, [[1], [2]])
 * ```
 */
export const remember = (
  ssc: StreamingContext<"Initialized">,
  duration: Duration.Input,
): Effect.Effect<void, RememberAlreadySet | InvalidOption | AlreadyStarted | AlreadyStopped> =>
  Effect.flatMap(
    checkDuration("StreamingContext.remember", "duration", duration),
    (millis) =>
      Effect.suspend((): Effect.Effect<void, RememberAlreadySet | AlreadyStarted | AlreadyStopped> => {
        const internals = internalsOf(ssc)
        if (internals.remember !== undefined) {
          return Effect.fail(new RememberAlreadySet({ remember: internals.remember }))
        }
        return Effect.map(requireInitialized(internals, "remember"), () => {
          internals.remember = millis
        })
      }),
  )
