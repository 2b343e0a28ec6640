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

/** The RDDs of a stream between two batch times, oldest first. */
export interface Slice<out A, out E = never, out R = never> extends ReadonlyArray<RDD<A, E, R>> {
  /**
   * The batch times in between for which there is no RDD, in epoch milliseconds: the stream had none, its batch failed, or
   * it is longer ago than `remember` allows. Times before the first batch and times of batches that have not been
   * evaluated yet are no batch times. The property is not enumerable.
   */
  readonly withoutRDD: ReadonlyArray<number>
}

/**
 * Returns the RDDs of a stream from one batch time to another, both included and rounded down to its slide. The batch
 * times without a remembered RDD are listed in `withoutRDD` of the result. Nothing is evaluated, whereas Spark also makes
 * RDDs of future times. Spark: `slice`, which leaves out times without an RDD and does not tell which.
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
    const newest = Math.min(last, history.newest)
    const start = Math.max(first, history.zeroTime + slide)
    const times = Array.from(
      { length: Math.max(0, Math.floor((newest - start) / slide) + 1) },
      (_, i) => start + i * slide,
    )
    const value = times.filter((time) => history.at(time).recall(stream) === undefined)
    return Object.defineProperty(history.held(stream, first, last).slice(), "withoutRDD", { value }) as never
  })
