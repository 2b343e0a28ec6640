import assert from "node:assert/strict"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { discard, observed, pass, pushed, source, test } from "../support.ts"

const { start, stop } = StreamingContext

type Said = Extract<StreamingContext.StreamingEvent, { readonly _tag: "FallingBehind" | "CaughtUp" }>

const said = (events: ReadonlyArray<StreamingContext.StreamingEvent>): ReadonlyArray<Said> =>
  events.flatMap((event) => event._tag === "FallingBehind" || event._tag === "CaughtUp" ? [event] : [])

/** An output that takes some time in each batch, until a time. */
const slowUntil = (end: number, millis: number) =>
  DStream.nameOutput(
    DStream.foreachRDD(source([[1]]), (_, { time }) => time <= end ? Effect.sleep(millis) : Effect.void),
    "the slow one",
  )

test("a context that falls behind says so once a minute, names the slow output, and says when it has caught up", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed()
    const active = yield* start(ssc, [slowUntil(60_000, 1_500), discard(source([[1]]))])
    yield* pass(200_000)
    yield* stop(active)
    const [first, second, third] = said(events)
    assert(first?._tag === "FallingBehind" && second?._tag === "FallingBehind" && third?._tag === "CaughtUp")
    // The batch of 2,000 ms ends at 4,000, two intervals late; the next ones end 500 ms later each.
    assert.deepEqual(first.behind, {
      since: 4_000,
      lag: 3_000,
      interval: 1_000,
      recordsLeft: 0,
      slowest: { name: "the slow one", millis: 1_500 },
    })
    assert(second.behind.lag > 20_000)
    assert.equal(second.behind.since, 4_000)
    assert.equal(third.since, 4_000)
    assert(third.time > 90_000)
    assert.equal(said(events).length, 3)
  }))

test("a batch that never ends is said once a minute", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed()
    const active = yield* start(ssc, [slowUntil(1_000, 1_000_000)])
    yield* pass(200_000)
    const lags = said(events).map((event) => event._tag === "FallingBehind" ? event.behind.lag : undefined)
    assert.equal(lags.length, 4)
    assert(lags.every((lag, i) => lag !== undefined && lag > i * 60_000), `lags: ${lags}`)
    const [first] = said(events)
    assert(first?._tag === "FallingBehind")
    assert.equal(first.behind.slowest?.name, "the slow one")
    assert.equal(first.behind.since, 3_000)
    yield* stop(active)
  }))

test("a batch that never ends is said as soon where only one batch may wait", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed({ maxPendingBatches: 1 })
    const active = yield* start(ssc, [slowUntil(1_000, 1_000_000)])
    yield* pass(10_000)
    const [first] = said(events)
    assert(first?._tag === "FallingBehind")
    assert.equal(first.behind.since, 3_000)
    yield* stop(active)
  }))

test("one slow batch is not said", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed()
    const active = yield* start(ssc, [slowUntil(1_000, 4_000)])
    yield* pass(20_000)
    yield* stop(active)
    assert.deepEqual(said(events), [])
  }))

test("records that batches leave behind are said, though the batches are on time", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed({ maxRate: 10 })
    const { push, stream } = pushed<number>()
    const active = yield* start(ssc, [discard(stream)])
    const rest = yield* Effect.forkChild(push(...Array.from({ length: 200 }, (_, i) => i)))
    yield* pass(30_000)
    yield* stop(active)
    rest.interruptUnsafe()
    const [first, second, ...others] = said(events)
    assert(first?._tag === "FallingBehind" && second?._tag === "CaughtUp")
    assert.deepEqual([first.behind.lag, first.behind.since, first.behind.recordsLeft], [0, 1_000, 160])
    assert.deepEqual([second.since, second.time, others], [1_000, 19_000, []])
  }))

test("the events of a batch have its lag, and what its outputs have read", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed()
    const counted = DStream.foreachRDD(source([[1, 2, 3]]), (rdd, { time }) =>
      Effect.gen(function* () {
        yield* RDD.count(rdd)
        yield* RDD.count(RDD.map(rdd, (n) => n + 1))
        yield* Effect.sleep(time === 1_000 ? 2_300 : 0)
      }))
    const active = yield* start(ssc, [counted])
    yield* pass(4_000)
    assert.equal(yield* Clock.currentTimeMillis, 4_000)
    yield* stop(active)
    const batches = events.flatMap((event) => event._tag === "BatchCompleted" ? [event.batch] : [])
    assert.deepEqual(batches.map(({ lag }) => lag), [2_300, 1_300, 300, 0])
    assert.deepEqual(batches.map((batch) => batch.outputOperationInfos[0]?.recordsRead), [6, 0, 0, 0])
  }))

test("a batch without a job shows its input records: the windows slide by more than the interval", () =>
  Effect.gen(function* () {
    const { events, ssc } = yield* observed()
    const stream = DStream.window(source([[1], [2, 3], [], [4]]), "2 seconds", { slide: "2 seconds" })
    const active = yield* start(ssc, [discard(stream)])
    yield* pass(4_000)
    yield* stop(active)
    const shown = events.flatMap((event) =>
      event._tag === "BatchCompleted"
        ? [[event.batch.batchTime, event.batch.numRecords, Object.keys(event.batch.outputOperationInfos).length]]
        : []
    )
    assert.deepEqual(shown, [[1_000, 1, 0], [2_000, 2, 1], [4_000, 1, 1]])
  }))
