import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { weigh } from "../../lib/core/weight.ts"
import { fromStream } from "../../lib/source/effect_stream.ts"
import { receive } from "./running.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), TestClock.layer()))

Deno.test("fromStream() stores what the stream emits, and its receiver stays started when the stream ends", () =>
  run(Effect.gen(function* () {
    const stream = fromStream(Stream.concat(Stream.fromArray([1, 2]), Stream.fromArray([3])))
    assert.equal(stream.traits.source?.title, "Stream")
    const { records, until, log } = yield* receive(stream)
    yield* TestClock.adjust("1 hour")
    yield* until(() => true)
    assert.deepEqual([records, log], [[1, 2, 3], ["started"]])
  })))

Deno.test("fromStream() runs a failed stream again after the delay", () =>
  run(Effect.gen(function* () {
    const failing = Stream.concat(Stream.fromArray([1]), Stream.fail("broken"))
    const { records, until, log } = yield* receive(fromStream(failing, { restartDelay: "5 seconds" }))
    yield* TestClock.adjust("14 seconds")
    yield* until(() => true)
    const again = [
      "started",
      "error The stream has failed: broken",
      "stopped Restarting receiver with delay 5000 ms: The stream has failed",
    ]
    assert.deepEqual([records, log], [[1, 1, 1], [...again, ...again, ...again]])
  })))

Deno.test("fromStream() stops pulling when there is no room", () =>
  run(Effect.gen(function* () {
    let pulled = 0
    const endless = Stream.fromPull(Effect.succeed(Effect.sync(() => [pulled++] as const)))
    const { running } = yield* receive(fromStream(endless), { capacity: 10 * weigh(0) })
    yield* TestClock.adjust("1 hour")
    assert.equal(pulled, 11)
    yield* running.stop
  })))
