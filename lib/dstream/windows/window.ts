/**
 * The operator that joins the last batches into one: window.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import type { Mistake, NotAStream } from "../../core/literals.ts"
import { callSite, withCallSite } from "../../core/call_site.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { unionAll } from "../../rdd/operators/unions.ts"
import { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, isDStream, makeSelf, optional } from "../dstream.ts"
import { type Frame, frame, kept, looking, recalled, type WindowOptions } from "./frame.ts"

/** Makes a window of parsed durations. */
export const windowed = <A, E, R>(self: DStream<A, E, R>, frame: Frame): DStream<A, E, R> => {
  const site = callSite()
  const parent = kept(self)
  return makeSelf<A, E, R>(
    "window",
    [parent],
    [],
    () =>
      Effect.flatMap(Batch, (batch) =>
        Effect.map(optional(parent), () => {
          const rdds = recalled(parent, batch, batch.time - frame.window, batch.time)
          return withCallSite(site, () => unionAll(rdds) as RDD<A, unknown, unknown>)
        })),
    { ...looking(frame), check: frame.check },
  )
}

/**
 * Joins the records of all batches of the last `windowDuration`, oldest first and the current batch included. There is
 * a new window every `slide`, which is the slide of the stream by default. Both durations must be multiples of the
 * slide of the stream; otherwise the context does not start.
 *
 * Batches without an RDD and batches that failed are left out, so a window always has an RDD. The first windows are
 * shorter, and a slide longer than the window skips batches. Each batch is computed once and kept while a window needs
 * it. If all its RDDs have the same partitioner, the window has it too. Spark: `DStream.window`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Testing.input([[1], [2], [3], [4]])
 * const pairs = numbers.pipe(DStream.window("2 seconds"))
 * assert.deepEqual(await Effect.runPromise(Testing.run(pairs)), [[1], [1, 2], [2, 3], [3, 4]])
 *
 * const threes = numbers.pipe(DStream.window("3 seconds", { slide: "2 seconds" }))
 * assert.deepEqual(await Effect.runPromise(Testing.run(threes)), [undefined, [1, 2], undefined, [2, 3, 4]])
 * ```
 */
export const window: {
  (windowDuration: Duration.Input, options?: WindowOptions): <A, E, R>(self: DStream<A, E, R>) => DStream<A, E, R>
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<A, E, R>
  (
    windowDuration: NotAStream,
    ...others: ReadonlyArray<unknown>
  ): Mistake<'the arguments are a duration such as "10 seconds", and options such as { slide: "2 seconds" }'>
  (
    self: AnyDStream,
    windowDuration: Mistake<
      'the arguments are a stream, a duration such as "10 seconds", and options such as { slide: "2 seconds" }'
    >,
    ...others: ReadonlyArray<unknown>
  ): unknown
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<A, E, R> =>
    windowed(self, frame("windowed", self, windowDuration, options?.slide)),
)
