/**
 * The batches of the last while as one: window.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { callSite, withCallSite } from "../../core/call_site.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { unionAll } from "../../rdd/operators/unions.ts"
import { Batch } from "../batch.ts"
import { type DStream, isDStream, makeSelf, optional } from "../dstream.ts"
import { type Frame, frame, kept, looking, recalled, type WindowOptions } from "./frame.ts"

/** The window that a frame describes. */
export const windowed = <A, E, R>(self: DStream<A, E, R>, given: Frame): DStream<A, E, R> => {
  const site = callSite()
  const parent = kept(self)
  return makeSelf<A, E, R>(
    "window",
    [parent],
    () =>
      Effect.flatMap(Batch, (batch) =>
        Effect.map(optional(parent), () => {
          const rdds = recalled(parent, batch, batch.time - given.window, batch.time)
          return withCallSite(site, () => unionAll(rdds) as RDD<A, unknown, unknown>)
        })),
    { ...looking(given), check: given.check },
  )
}

/**
 * The records of all batches of the last `windowDuration`, the current one included, oldest first; a new window every
 * `slide` (that of the stream, unless given). Both are multiples of the stream's slide, else the graph is not started.
 * Batches without an RDD, and failed ones, are skipped, so that a window always has an RDD; the first windows are short.
 * A slide that is longer than the window leaves batches out. Every batch is computed once and kept as long as a window
 * needs it. RDDs with equal partitioners keep it. Spark: `DStream.window`.
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
} = dual(
  (args) => isDStream(args[0]),
  <A, E, R>(self: DStream<A, E, R>, windowDuration: Duration.Input, options?: WindowOptions): DStream<A, E, R> =>
    windowed(self, frame("windowed", self, windowDuration, options?.slide)),
)
