import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import { TestClock } from "effect/testing"
import * as SteadyClock from "../../lib/core/steady_clock.ts"
import { BatchBound } from "../../lib/receiver/batch_bound.ts"
import { BACKPRESSURE } from "../../lib/receiver/rate_estimator.ts"

const run = (body: Effect.Effect<void>) => Effect.runPromise(Effect.provide(body, TestClock.layer()))

Deno.test("without options nothing bounds a batch, however long batches take", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, undefined)
    yield* bound.allocated(0, 1_000_000)
    yield* TestClock.adjust("1 hour")
    yield* bound.ended(0, true)
    assert.deepEqual([yield* bound.next(1000), bound.isBehind], [Infinity, false])
  })))

Deno.test("a first batch that takes all it may and does not end leaves little for the next ones", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE)
    assert.equal(yield* bound.next(0), 1_000)
    yield* bound.allocated(0, 1_000)
    for (let i = 1; i <= 5; i++) {
      yield* TestClock.adjust(1000)
      assert.equal(yield* bound.next(1000 * i), 10)
      yield* bound.allocated(1000 * i, 10)
    }
    yield* bound.ended(0, true)
    // 200 records a second, of which 50 wait for a quarter of the interval.
    assert(bound.isBehind)
    assert.equal(yield* bound.next(6000), 175)
  })))

Deno.test("a batch that has to wait for others takes less", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE)
    yield* bound.allocated(0, 1_000)
    yield* TestClock.adjust(1000)
    yield* bound.ended(0, true)
    assert.equal(yield* bound.next(1000), 1_000)
    yield* bound.allocated(1000, 1_000)
    yield* TestClock.adjust(600)
    assert.equal(yield* bound.next(1600), 800, "400 ms to wait, half of which is taken off")
    yield* bound.allocated(1600, 800)
    yield* TestClock.adjust(400)
    assert.equal(yield* bound.next(2000), 600, "800 ms to wait")
  })))

Deno.test("batches that fail, and batches that the bound does not know, leave the estimate as it is", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE)
    yield* bound.allocated(0, 1)
    yield* TestClock.adjust("1 minute")
    yield* bound.ended(0, false)
    yield* bound.ended(7, true)
    assert.deepEqual([yield* bound.next(8), bound.isBehind], [1_000, false])
  })))

Deno.test("a batch may take one record at least, however low the minimum rate", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(50, { ...BACKPRESSURE, minRate: 0.001 })
    yield* bound.allocated(0, 1)
    yield* TestClock.adjust("1 minute")
    yield* bound.ended(0, true)
    assert.equal(yield* bound.next(50), 1)
  })))

Deno.test("a wall clock that steps forth makes no batch late", () =>
  run(Effect.gen(function* () {
    const steady = yield* SteadyClock.make
    const clock = yield* Clock.Clock
    const hour = 3_600_000
    const now = () => clock.currentTimeMillisUnsafe() + hour
    const stepped = { ...clock, currentTimeMillisUnsafe: now, currentTimeMillis: Effect.sync(now) }
    const bound = new BatchBound(1000, BACKPRESSURE)
    yield* Effect.gen(function* () {
      for (const time of [0, 1000, 2000]) {
        yield* bound.allocated(time, 1_000)
        yield* TestClock.adjust(1000)
        yield* bound.ended(time, true)
      }
    }).pipe(Effect.provideService(Clock.Clock, stepped), Effect.provideService(SteadyClock.SteadyClock, steady))
    const rate = yield* bound.next(3000)
    assert.ok(rate > 500, `${rate} records`)
  })))

/** Windows of two slides, which are four batches of a second long. */
const sliding = { slide: 4, slides: 2, slideEnd: (time: number) => Math.ceil(time / 4_000) * 4_000 }

/** Runs a batch right away that takes all that it may. */
const full = (bound: BatchBound, time: number, millis: number, isCommitted = true) =>
  Effect.gen(function* () {
    const records = yield* bound.next(time)
    yield* bound.allocated(time, records)
    yield* TestClock.adjust(millis)
    yield* bound.ended(time, isCommitted)
    return records
  })

Deno.test("under windows the initial rate is divided by their slides, and grows while no slide has ended", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE, sliding)
    const taken = yield* Effect.forEach([1_000, 2_000, 3_000], (time) => full(bound, time, 10))
    assert.deepEqual(taken, [500, 500, 4_000])
    const slow = new BatchBound(1000, BACKPRESSURE, sliding)
    assert.deepEqual(yield* Effect.forEach([1_000, 2_000], (time) => full(slow, time, 600)), [500, 500])
  })))

Deno.test("a slide is measured as a whole, and its window as if it were full", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE, sliding)
    yield* Effect.forEach([1_000, 2_000, 3_000], (time) => full(bound, time, 10))
    // 9,000 records, half as many as in a full window, have taken 3 seconds.
    assert.equal(yield* full(bound, 4_000, 2_970), 4_000)
    assert.equal(yield* bound.next(5_000), 1_500)
  })))

for (const [records, expected] of [[1_000, 1_000], [1_500, 750]] as const) {
  Deno.test(`while a slide of ${4 * records} records is computed, a batch takes ${expected}`, () =>
    run(Effect.gen(function* () {
      const bound = new BatchBound(1000, BACKPRESSURE, { ...sliding, slides: 1 })
      const take = (time: number, records: number, millis: number) =>
        Effect.gen(function* () {
          yield* bound.allocated(time, records)
          yield* TestClock.adjust(millis)
          yield* bound.ended(time, true)
        })
      for (const time of [1_000, 2_000, 3_000]) yield* take(time, 1_000, 0)
      yield* take(4_000, 1_000, 4_000)
      for (const time of [5_000, 6_000, 7_000]) yield* take(time, records, 0)
      yield* bound.allocated(8_000, records)
      yield* TestClock.adjust(1_000)
      // The next slide ends 3 seconds later. If its work will begin 2 seconds late, its four batches take 250 less each.
      assert.equal(yield* bound.next(9_000), expected)
    })))
}

Deno.test("a slide with a batch that failed is not measured", () =>
  run(Effect.gen(function* () {
    const bound = new BatchBound(1000, BACKPRESSURE, sliding)
    yield* full(bound, 1_000, 900)
    yield* full(bound, 2_000, 900, false)
    for (const time of [3_000, 4_000]) yield* full(bound, time, 900)
    assert.deepEqual([yield* bound.next(5_000), bound.isBehind], [500, false])
    for (const time of [5_000, 6_000, 7_000, 8_000]) yield* full(bound, time, 900)
    assert.deepEqual([(yield* bound.next(9_000)) < 600, bound.isBehind], [true, true])
  })))
