/**
 * What a running context remembers: for how long, and the RDDs between two batch times.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { checkDuration } from "../../core/check_duration.ts"
import type { InvalidOption } from "../../core/errors.ts"
import { floorZero } from "../../core/time.ts"
import type { DStream } from "../../dstream/dstream.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type AlreadyStarted, type AlreadyStopped, type NotStarted, RememberAlreadySet } from "../errors.ts"
import { internalsOf, runtimeOf, type StreamingContext } from "./context.ts"
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

/** The RDDs of a stream between two batch times, oldest first. */
export interface Slice<out A, out E = never, out R = never> extends ReadonlyArray<RDD<A, E, R>> {
  /**
   * The batch times in between for which there is no RDD, in epoch milliseconds: the stream had none, its batch failed, or
   * it is longer ago than `remember` allows. Times before the first batch, and after the newest one that was evaluated,
   * are not listed. The property is not enumerable.
   */
  readonly withoutRDD: ReadonlyArray<number>
}

/**
 * Returns the remembered RDDs of a stream between two batch times, given in epoch milliseconds.
 *
 * Both times are included, and are rounded down to the slide of the stream. Batch times without a remembered RDD are listed
 * in `withoutRDD` of the result. Nothing is evaluated; Spark, in contrast, also makes RDDs of future times. Spark: `slice`,
 * which does not tell the batch times without an RDD.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const numbers = DStream.constant([1])
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(numbers)])
 *   return yield* StreamingContext.slice(active, numbers, 0, 0)
 * })
 * const layer = Layer.merge(
 *   Scheduler.layer("1 minute"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 * )
 * assert.deepEqual(await Effect.runPromise(Effect.scoped(Effect.provide(program, layer))), [])
 * ```
 */
export const slice = <A, E, R>(
  active: StreamingContext<"Active" | "Stopped", unknown>,
  stream: DStream<A, E, R>,
  from: number,
  to: number,
): Effect.Effect<Slice<A, E, R>, NotStarted> =>
  Effect.map(runtimeOf("slice", active), ({ run: { batchDuration, history } }) => {
    const slide = stream.slideDuration ?? batchDuration
    const first = floorZero(from, slide, history.zeroTime)
    const last = floorZero(to, slide, history.zeroTime)
    const start = Math.max(first, history.zeroTime + slide)
    const count = Math.max(0, Math.floor((Math.min(last, history.newest) - start) / slide) + 1)
    const times = Array.from({ length: count }, (_, i) => start + i * slide)
    const withoutRDD = times.filter((time) => history.at(time).recall(stream) === undefined)
    const rdds = Array.from(history.rddsBetween(stream, first, last))
    Object.defineProperty(rdds, "withoutRDD", { value: withoutRDD })
    return rdds as ReadonlyArray<RDD<A, E, R>> as Slice<A, E, R>
  })
