import assert from "node:assert/strict"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { counting, inOrder, type Seen, sizes, stopping, working } from "./overloads.ts"
import { pass, pushed, test } from "./support.ts"

const { make, makeWith, start } = StreamingContext

for (const [perRecord, perSecond] of [[1, 1_800], [4, 450], [10, 180], [50, 36]] as const) {
  test(`at 1.8 times what can be processed (${perRecord} ms a record) batches are even, and their lag is below two intervals`, () =>
    Effect.gen(function* () {
      const seen: Array<Seen> = []
      const { sent, stream } = counting(perSecond, 30_000)
      const active = yield* start(yield* make, [working(stream, perRecord, seen)])
      yield* pass(30_000)
      const warm = seen.filter(({ time }) => time > 10_000)
      assert(warm.length >= 18)
      assert(warm.every(({ lag }) => lag < 2_000), `lags: ${warm.map(({ lag }) => lag)}`)
      const even = sizes(warm)
      assert(Math.max(...even) - Math.min(...even) < Math.max(...even) / 4, `sizes: ${even}`)
      assert(Math.min(...even) * perRecord > 750, "the time is used")
      yield* pass(5_000)
      assert.deepEqual(sizes(seen.slice(-1)), [0])
      assert(seen.slice(-1).every(({ lag }) => lag < 1_000))
      yield* stopping(active)
      assert.deepEqual(seen.flatMap(({ records }) => records), inOrder(sent.count))
    }))
}

for (const perRecord of [0, 0.01]) {
  test(`batches that take ${perRecord} ms a record delay nothing after the first one, however unevenly records arrive`, () =>
    Effect.gen(function* () {
      const seen: Array<Seen> = []
      const { push, stream } = pushed<number>()
      yield* start(yield* make, [working(stream, perRecord, seen)])
      for (const count of [5_000, 10, 0, 20_000, 10, 30_000, 1]) {
        yield* push(...inOrder(count))
        yield* pass(1_000)
      }
      yield* pass(500)
      assert.deepEqual(sizes(seen), [1_000, 4_010, 0, 20_000, 10, 30_000, 1])
    }))
}

test("a burst that is taken at once is not delayed where nothing bounds the batches", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const { push, stream } = pushed<number>()
    yield* start(yield* makeWith({ backpressure: false }), [working(stream, 1, seen)])
    yield* push(...inOrder(5_000))
    yield* pass(6_100)
    assert.equal(sizes(seen)[0], 5_000)
  }))

test("batches take no less because of a time that does not depend on the number of records", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const { stream } = counting(5, 20_000)
    yield* start(yield* make, [working(stream, 0, seen, 1_400)])
    yield* pass(20_000)
    assert(sizes(seen).slice(1).every((size) => size === 5), `${sizes(seen)}`)
  }))

test("an output that hangs for half a minute under load loses nothing, and the lag is gone soon after", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const { sent, stream } = counting(1_800, 70_000)
    const output = DStream.foreachRDD(stream, (rdd, { time }) =>
      Effect.gen(function* () {
        const records = yield* RDD.collect(rdd)
        yield* Effect.sleep(time === 12_000 ? 30_000 : records.length)
        seen.push({ time, records, lag: (yield* Clock.currentTimeMillis) - time })
      }))
    const active = yield* start(yield* make, [output])
    yield* pass(70_000)
    assert(sizes(seen).every((size) => size <= 1_000))
    const after = seen.filter(({ time }) => time >= 55_000)
    assert(after.length > 10 && after.every(({ lag }) => lag < 2_000), `lags: ${after.map(({ lag }) => lag)}`)
    yield* pass(5_000)
    yield* stopping(active)
    assert.deepEqual(seen.flatMap(({ records }) => records), inOrder(sent.count))
  }))

for (const how of ["one", "all", "block"] as const) {
  test(`no batch takes more than maxRate times the interval, stored by ${how}()`, () =>
    Effect.gen(function* () {
      const seen: Array<Seen> = []
      const { sent, stream } = counting(700, 6_000, how)
      const ssc = yield* makeWith({ maxRate: 500 })
      const active = yield* start(ssc, [working(stream, 0, seen)])
      yield* pass(12_000)
      assert(sizes(seen).every((size) => size <= 500), `${sizes(seen)}`)
      assert(sizes(seen).slice(1, 6).every((size) => size > 400), `${sizes(seen)}`)
      yield* stopping(active)
      assert.deepEqual(seen.flatMap(({ records }) => records), inOrder(sent.count))
      assert(sent.count > 2_800, `${sent.count}`)
    }))
}

test("a graceful stop takes more than the bound of a batch, if the rest would be lost otherwise", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const { push, stream } = pushed<number>()
    const active = yield* start(yield* makeWith({ maxRate: 1 }), [working(stream, 0, seen)])
    yield* Effect.forkChild(push(...inOrder(1_000)), { startImmediately: true })
    yield* pass(1_500)
    yield* stopping(active)
    assert.deepEqual(seen.flatMap(({ records }) => records), inOrder(1_000))
    assert(sizes(seen).every((size) => size <= 125), `${sizes(seen)}`)
  }))

test("a graceful stop right after a burst loses nothing that was stored, though the first bound is small", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const { push, stream } = pushed<number>()
    const active = yield* start(yield* make, [working(stream, 0.01, seen)])
    yield* push(...inOrder(50_000))
    yield* stopping(active)
    // The rest is taken in as many batches as the time limit of the stop allows, less two.
    assert.equal(sizes(seen)[0], 50_000 / 8)
    assert.deepEqual(seen.flatMap(({ records }) => records), inOrder(50_000))
  }))

/** A source of positions that always has more numbers, and keeps to the limit of a batch. */
const endless = (limits: Array<number>) =>
  DStream.fromPositions(
    "endless",
    "Endless",
    Effect.sync(() => {
      let next = 0
      return {
        plan: (_: number, limit: number) =>
          Effect.sync(() => {
            limits.push(limit)
            const from = next
            next += Math.min(limit, 1_000_000)
            return Option.some({ position: { from, to: next }, records: next - from })
          }),
        read: ({ from, to }: { readonly from: number; readonly to: number }) => Effect.succeed(RDD.range(from, to)),
      }
    }),
  )

test("sources that are read by position are told how many records a batch may take", () =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const limits: Array<number> = []
    yield* start(yield* make, [working(endless(limits), 2, seen)])
    yield* pass(12_500)
    assert.equal(limits[0], 1_000)
    assert.deepEqual(limits.slice(-3), [500, 500, 500])
    assert.deepEqual(sizes(seen).slice(-3), [500, 500, 500])
  }))

test("the inputs of a context share what can be processed, and leave what they do not need to the others", () =>
  Effect.gen(function* () {
    const seen: Array<Array<Seen>> = [[], [], []]
    const inputs = [counting(5_000, 40_000).stream, counting(100, 40_000).stream, endless([])] as const
    const [first, ...others] = inputs.map((stream, i) => working(stream, 1, seen[i] ?? []))
    assert(first !== undefined)
    yield* start(yield* make, [first, ...others])
    yield* pass(20_000)
    const warm = seen.map((batches) => sizes(batches.filter(({ time }) => time > 10_000)))
    for (const i of [4, 5, 6]) {
      const [many = 0, few = 0, more = 0] = warm.map((batches) => batches[i])
      assert.equal(few, 100)
      assert(Math.abs(many - 450) <= 25 && Math.abs(more - 450) <= 25, `${[many, few, more]}`)
    }
  }))
