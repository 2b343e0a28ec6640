import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Scheduler from "effect/Scheduler"
import * as TestClock from "effect/testing/TestClock"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { InBatch } from "../../lib/streaming/inside.ts"
import { Testing } from "../../lib/testing.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true }

const now = Effect.clockWith((clock) => clock.currentTimeMillis)

Deno.test("advance() advances the clock for a job that sleeps, no further than it needs", sanitizers, async () => {
  const ends: Array<number> = []
  const output = Testing.input([[1, 2], [3]]).pipe(
    DStream.mapEffect((n) => Effect.as(Effect.sleep(10), n)),
    DStream.foreachRDD((rdd) => Effect.flatMap(RDD.count(rdd), () => Effect.map(now, (at) => void ends.push(at)))),
  )
  const { batches } = await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual([batches, ends], [["completed", "completed"], [1010, 2010]])
})

Deno.test("advance() advances the clock for a retry policy with a schedule", sanitizers, async () => {
  const output = DStream.onFailure(
    DStream.foreachRDD(Testing.input([[1]]), (_, { attempt }) => attempt < 3 ? Effect.fail("no") : Effect.void),
    OutputPolicy.retry(Schedule.spaced("10 millis")),
  )
  const { batches, exit } = await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual([batches, exit._tag], [["completed"], "Success"])
})

Deno.test("advance() lets ticks wait behind a job that takes longer than the interval", sanitizers, async () => {
  const starts: Array<readonly [number, number]> = []
  const output = DStream.foreachRDD(
    Testing.input([[1], [2], [3]]),
    (_, { time }) =>
      Effect.gen(function* () {
        starts.push([time, yield* now])
        if (time === 1000) yield* Effect.sleep(2500)
      }),
  )
  const { batches } = await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual(batches, ["completed", "completed", "completed"])
  assert.deepEqual(starts, [[1000, 1000], [2000, 3500], [3000, 3500]])
})

Deno.test("advance() waits for a job that needs real time without advancing the clock", sanitizers, async () => {
  const times: Array<number> = []
  const output = DStream.foreachRDD(Testing.input([[1], [2]]), () =>
    Effect.andThen(
      Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 100))),
      Effect.map(now, (at) => void times.push(at)),
    ))
  await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual(times, [1000, 2000])
})

for (const [what, body] of [["waits", Effect.never], ["sleeps", Effect.forever(Effect.sleep(20))]] as const) {
  Deno.test(`advance() fails with a message if a batch ${what} for ever`, sanitizers, async () => {
    const program = Effect.gen(function* () {
      const ssc = yield* StreamingContext.make
      const active = yield* StreamingContext.start(ssc, [DStream.foreachRDD(Testing.input([[1]]), () => body)])
      return yield* Effect.exit(Testing.advance(active))
    })
    const exit = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
    assert.ok(Exit.isFailure(exit))
    assert.match(String(exit.cause), /batch 1000 ms has not ended/)
  })
}

/** Lets fibers yield at almost every step, so that an interruption can come between any two of them. */
class Yielding extends Scheduler.MixedScheduler {
  override shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return fiber.currentOpCount > 2
  }
}

Deno.test(
  "a sleep of a batch that is interrupted at any moment does not hold the clock back",
  sanitizers,
  () =>
    Effect.gen(function* () {
      const sleep = Effect.sleep(500).pipe(
        Effect.provideService(InBatch, true),
        Effect.provideService(Scheduler.Scheduler, new Yielding()),
      )
      for (let steps = 0; steps < 40; steps++) {
        const fiber = yield* Effect.forkChild(sleep)
        for (let i = 0; i < steps; i++) yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
      }
      const output = DStream.foreachRDD(Testing.input([[1]]), () => Effect.sleep(200))
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
      const tooLong = TestClock.withLive(Effect.as(Effect.sleep(2000), ["too long"]))
      assert.deepEqual(yield* Effect.raceFirst(Testing.advance(active), tooLong), ["completed"])
      assert.equal(yield* now, 1200)
    }).pipe(Effect.scoped, Effect.provide(Testing.layer()), Effect.runPromise),
)

/** Runs a program with a context whose output records the batch times and sleeps for some milliseconds in each batch. */
const started = <A>(
  sleep: number,
  body: (active: StreamingContext.StreamingContext<"Active">, seen: Array<number>) => Effect.Effect<A>,
): Promise<A> => {
  const seen: Array<number> = []
  const output = DStream.foreachRDD(
    Testing.input([[1]]),
    (_, { time }) => Effect.andThen(Effect.sleep(sleep), Effect.sync(() => void seen.push(time))),
  )
  const program = Effect.gen(function* () {
    return yield* body(yield* StreamingContext.start(yield* StreamingContext.make, [output]), seen)
  })
  return Effect.runPromise(Effect.scoped(Effect.provide(Effect.orDie(program), Testing.layer())))
}

Deno.test(
  "awaitBatches() waits for the batches that are due after the clock was moved by hand",
  sanitizers,
  () =>
    started(0, (active, seen) =>
      Effect.gen(function* () {
        assert.deepEqual(yield* Testing.awaitBatches(active), [])
        yield* TestClock.adjust("12 seconds")
        const ends = yield* Testing.awaitBatches(active)
        assert.equal(ends.length, 12)
        assert.deepEqual(seen, Array.from({ length: 12 }, (_, i) => 1000 * (i + 1)))
        yield* TestClock.adjust("999 millis")
        assert.deepEqual(yield* Testing.awaitBatches(active), [])
      })),
)

Deno.test(
  "awaitBatches() and advance() continue where the other one stopped",
  sanitizers,
  () =>
    started(0, (active, seen) =>
      Effect.gen(function* () {
        yield* Testing.advance(active, 2)
        yield* TestClock.adjust("1500 millis")
        assert.deepEqual(yield* Testing.awaitBatches(active), ["completed"])
        yield* Testing.advance(active, 1)
        assert.deepEqual(seen, [1000, 2000, 3000, 4000])
        assert.deepEqual(yield* Testing.awaitBatches(active), [])
      })),
)

Deno.test(
  "awaitBatches() advances the clock as far as the jobs of due batches sleep",
  sanitizers,
  () =>
    started(400, (active, seen) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("3 seconds")
        assert.deepEqual(yield* Testing.awaitBatches(active), ["completed", "completed", "completed"])
        assert.deepEqual(seen, [1000, 2000, 3000])
      })),
)
