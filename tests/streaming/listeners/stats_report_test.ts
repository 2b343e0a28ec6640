import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { statsReportListener } from "../../../lib/streaming/listeners/stats_report.ts"
import type { BatchInfo, StreamingEvent } from "../../../lib/streaming/listeners/events.ts"

const completed = (totalDelay: number): StreamingEvent => {
  const batch: BatchInfo = {
    batchTime: 1000,
    streamIdToInputInfo: {},
    numRecords: 0,
    submissionTime: 1000,
    processingStartTime: 1000,
    processingEndTime: 1000 + totalDelay,
    schedulingDelay: 0,
    processingDelay: totalDelay / 2,
    totalDelay,
    lag: totalDelay,
    outputOperationInfos: {},
    keptStreams: [],
  }
  return { _tag: "BatchCompleted", batch }
}

Deno.test("statsReportListener() logs the distribution over the last batches, and nothing for other events", async () => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
  const listener = statsReportListener(4)
  const events = [{ _tag: "StreamingStarted", time: 0 } as const, ...[100, 10, 20, 30, 40].map(completed)]
  await Effect.runPromise(Effect.forEach(events, listener).pipe(Effect.provide(Logger.layer([logger]))))
  assert.equal(lines.length, 5)
  assert.equal(
    lines.at(-1),
    [
      "Total delay (ms): count: 4, mean: 25.0, max: 40, min: 10",
      "  0%: 10  5%: 10  10%: 10  25%: 20  50%: 30  75%: 40  90%: 40  95%: 40  100%: 40",
      "Processing time (ms): count: 4, mean: 12.5, max: 20, min: 5",
      "  0%: 5  5%: 5  10%: 5  25%: 10  50%: 15  75%: 20  90%: 20  95%: 20  100%: 20",
    ].join("\n"),
  )
})
