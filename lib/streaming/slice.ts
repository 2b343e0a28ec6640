/**
 * Slices: the RDDs of a running stream between two times.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { floorZero } from "../core/time.ts"
import { Batch, NoRDD } from "../dstream/batch.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { RDD } from "../rdd/rdd.ts"
import type { NotStarted } from "./errors.ts"
import { runtimeOf, type StreamingContext } from "./streaming_context.ts"

/**
 * The RDDs that a stream has from one batch time to another, both included, and rounded down to its slide. Times before
 * the first batch, without an RDD, or no longer remembered are left out: use `remember` to keep more. Spark: `slice`.
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
export const slice: <A, E, R>(
  active: StreamingContext<"Active", unknown>,
  stream: DStream<A, E, R>,
  from: number,
  to: number,
) => Effect.Effect<ReadonlyArray<RDD<A, E, R>>, E | NotStarted, R> = Effect.fnUntraced(function* <A, E, R>(
  active: StreamingContext<"Active", unknown>,
  stream: DStream<A, E, R>,
  from: number,
  to: number,
) {
  const { timeline, options } = yield* runtimeOf("slice", active)
  const slide = stream.slideDuration ?? options.batchDuration
  const found: Array<RDD<A, E, R>> = []
  const last = floorZero(to, slide, timeline.zeroTime)
  for (let time = floorZero(from, slide, timeline.zeroTime); time <= last; time += slide) {
    const evaluated: Effect.Effect<RDD<A, E, R>, E | NoRDD, Exclude<R, Batch>> = Effect.provideService(
      stream,
      Batch,
      timeline.at(time),
    )
    const rdd = yield* Effect.catch(
      evaluated,
      (error): Effect.Effect<undefined, E> => error instanceof NoRDD ? Effect.undefined : Effect.fail(error),
    )
    if (rdd !== undefined) found.push(rdd)
  }
  return found
})
