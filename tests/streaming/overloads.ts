/** Helpers for tests in virtual time of pipelines that get more than they can process. */
import assert from "node:assert/strict"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { pass } from "./support.ts"

/** A batch as an output saw it. */
export interface Seen {
  readonly time: number
  readonly records: ReadonlyArray<number>
  /** From the batch time to the end of the batch, in milliseconds. */
  readonly lag: number
}

/** An output that takes some milliseconds for each record, which may depend on the batch time. */
export const working = (
  stream: DStream.DStream<number>,
  perRecord: number | ((time: number) => number),
  seen: Array<Seen>,
  perBatch = 0,
) =>
  DStream.foreachRDD(stream, (rdd, { time }) =>
    Effect.gen(function* () {
      const records = yield* RDD.collect(rdd)
      const millis = perBatch + (typeof perRecord === "number" ? perRecord : perRecord(time)) * records.length
      if (millis > 0) yield* Effect.sleep(millis)
      seen.push({ time, records, lag: (yield* Clock.currentTimeMillis) - time })
    }))

/**
 * A receiver that stores numbers until a time, `perSecond` of them if it never has to wait: some, then a pause of 50 ms,
 * and so on.
 */
export const counting = (perSecond: number, until: number, how: "one" | "all" | "block" = "all") => {
  const sent = { count: 0 }
  let pauses = 0
  const stream = DStream.receiverStream(Receiver.make({
    name: "Counting",
    onStart: (store: Receiver.Store<number>) =>
      Effect.forever(Effect.gen(function* () {
        yield* Effect.sleep(50)
        if ((yield* Clock.currentTimeMillis) > until) return yield* Effect.never
        const end = Math.floor(++pauses * perSecond / 20)
        const numbers = Array.from({ length: end - sent.count }, (_, i) => sent.count + i)
        sent.count = end
        if (how === "one") yield* Effect.forEach(numbers, (n) => store.one(n), { discard: true })
        else yield* store[how](numbers)
      })),
  }))
  return { stream, sent }
}

/** Stops gracefully, in at most ten intervals. */
export const stopping = (active: StreamingContext.StreamingContext<"Active", unknown>) =>
  Effect.gen(function* () {
    const stopped = yield* Effect.forkChild(StreamingContext.stop(active, { stopGracefully: true }), {
      startImmediately: true,
    })
    yield* pass(10_000)
    assert.equal(stopped.pollUnsafe()?._tag, "Success")
  })

export const sizes = (seen: ReadonlyArray<Seen>) => seen.map(({ records }) => records.length)
export const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i)
