import assert from "node:assert/strict"
import { setImmediate } from "node:timers"
import * as Effect from "effect/Effect"
import { giveWayIfDue, Pacing, whileIdle } from "../../lib/core/pace.ts"

/** The pacing of an isolate that worked last at 0, and a wait for so many milliseconds. */
const waiting = (millis: number) => {
  let time = 50
  const pacing: Pacing = { now: () => time, turn: 10, records: 1, bytes: 1, turnedAt: 0 }
  return { pacing, wait: Effect.sync(() => void (time += millis)) }
}

for (const [millis, turnedAt] of [[9, 0], [10, 60]] as const) {
  Deno.test(`after a wait of ${millis} ms the event loop had its last turn at ${turnedAt} ms`, async () => {
    const { pacing, wait } = waiting(millis)
    await Effect.runPromise(Effect.provideService(whileIdle(wait), Pacing, pacing))
    assert.equal(pacing.turnedAt, turnedAt)
  })
}

Deno.test("work that begins after a long wait goes on without turns of the event loop", async () => {
  const { pacing, wait } = waiting(1000)
  let hasTurned = false
  const work = Effect.gen(function* () {
    yield* whileIdle(wait)
    setImmediate(() => hasTurned = true)
    yield* giveWayIfDue
    return hasTurned
  })
  assert.equal(await Effect.runPromise(Effect.provideService(work, Pacing, pacing)), false)
})
