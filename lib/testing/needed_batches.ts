/**
 * How many batches a test of a pipeline needs, so that its windows slide, its old batches leave and its keys time out.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type { AnyDStream } from "../dstream/dstream.ts"
import { input } from "./input.ts"

/** The batch interval of a test that does not choose one, in milliseconds. */
const BATCH_MS = 1000

/** How far a stream looks back, in milliseconds: the most that it and the streams above it add up to. */
const reach = (stream: AnyDStream, known: Map<AnyDStream, number>): number => {
  const before = known.get(stream)
  if (before !== undefined) return before
  const above = stream.parents.reduce((most, parent) => Math.max(most, reach(parent, known)), 0)
  const { idleTimeout = 0, lookBack = 0 } = stream.traits
  const slide = stream.parents.every(({ slideDuration }) => slideDuration === stream.slideDuration)
    ? 0
    : stream.slideDuration ?? 0
  const own = above + lookBack + idleTimeout + slide
  known.set(stream, own)
  return own
}

/**
 * Returns the number of batches until all that can happen in some streams has happened once: every window has slid and
 * lost its oldest batch, and a key that gets no more records has timed out. It is 0 for streams that only process the
 * current batch, and for streams whose state never times out.
 *
 * A test with fewer batches cannot find a mistake in what leaves a window. The laws of the test kit use this number to
 * generate their inputs; use it for input generators of your own. `batchDuration` is the batch interval of the test, 1
 * second by default.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const longest = Testing.input([[1, 2]]).pipe(
 *   DStream.window("6 seconds", { slide: "2 seconds" }),
 *   DStream.reduce((a, b) => Math.max(a, b)),
 * )
 * assert.equal(Testing.neededBatches([longest]), 8)
 * assert.equal(Testing.neededBatches([longest], "2 seconds"), 4)
 * ```
 */
export const neededBatches = (
  streams: ReadonlyArray<AnyDStream>,
  batchDuration: Duration.Input = BATCH_MS,
): number => {
  const known = new Map<AnyDStream, number>()
  const millis = streams.reduce((most, stream) => Math.max(most, reach(stream, known)), 0)
  return Math.ceil(millis / Duration.toMillis(batchDuration))
}

/** Returns how many batches some pipelines need; 0 if one of them throws, which the law reports. */
export const neededBy = (
  pipelines: ReadonlyArray<(...streams: ReadonlyArray<never>) => AnyDStream>,
  inputs: number,
  batchMs: number,
): number => {
  const streams = Array.from({ length: inputs }, () => input<never>([]))
  try {
    return neededBatches(pipelines.map((pipeline) => pipeline(...streams as unknown as ReadonlyArray<never>)), batchMs)
  } catch {
    return 0
  }
}
