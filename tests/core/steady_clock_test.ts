import assert from "node:assert/strict"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import {
  currentTimeMillis,
  fromClock,
  inRealTime,
  keepingTime,
  make,
  SteadyClock,
} from "../../lib/core/steady_clock.ts"

/** A clock whose two times are set by hand. */
const byHand = () => {
  const now = { wall: 5_000, monotonic: 70n }
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => now.wall,
    currentTimeMillis: Effect.sync(() => now.wall),
    currentTimeNanosUnsafe: () => BigInt(now.wall) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(now.wall) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => now.monotonic,
    monotonicTimeNanos: Effect.sync(() => now.monotonic),
    sleep: () => Effect.void,
  }
  return { now, clock }
}

Deno.test("a steady clock starts at the wall time and follows the monotonic clock, in whole milliseconds", () => {
  const { clock, now } = byHand()
  const steady = fromClock(clock)
  assert.equal(steady.currentTimeMillisUnsafe(), 5_000)
  now.wall = -1_000_000
  assert.equal(steady.currentTimeMillisUnsafe(), 5_000)
  now.monotonic += 1_999_999n
  assert.deepEqual([steady.currentTimeMillisUnsafe(), steady.currentTimeNanosUnsafe()], [5_001, 5_001_999_999n])
  now.wall = 1_000_000
  now.monotonic += 1n
  assert.equal(steady.currentTimeMillisUnsafe(), 5_002)
})

Deno.test("currentTimeMillis is that of the steady clock, and the wall time where there is none", async () => {
  const { clock, now } = byHand()
  const steady = fromClock(clock)
  now.wall = 9_000
  const both = Effect.all([currentTimeMillis, Effect.provideService(currentTimeMillis, SteadyClock, steady)])
  assert.deepEqual(await Effect.runPromise(Effect.provideService(both, Clock.Clock, clock)), [9_000, 5_000])
})

Deno.test("a steady clock sleeps as long as its clock", () =>
  Effect.gen(function* () {
    const clock = yield* make
    let woken = false
    yield* Effect.forkChild(Effect.andThen(clock.sleep(Duration.seconds(1)), Effect.sync(() => woken = true)))
    yield* TestClock.adjust(999)
    assert.equal(woken, false)
    yield* TestClock.adjust(1)
    assert.equal(woken, true)
  }).pipe(Effect.provide(TestClock.layer()), Effect.runPromise))

Deno.test("keepingTime() gives the steady clock to what is around an effect, and not to the effect", async () => {
  const { clock } = byHand()
  const steady = fromClock(clock)
  const program = keepingTime(Clock.Clock, (self) => Effect.all([Clock.Clock, self]))
  const [around, inside] = await Effect.runPromise(
    program.pipe(Effect.provideService(SteadyClock, steady), Effect.provideService(Clock.Clock, clock)),
  )
  assert.ok(around === steady && inside === clock)
})

Deno.test("inRealTime() gives an effect the time of the runtime, whatever clock there is", async () => {
  const { clock } = byHand()
  const before = Date.now()
  const time = await Effect.runPromise(Effect.provideService(inRealTime(Clock.currentTimeMillis), Clock.Clock, clock))
  assert.ok(before <= time && time <= Date.now())
})
