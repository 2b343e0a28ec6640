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
