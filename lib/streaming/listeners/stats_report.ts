/**
 * A listener that logs the delays of batches.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { BatchInfo } from "./events.ts"
import type { StreamingListener } from "./listener_bus.ts"

const QUANTILES = [0, 5, 10, 25, 50, 75, 90, 95, 100]

const distribution = (name: string, millis: ReadonlyArray<number>): ReadonlyArray<string> => {
  const sorted = millis.toSorted((a, b) => a - b)
  const at = (percent: number) => sorted[Math.min(Math.floor((percent / 100) * sorted.length), sorted.length - 1)] ?? 0
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length
  return [
    `${name} (ms): count: ${sorted.length}, mean: ${mean.toFixed(1)}, max: ${at(100)}, min: ${at(0)}`,
    `  ${QUANTILES.map((percent) => `${percent}%: ${at(percent)}`).join("  ")}`,
  ]
}

/**
 * Makes a listener that logs delays whenever a batch is completed: the distributions of total delay and processing time over
 * the last `numBatches` (default 10) batches, in milliseconds. Spark: `StatsReportListener`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.addStreamingListener(ssc, StreamingContext.statsReportListener(5))
 *   return (yield* StreamingContext.start(ssc, [DStream.print(DStream.constant([1]))])).state
 * })
 * const layer = Layer.merge(Scheduler.layer("1 minute"), SparkContext.layer({ master: "local", appName: "doc" }))
 * assert.equal(await Effect.runPromise(Effect.scoped(Effect.provide(program, layer))), "Active")
 * ```
 */
export const statsReportListener = (numBatches = 10): StreamingListener => {
  const last: Array<BatchInfo> = []
  return (event) => {
    if (event._tag !== "BatchCompleted") return Effect.void
    last.push(event.batch)
    if (last.length > Math.max(1, numBatches)) last.shift()
    return Effect.logInfo([
      ...distribution("Total delay", last.map(({ totalDelay }) => totalDelay ?? 0)),
      ...distribution("Processing time", last.map(({ processingDelay }) => processingDelay ?? 0)),
    ].join("\n"))
  }
}
