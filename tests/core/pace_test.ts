import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { giveWay, isDue, Pacing, woken } from "../../lib/core/pace.ts"

/** A pacing at a time that the test sets, which counts the turns that the event loop gets. */
class ManualPacing implements Pacing {
  readonly turn = 10
  readonly records = 1
  readonly bytes = 1
  wokenAt = -Infinity
  time = 0
  turns = 0
  #turnedAt = -Infinity
  readonly now = (): number => this.time
  get turnedAt(): number {
    return this.#turnedAt
  }
  set turnedAt(time: number) {
    this.#turnedAt = time
    this.turns++
  }
}

const during = (pacing: Pacing, effect: Effect.Effect<void>): Promise<void> =>
  Effect.runPromise(Effect.provideService(effect, Pacing, pacing))

Deno.test("giveWay gives the event loop more turns the longer it had none, and at most 64", async () => {
  const pacing = new ManualPacing()
  await during(pacing, giveWay)
  assert.equal(pacing.turns, 64)
  pacing.time = 10
  assert.ok(isDue(pacing))
  await during(pacing, giveWay)
  assert.equal(pacing.turns, 64 + 7)
  assert.ok(!isDue(pacing))
})

Deno.test("woken starts the time without a turn of the event loop anew", async () => {
  const pacing = new ManualPacing()
  await during(pacing, giveWay)
  pacing.time = 1000
  assert.ok(isDue(pacing))
  await during(pacing, woken)
  assert.ok(!isDue(pacing))
  pacing.time = 1010
  assert.ok(isDue(pacing))
  await during(pacing, giveWay)
  assert.equal(pacing.turns, 64 + 7)
})
