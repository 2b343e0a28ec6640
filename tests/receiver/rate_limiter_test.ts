import assert from "node:assert/strict"
import fc from "fast-check"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { make } from "../../lib/receiver/rate_limiter.ts"
import { stepWallClock } from "../streaming/support.ts"

const run = <A>(effect: Effect.Effect<A>) => Effect.runPromise(Effect.provide(effect, TestClock.layer()))

Deno.test("take() passes at most the rate plus one second's burst, and every request in the end", () =>
  fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 50 }),
    fc.array(fc.record({ records: fc.integer({ min: 1, max: 20 }), pause: fc.nat(3000) }), { maxLength: 30 }),
    (rate, takes) =>
      run(Effect.gen(function* () {
        const limiter = yield* make(rate)
        const passed: Array<readonly [at: number, records: number]> = []
        const fiber = yield* Effect.forkDetach(
          Effect.forEach(takes, ({ records, pause }) =>
            Effect.sleep(pause).pipe(
              Effect.andThen(Effect.suspend(() => limiter.tryTake(records) ? Effect.void : limiter.take(records))),
              Effect.andThen(Clock.currentTimeMillis),
              Effect.map((now) => passed.push([now, records])),
            ), { discard: true }),
          { startImmediately: true },
        )
        yield* TestClock.adjust("1 hour")
        yield* Fiber.join(fiber)
        assert.equal(passed.length, takes.length)
        for (let i = 0; i < passed.length; i++) {
          let sum = 0
          for (let j = i; j < passed.length; j++) {
            const [from, to] = [passed[i]?.[0] ?? 0, passed[j]?.[0] ?? 0]
            // The last request may be larger than the bucket: it passes, and later requests wait longer.
            assert(sum + Math.min(rate, passed[j]?.[1] ?? 0) <= (to - from) * rate / 1000 + rate + 1e-3)
            sum += passed[j]?.[1] ?? 0
          }
        }
      })),
  )))

Deno.test("take() serves waiting requests in order: a small one does not overtake a large one", () =>
  run(Effect.gen(function* () {
    const limiter = yield* make(10)
    const order: Array<number> = []
    for (const records of [10, 1, 5]) {
      yield* Effect.forkDetach(Effect.andThen(limiter.take(records), Effect.sync(() => order.push(records))), {
        startImmediately: true,
      })
    }
    assert.equal(limiter.tryTake(1), false)
    yield* TestClock.adjust("10 seconds")
    assert.deepEqual(order, [10, 1, 5])
  })))

Deno.test("take() gives up its turn when it is interrupted", () =>
  run(Effect.gen(function* () {
    const limiter = yield* make(1)
    assert.equal(limiter.tryTake(1), true)
    const first = yield* Effect.forkDetach(limiter.take(100), { startImmediately: true })
    assert.equal(first.pollUnsafe(), undefined)
    yield* Fiber.interrupt(first)
    const next = yield* Effect.forkDetach(limiter.take(1), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(next)
  })))

Deno.test("updateRate() applies to waiting requests, is capped by the maximum, and ignores rates that are not positive", () =>
  run(Effect.gen(function* () {
    const limiter = yield* make(100)
    for (const rate of [0, -1, NaN]) limiter.updateRate(rate)
    assert.equal(limiter.rate, 100)
    limiter.updateRate(1000)
    assert.equal(limiter.rate, 100)
    limiter.updateRate(0.001)
    assert.equal(limiter.tryTake(1), true)
    const waiting = yield* Effect.forkDetach(limiter.take(1), { startImmediately: true })
    yield* TestClock.adjust("1 second")
    assert.equal(waiting.pollUnsafe(), undefined)
    limiter.updateRate(100)
    yield* TestClock.adjust("10 millis")
    yield* Fiber.join(waiting)
  })))

Deno.test("make() sets no limit without a rate, or with one that is not positive", () =>
  run(Effect.gen(function* () {
    for (const maxRate of [undefined, 0, -5]) assert.equal((yield* make(maxRate)).tryTake(1e12), true)
  })))

for (const step of [-3_600_000, -10, 10, 3_600_000]) {
  Deno.test(`take() passes as many records after the wall clock has stepped by ${step} ms`, () =>
    run(Effect.gen(function* () {
      const limiter = yield* make(10)
      let passed = 0
      yield* Effect.forkChild(Effect.forever(Effect.andThen(limiter.take(1), Effect.sync(() => passed++))))
      yield* TestClock.adjust("1 second")
      const before = passed
      yield* stepWallClock(step)
      yield* TestClock.adjust("1 second")
      assert.deepEqual([before, passed - before], [11, 10])
    })))
}
