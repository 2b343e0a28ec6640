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
