/**
 * Slices: the RDDs of a stream between two batch times.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { floorZero } from "../../core/time.ts"
import type { DStream } from "../../dstream/dstream.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { runtimeOf, type StreamingContext } from "./context.ts"
import type { NotStarted } from "../errors.ts"

/**
 * Returns the remembered RDDs of a stream between two batch times, given in epoch milliseconds.
 *
 * Both times are included, and are rounded down to the slide of the stream. Times without a remembered RDD are left out: times
 * before the first batch, times in the future, and times that are older than `remember` allows. Nothing is evaluated; Spark, in
 * contrast, also makes RDDs of future times. Spark: `slice`.
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
): Effect.Effect<ReadonlyArray<RDD<A, E, R>>, NotStarted> =>
  Effect.map(runtimeOf("slice", active), ({ run: { batchDuration, history } }) => {
    const slide = stream.slideDuration ?? batchDuration
    const first = floorZero(from, slide, history.zeroTime)
    const last = floorZero(to, slide, history.zeroTime)
    return history.rddsBetween(stream, first, last)
  })
