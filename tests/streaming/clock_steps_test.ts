import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { observed, pass, pushed, recording, source, stepWallClock, test } from "./support.ts"

const HOUR = 3_600_000

for (
  const [step, how] of [[-400, "back a little"], [-2 * HOUR, "back"], [700, "forth a little"], [
    2 * HOUR,
    "forth",
  ]] as const
) {
  test(`the wall clock steps ${how}: batches stay on time, and no event shows it`, () =>
    Effect.gen(function* () {
      const { events, ssc } = yield* observed()
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      const { push, stream } = pushed<number>()
      const active = yield* StreamingContext.start(ssc, [recording(stream, seen)])
      yield* push(1)
      yield* pass(2_500)
      yield* stepWallClock(step)
      yield* push(2)
      yield* pass(2_000)
      yield* push(3)
      yield* pass(500)
      yield* StreamingContext.stop(active)
      assert.deepEqual(seen, [[1000, [1]], [2000, []], [3000, [2]], [4000, []], [5000, [3]]])
      for (const event of events) {
        if (event._tag === "BatchCompleted") {
          const { batchTime, processingEndTime, processingStartTime, submissionTime } = event.batch
          assert.deepEqual([submissionTime, processingStartTime, processingEndTime], [batchTime, batchTime, batchTime])
          assert.deepEqual([event.batch.schedulingDelay, event.batch.processingDelay, event.batch.totalDelay], [
            0,
            0,
            0,
          ])
        } else if (event._tag === "OutputOperationCompleted") {
          assert.equal(event.operation.endTime, event.operation.batchTime)
          assert.equal(event.operation.duration, 0)
        } else if (event._tag === "StreamingStopped") assert.equal(event.time, 5_000)
      }
    }))

  test(`the wall clock steps ${how} in a slow batch: its delays are those of the monotonic clock`, () =>
    Effect.gen(function* () {
      const { events, ssc } = yield* observed()
      const slow = DStream.foreachRDD(source([[1]]), () => Effect.andThen(stepWallClock(step), Effect.sleep(300)))
      const active = yield* StreamingContext.start(ssc, [slow])
      yield* pass(1_500)
      yield* StreamingContext.stop(active)
      const [batch] = events.flatMap((event) => event._tag === "BatchCompleted" ? event.batch : [])
      assert.deepEqual([batch?.schedulingDelay, batch?.processingDelay, batch?.totalDelay], [0, 300, 300])
      assert.equal(batch?.processingEndTime, 1_300)
    }))

  test(`the wall clock steps ${how}: a graceful stop processes everything received`, () =>
    Effect.gen(function* () {
      const { ssc } = yield* observed({ gracefulStopTimeout: "3 seconds" })
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      const { push, stream } = pushed<number>()
      const active = yield* StreamingContext.start(ssc, [recording(stream, seen)])
      yield* pass(1_500)
      yield* stepWallClock(step)
      yield* push(1, 2)
      const stopping = yield* Effect.forkChild(StreamingContext.stop(active, { stopGracefully: true }))
      yield* pass(1_000)
      yield* Fiber.join(stopping)
      assert.deepEqual(seen.slice(0, 2), [[1000, []], [2000, [1, 2]]])
    }))

  test(`the wall clock steps ${how}: retries go on for as long as their schedule says`, () =>
    Effect.gen(function* () {
      const { ssc } = yield* observed()
      const failures: Array<number> = []
      const failing = DStream.foreachRDD(source([[1]]), (_, { time }) => {
        failures.push(time)
        return Effect.andThen(failures.length === 2 ? stepWallClock(step) : Effect.void, Effect.fail("refused"))
      })
      const schedule = Schedule.max([Schedule.spaced("1 second"), Schedule.during("3 seconds")])
      const output = DStream.onFailure(failing, OutputPolicy.retry(schedule, OutputPolicy.skip))
      const active = yield* StreamingContext.start(ssc, [output])
      yield* pass(10_000)
      yield* StreamingContext.stop(active)
      assert.equal(failures.filter((time) => time === 1_000).length, 5)
    }))
}
