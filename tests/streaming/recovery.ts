/** Helpers for tests of recovery: each pipeline is killed at its durable steps, in several ways. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { AnyGraph, Listed } from "../../lib/dstream/graph/graph.ts"
import { Testing } from "../../lib/testing.ts"

/** At every how many crash points a program is killed. `DSTREAM_CRASHES=1` kills it at each of them. */
const EVERY = Number(Deno.env.get("DSTREAM_CRASHES") ?? 5)

/** The ways in which each pipeline is killed. */
const ways: Readonly<Record<string, Testing.CrashOptions>> = {
  "nothing kept": {},
  "half kept, small segments": { crash: { loss: Testing.losses.half }, checkpoint: { segmentBytes: 300 } },
  "slow outputs": {
    every: 3 * EVERY,
    outputsTake: "2500 millis",
    crash: { onlyProcess: true },
    checkpoint: { segmentBytes: 600 },
  },
  "killed twice": { kills: 2, crash: { loss: Testing.losses.zeros, bringsBack: true } },
}

/** Declares tests that kill a program at its crash points. */
export const survives = <const O extends Listed | AnyGraph>(
  name: string,
  program: Testing.Program<O>,
  options: Testing.CrashOptions = {},
): void => {
  for (const [way, how] of Object.entries(ways)) {
    Deno.test(`${name} survives crashes, ${way}`, async () => {
      const checkpoint = { ...how.checkpoint, ...options.checkpoint }
      const crashed = Testing.crashEverywhere(program, { every: EVERY, ...how, ...options, checkpoint })
      const { lives, points } = await Effect.runPromise(crashed as Effect.Effect<Testing.Recovered, unknown>)
      assert.ok(points.length > 30 && lives > points.length / (4 * EVERY), `${points.length} points, ${lives} lives`)
    })
  }
}
