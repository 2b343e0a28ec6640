/** How batches end when something fails that is neither an output nor a stream: schedules of policies, commits, the engine. */
import assert from "node:assert/strict"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import { Engine } from "../../../lib/rdd/engine.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { discard, observed, source, test } from "../support.ts"

const dying = Schedule.recurs(1).pipe(Schedule.modifyDelay(() => Effect.die(new RangeError("no schedule"))))

/** A source or stream that fails in one phase of the second batch, under a policy that would let the context go on. */
const failingIn = {
  allocation: () => discard(source([[1], [2]], { plan: (index) => index === 1 ? Effect.fail("no") : Effect.void })),
  evaluation: () =>
    discard(DStream.transform(source([[1], [2]]), (rdd, { time }) => {
      if (time === 2000) throw new RangeError("no")
      return rdd
    })),
  job: () => DStream.foreachRDD(source([[1], [2]]), (_, { time }) => time === 2000 ? Effect.fail("no") : Effect.void),
  commit: () => discard(source([[1], [2]], { commit: (index) => index === 1 ? Effect.fail("no") : Effect.void })),
}

for (const [phase, output] of Object.entries(failingIn)) {
  test(`a schedule that throws during the ${phase} of a batch stops the context, whatever policy follows it`, () =>
    Effect.gen(function* () {
      const { ssc, events } = yield* observed({ onFailure: OutputPolicy.retry(dying, OutputPolicy.skip) })
      const active = yield* StreamingContext.start(ssc, [output()])
      yield* Testing.advance(active, 3)
      assert.match((yield* Effect.flip(StreamingContext.awaitTermination(active))).message, /no schedule/)
      assert.equal(yield* StreamingContext.getState(active), "Stopped")
      const ends = events.flatMap((event) =>
        event._tag === "BatchCompleted"
          ? event.batch.batchTime
          : event._tag === "BatchGenerationFailed"
          ? event.batchTime
          : []
      )
      assert.deepEqual(ends, [1000, 2000])
    }))
}

test("the clock passes the sleeps between attempts to commit as it does those of a job", () =>
  Effect.gen(function* () {
    let attempts = 0
    const onFailure = OutputPolicy.retry(Schedule.spaced("100 millis"))
    const { ssc } = yield* observed({ onFailure })
    const commit = () => attempts++ < 2 ? Effect.fail("not yet") : Effect.void
    const active = yield* StreamingContext.start(ssc, [discard(source([[1]], { commit }))])
    assert.deepEqual(yield* Testing.advance(active), ["completed"])
    assert.deepEqual([attempts, yield* Clock.currentTimeMillis], [3, 1200])
  }))

test("an engine that dies at the end of a batch stops the context, rather than leave it hanging", () =>
  Effect.gen(function* () {
    const engine = { ...yield* Engine, endBatch: () => Effect.die(new RangeError("the engine is broken")) }
    const { ssc } = yield* Effect.provideService(observed(), Engine, engine)
    const active = yield* StreamingContext.start(ssc, [discard(source([[1]]))])
    yield* Testing.advance(active)
    assert.match((yield* Effect.flip(StreamingContext.awaitTermination(active))).message, /the engine is broken/)
    assert.equal(yield* StreamingContext.getState(active), "Stopped")
  }))
