import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { test } from "../support.ts"

const { awaitTermination, awaitTerminationOrTimeout, make, stop } = StreamingContext

/** A handle as untyped code can use it: with any state. */
const untyped = (ssc: StreamingContext.StreamingContext<StreamingContext.State>) =>
  ssc as StreamingContext.StreamingContext<"Active">

test("awaitTermination() fails with NotStarted before the start, and returns immediately if the context was stopped instead", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const error = yield* Effect.flip(awaitTermination(untyped(ssc)))
    assert.deepEqual([String(error._tag), error.message], [
      "NotStarted",
      "StreamingContext has not been started (awaitTermination); start it first",
    ])
    const stopped = yield* stop(ssc, { stopSparkContext: false })
    yield* awaitTermination(stopped)
    assert.equal(yield* awaitTerminationOrTimeout(stopped, 0), true)
  }))

test("awaitTerminationOrTimeout() of a context that was not started returns false after the timeout", () =>
  Effect.gen(function* () {
    const waiting = yield* Effect.forkChild(awaitTerminationOrTimeout(untyped(yield* make), "3 seconds"))
    yield* TestClock.adjust("2 seconds")
    assert.equal(waiting.pollUnsafe(), undefined)
    yield* TestClock.adjust("1 second")
    assert.equal(yield* Fiber.join(waiting), false)
  }))
