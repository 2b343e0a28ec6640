/** Helpers for tests of recovery: each pipeline is killed at its durable steps, in several ways. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyGraph, Listed } from "../../lib/dstream/graph/graph.ts"
import * as DStream from "../../lib/dstream.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"

/** At every how many crash points a program is killed. `DSTREAM_CRASHES=1` kills it at each of them. */
export const EVERY = Number(Deno.env.get("DSTREAM_CRASHES") ?? 45)

/** The ways in which each pipeline is killed. */
const ways: Readonly<Record<string, Testing.CrashOptions>> = {
  "nothing kept": {},
  "half kept, small segments": { crash: { loss: Testing.losses.half }, checkpoint: { segmentBytes: 300 } },
  "slow outputs": {
    every: 2 * EVERY,
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
      assert.ok(
        points.length > 30 && lives > points.length / (4 * (options.every ?? EVERY)),
        `${points.length} points, ${lives} lives`,
      )
    })
  }
}

/** A receiver that reads numbers from a sender. `receive` stores the records of a number. */
export const received = (
  receive: (store: Receiver.Store<number>, number: number) => Effect.Effect<void, Receiver.ReceiverStopped>,
  { count = 8, every = "300 millis" as const } = {},
) =>
  DStream.receiverStream(Receiver.make({
    name: "Numbers",
    onStart: (store: Receiver.Store<number>) =>
      Effect.gen(function* () {
        const last = yield* store.last
        for (let n = Option.match(last, { onNone: () => 0, onSome: Number }) + 1; n <= count; n++) {
          yield* Effect.sleep(every)
          yield* receive(store, n)
        }
      }),
  })).pipe(DStream.named("numbers"))

/** Numbers each record, so that one that is lost or repeated changes all after it. */
export const numbered = (stream: DStream.DStream<number>) =>
  stream.pipe(
    DStream.map((n): [string, number] => ["all", n]),
    DStream.mapWithState(
      StateSpec.function((_: string, n: Option.Option<number>, seen: StateSpec.State<number>): string => {
        const index = 1 + Option.getOrElse(seen.getOption(), () => 0)
        seen.update(index)
        return `${index}: ${Option.getOrThrow(n)}`
      }).pipe(StateSpec.numPartitions(1)),
    ),
    DStream.named("indexes"),
  )
