import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import {
  discard,
  engines,
  inVirtualTime,
  observed,
  onEngines,
  pass,
  pushed,
  recording,
  source,
  test,
  yieldToFibers,
} from "./support.ts"

const { make, start, stop } = StreamingContext

type Seen = Array<readonly [time: number, records: ReadonlyArray<number>]>

/** The expected batches, computed in the simplest way: a record belongs to the first batch time after its arrival. */
const expected = (arrivals: ReadonlyArray<number>, batches: number, interval: number): Seen =>
  Array.from({ length: batches }, (_, i) => {
    const time = (i + 1) * interval
    return [time, arrivals.flatMap((at, n) => at < time && at > time - interval ? [n] : [])]
  })

for (const engine of engines) {
  Deno.test(`every record is in exactly one batch: that of the interval in which it arrived [${engine}]`, async () => {
    const interval = 500
    const arrival = fc.integer({ min: 0, max: 4 }).chain((batch) =>
      fc.integer({ min: 1, max: interval - 1 }).map((into) => batch * interval + into)
    )
    const arrivals = fc.array(arrival, { maxLength: 12 }).map((all) => all.toSorted((a, b) => a - b))
    const property = fc.asyncProperty(arrivals, fc.constantFrom("one", "all", "block"), async (all, how) => {
      const seen: Seen = []
      await inVirtualTime(
        Effect.gen(function* () {
          const { stream, store } = pushed<number>()
          yield* start(yield* make, [recording(stream, seen)])
          let now = 0
          for (const [n, at] of all.entries()) {
            yield* pass(at - now)
            now = at
            yield* how === "one" ? store().one(n) : how === "all" ? store().all([n]) : store().block([n])
          }
          yield* pass(5 * interval - now)
        }),
        { engine, batchDuration: interval },
      )
      assert.deepEqual(seen, expected(all, 5, interval))
    })
    await fc.assert(property, { numRuns: 20 })
  })
}

onEngines(
  "a record stored just before a tick is in that tick's batch, whatever the block interval",
  () =>
    Effect.gen(function* () {
      const { stream, push } = pushed<number>()
      const seen: Seen = []
      yield* start(yield* StreamingContext.makeWith({ blockInterval: "700 millis" }), [recording(stream, seen)])
      yield* pass(999)
      yield* push(1)
      yield* pass(1)
      yield* pass(998)
      yield* push(2)
      yield* pass(2)
      assert.deepEqual(seen, [[1000, [1]], [2000, [2]]])
    }),
)

onEngines(
  "ticks missed during a slow batch follow in order; none is skipped or repeated",
  () =>
    Effect.gen(function* () {
      const input = Testing.input([[1], [2], [3], [4], [5], [6], [7]])
      const starts: Array<readonly [time: number, records: ReadonlyArray<number>, at: number]> = []
      const slow = DStream.foreachRDD(input, (rdd, { time }) =>
        Effect.gen(function* () {
          const clock = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
          starts.push([time, yield* RDD.collect(rdd), clock])
          yield* Effect.sleep(time === 2000 ? 3500 : 0)
        }))
      const { ssc, events } = yield* observed()
      yield* start(ssc, [slow])
      yield* pass(7000)
      assert.deepEqual(starts, [
        [1000, [1], 1000],
        [2000, [2], 2000],
        [3000, [3], 5500],
        [4000, [4], 5500],
        [5000, [5], 5500],
        [6000, [6], 6000],
        [7000, [7], 7000],
      ])
      const delays = events.flatMap((event) => event._tag === "BatchCompleted" ? [event.batch.schedulingDelay] : [])
      assert.deepEqual(delays, [0, 0, 2500, 1500, 500, 0, 0])
    }),
)

onEngines(
  "ticks missed during a slow evaluation follow in order, each with its own batch time",
  () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const slow = Testing.input([[1], [2], [3], [4], [5]]).pipe(
        DStream.transform((rdd, { time }) => Effect.as(Effect.sleep(time === 1000 ? 3500 : 0), rdd)),
      )
      yield* start(yield* make, [recording(slow, seen)])
      yield* pass(4400)
      assert.deepEqual(seen, [])
      yield* pass(600)
      assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]], [4000, [4]], [5000, [5]]])
    }),
)

test("batches run one after another, and so do the outputs of a batch, in the order of the graph", () =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const slowly = (name: string) =>
      DStream.foreachRDD(Testing.input([[1], [2]]), (_, { time, outputId }) =>
        Effect.gen(function* () {
          log.push(`${name} ${outputId} of ${time} starts`)
          yield* Effect.sleep(800)
          log.push(`${name} ${outputId} of ${time} ends`)
        }))
    yield* start(yield* make, [slowly("a"), slowly("b")])
    yield* pass(4500)
    const of = (time: number) => ["a 0", "b 1"].flatMap((who) => [`${who} of ${time} starts`, `${who} of ${time} ends`])
    assert.deepEqual(log.slice(0, 8), [...of(1000), ...of(2000)])
  }))

onEngines(
  "receivers and sources of positions both contribute records to the same batch",
  () =>
    Effect.gen(function* () {
      const { stream, push } = pushed<number>()
      const seen: Seen = []
      const committed: Array<number> = []
      const both = DStream.union(stream, source([[10], [20, 30]], { committed }))
      const { ssc, events } = yield* observed()
      yield* start(ssc, [recording(both, seen)])
      yield* pass(300)
      yield* push(1, 2)
      yield* pass(1000)
      yield* push(3)
      yield* pass(900)
      assert.deepEqual(seen, [[1000, [1, 2, 10]], [2000, [3, 20, 30]]])
      assert.deepEqual(committed, [0, 1])
      const submitted = events.flatMap((event) => event._tag === "BatchSubmitted" ? [event.batch] : [])
      assert.deepEqual(submitted.map(({ numRecords }) => numRecords), [3, 3])
      assert.deepEqual(
        Object.values(submitted[0]?.streamIdToInputInfo ?? {}).map(({ name, numRecords }) => [name, numRecords]),
        [["Push stream [0]", 2], ["Source stream [1]", 1]],
      )
    }),
)

onEngines(
  "a batch in which no stream has an RDD ends without a job and without events",
  () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const mapped = source([[1], null, [3]]).pipe(DStream.map((n) => n * 2))
      const { ssc, events } = yield* observed()
      const active = yield* start(ssc, [recording(mapped, seen)])
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "no jobs", "completed"])
      assert.deepEqual(seen, [[1000, [2]], [3000, [6]]])
      yield* stop(active)
      const times = events.flatMap((event) => "batch" in event ? [event.batch.batchTime] : [])
      assert.deepEqual(new Set(times), new Set([1000, 3000]))
    }),
)

test("an output without an RDD does not change the ids of the others, and they run", () =>
  Effect.gen(function* () {
    const ids: Array<readonly [number, number]> = []
    const recordingIds = (stream: DStream.DStream<number>) =>
      DStream.foreachRDD(stream, (_, { time, outputId }) => Effect.sync(() => void ids.push([time, outputId])))
    const outputs = [recordingIds(Testing.input<number>([null, [1]])), recordingIds(Testing.input([[1], [1]]))] as const
    const active = yield* start(yield* make, outputs)
    yield* Testing.advance(active, 2)
    assert.deepEqual(ids, [[1000, 1], [2000, 0], [2000, 1]])
  }))

test("an empty batch runs its outputs on an RDD without records", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const active = yield* start(yield* make, [recording(pushed<number>().stream, seen)])
    assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "completed"])
    assert.deepEqual(seen, [[1000, []], [2000, []]])
  }))

test("positions are committed when a batch with jobs ends, together with those of earlier batches without jobs", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    const input = source([[1], [2], [3], [4]], { committed })
    const everySecond = DStream.make(
      "everySecond",
      [input],
      [],
      Effect.fnUntraced(function* () {
        const batch = yield* DStream.Batch
        const before = yield* Effect.provideService(input, DStream.Batch, batch.at(batch.time - batch.batchDuration))
        return RDD.union(before, yield* input)
      }),
      { slideDuration: 2000, lookBack: 1000 },
    )
    const seen: Seen = []
    const active = yield* start(yield* make, [recording(everySecond, seen)])
    assert.deepEqual(yield* Testing.advance(active), ["no jobs"])
    assert.deepEqual(committed, [])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "no jobs", "completed"])
    assert.deepEqual(seen, [[2000, [1, 2]], [4000, [3, 4]]])
    assert.deepEqual(committed, [0, 1, 2, 3])
  }))

test("a slow batch commits its positions when it ends, while batches without an RDD are pending", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    const slow = DStream.foreachRDD(source([[1], null, null, [4]], { committed }), () => Effect.sleep(2500))
    yield* start(yield* make, [slow])
    yield* pass(3300)
    assert.deepEqual(committed, [])
    yield* pass(3600)
    assert.deepEqual(committed, [0, 3])
  }))

test(
  "the first batch time is the first multiple of the batch interval after the start",
  () =>
    Effect.gen(function* () {
      const seen: Seen = []
      yield* start(yield* make, [recording(Testing.input([[1], [2]]), seen)])
      yield* pass(1501)
      assert.deepEqual(seen.map(([time]) => time), [12_000, 13_500])
    }),
  { clockStart: 12_000 - 1, batchDuration: 1500 },
)

test("a receiver at its capacity waits until the batch of its blocks has ended", () =>
  Effect.gen(function* () {
    const { stream, store } = pushed<string>()
    const ssc = yield* StreamingContext.makeWith({ receiverCapacity: 100 })
    let stored = 0
    yield* start(ssc, [discard(stream)])
    yield* Effect.forkChild(
      Effect.forEach(
        ["a".repeat(30), "b".repeat(30)],
        (record) => Effect.andThen(store().one(record), Effect.sync(() => stored++)),
      ),
      { startImmediately: true },
    )
    yield* pass(900)
    assert.equal(stored, 1)
    yield* pass(2200)
    assert.equal(stored, 2)
  }))

for (const how of ["remember()", "a window"]) {
  test(`blocks that are remembered only for ${how} do not count towards a receiver's capacity`, () =>
    Effect.gen(function* () {
      const { stream, push } = pushed<string>()
      const ssc = yield* StreamingContext.makeWith({ receiverCapacity: 100 })
      if (how === "remember()") yield* StreamingContext.remember(ssc, "1 minute")
      const counts: Array<number> = []
      const kept = how === "a window" ? DStream.window(stream, 10_000) : stream
      yield* start(ssc, [
        DStream.foreachRDD(kept, (rdd) => Effect.map(RDD.count(rdd), (count) => void counts.push(count))),
      ])
      for (let i = 0; i < 4; i++) {
        yield* pass(500)
        yield* Effect.forkChild(push("a".repeat(30)), { startImmediately: true })
        yield* pass(500)
      }
      assert.deepEqual(counts, how === "a window" ? [1, 2, 3, 4] : [1, 1, 1, 1])
    }))
}

test("a batch frees the capacity of its receiver as soon as it has ended", () =>
  Effect.gen(function* () {
    const { stream, store } = pushed<string>()
    const ssc = yield* StreamingContext.makeWith({ receiverCapacity: 100 })
    let stored = 0
    yield* start(ssc, [DStream.foreachRDD(stream, () => Effect.sleep(300))])
    yield* Effect.forkChild(
      Effect.forEach(
        ["a".repeat(30), "b".repeat(30)],
        (record) => Effect.andThen(store().one(record), Effect.sync(() => stored++)),
      ),
      { startImmediately: true },
    )
    yield* pass(1250)
    assert.equal(stored, 1)
    yield* pass(100)
    assert.equal(stored, 2)
  }))

test("ticks wait while maxPendingBatches are pending; then they follow in order, and none is skipped", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const { ssc, events } = yield* observed({ maxPendingBatches: 3 })
    const input = Testing.input(Array.from({ length: 40 }, (_, i) => [i + 1]))
    const slow = DStream.foreachRDD(input, (rdd, { time }) =>
      Effect.gen(function* () {
        if (time === 1000) yield* Effect.sleep(19_500)
        seen.push([time, yield* RDD.collect(rdd)])
      }))
    yield* start(ssc, [slow])
    yield* pass(20_000)
    const submitted = () => events.filter(({ _tag }) => _tag === "BatchSubmitted").length
    assert.deepEqual([submitted(), seen], [3, []])
    yield* pass(2000)
    assert.deepEqual(seen, Array.from({ length: 22 }, (_, i) => [(i + 1) * 1000, [i + 1]]))
  }))

test("after the machine was suspended for minutes, missed ticks follow, with only a few batches pending at a time", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    let most = 0
    let pending = 0
    yield* StreamingContext.addStreamingListener(ssc, () => Effect.void)
    const output = DStream.foreachRDD(Testing.input([[1]]), () =>
      Effect.gen(function* () {
        const count = (tag: string) => events.filter(({ _tag }) => _tag === tag).length
        pending = count("BatchSubmitted") - count("BatchCompleted")
        most = Math.max(most, pending)
        yield* Effect.yieldNow
      }))
    const active = yield* start(ssc, [output])
    yield* TestClock.adjust("10 minutes")
    yield* yieldToFibers
    yield* pass(1000)
    yield* stop(active, { stopGracefully: true })
    assert.equal(events.filter(({ _tag }) => _tag === "BatchCompleted").length, 601)
    assert.ok(most <= 9, `${most} batches at once`)
  }))

test("the first batch is due after all inputs have opened, however long that takes", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const slow = DStream.fromPositions(
      "slow",
      "Slow",
      Effect.as(Effect.sleep(3500), {
        plan: (time: number) => Effect.succeed(Option.some({ position: time, records: 1 })),
        read: (time: number) => Effect.succeed(RDD.parallelize([time])),
      }),
    )
    yield* Effect.forkScoped(start(yield* make, [recording(slow, seen)]), { startImmediately: true })
    yield* pass(3900)
    assert.deepEqual(seen, [])
    yield* pass(1200)
    assert.deepEqual(seen, [[4000, [4000]], [5000, [5000]]])
  }))
