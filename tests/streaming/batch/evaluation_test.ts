import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import * as Receiver from "../../../lib/receiver.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { observed, onEngines, outcomes, pass, recording, source, test } from "../support.ts"

const { awaitTermination, getState, make, makeWith, start, stop } = StreamingContext

type Seen = Array<readonly [time: number, records: ReadonlyArray<number>]>

/** A stream whose evaluation throws in batch 2000. */
const throwing = (stream: DStream.DStream<number>) =>
  stream.pipe(DStream.transform((rdd, { time }) => {
    if (time === 2000) throw new RangeError("no such table")
    return rdd
  }))

onEngines(
  "a failing evaluation under fail: no output of the batch runs, and the context stops",
  () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const committed: Array<number> = []
      const input = source([[1], [2], [3]], { committed })
      const { ssc, events } = yield* observed()
      const active = yield* start(ssc, [recording(input, seen), recording(throwing(input), [])])
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "generation failed"])
      const error = yield* Effect.flip(awaitTermination(active))
      assert.ok(error._tag === "BatchFailed")
      assert.deepEqual([error.operator, error.batchTime, error.outputId, error.phase], [
        "transform",
        2000,
        undefined,
        "generate",
      ])
      assert.match(error.callSite.short, /^evaluation_test\.ts:\d+:\d+$/)
      assert.match(error.message, /no such table/)
      assert.deepEqual([seen, committed], [[[1000, [1]]], [0]])
      assert.equal(events.filter(({ _tag }) => _tag === "BatchGenerationFailed").length, 1)
      assert.equal(yield* getState(ssc), "Stopped")
    }),
)

test("a failing evaluation under continueOn: the other outputs of the batch run, the batch is committed, the failure reported", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const committed: Array<number> = []
    const input = source([[1], [2], [3]], { committed })
    const { ssc, events } = yield* observed({ onFailure: OutputPolicy.continueOn })
    const active = yield* start(ssc, [recording(throwing(input), []), recording(input, seen)])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
    assert.deepEqual([seen, committed], [[[1000, [1]], [2000, [2]], [3000, [3]]], [0, 1, 2]])
    assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
    assert.deepEqual(outcomes(events).filter(([time]) => time === 2000), [[2000, 0, "failed"], [2000, 1, "done"]])
    assert.equal(yield* getState(active), "Active")
  }))

test("a failing evaluation under skip: the output is left out, the others run, the batch is committed", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const committed: Array<number> = []
    const input = source([[1], [2], [3]], { committed })
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [
      DStream.onFailure(recording(throwing(input), []), OutputPolicy.skip),
      recording(input, seen),
    ])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
    yield* stop(active)
    yield* awaitTermination(active)
    assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]]])
    assert.deepEqual(committed, [0, 1, 2])
    assert.deepEqual(outcomes(events).filter(([time]) => time === 2000), [[2000, 0, "skipped"], [2000, 1, "done"]])
    const completed = events.find((event) => event._tag === "BatchCompleted" && event.batch.batchTime === 2000)
    assert.ok(completed?._tag === "BatchCompleted")
    assert.deepEqual(
      Object.values(completed.batch.outputOperationInfos).map(({ outcome }) => outcome),
      ["skipped", "done"],
    )
  }))

test("a failing evaluation under dead letter: there is no RDD for the handler, so the context stops and nothing is committed", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    const deadLetters: Array<unknown> = []
    const policy = OutputPolicy.deadLetter(() => Effect.sync(() => void deadLetters.push("called")))
    const input = source([[1], [2], [3]], { committed })
    const active = yield* start(yield* make, [DStream.onFailure(recording(throwing(input), []), policy)])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "generation failed"])
    const error = yield* Effect.flip(awaitTermination(active))
    assert.ok(error._tag === "BatchFailed")
    assert.deepEqual([error.batchTime, error.phase, error.operator], [2000, "generate", "transform"])
    assert.deepEqual([committed, deadLetters], [[0], []])
  }))

test("after a fatal generation failure no further batch runs, even while the stop takes long", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const slow = Receiver.make({
      name: "Slow",
      onStart: (_: Receiver.Store<number>) => Effect.void,
      onStop: Effect.sleep(5000),
    })
    const input = source([[1], [2], [3], [4]])
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [
      recording(throwing(input), seen),
      DStream.foreachRDD(DStream.receiverStream(slow), () => Effect.void),
    ])
    yield* pass(9000)
    assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
    assert.deepEqual(seen, [[1000, [1]]])
    const started = events.flatMap((event) => event._tag === "BatchStarted" ? [event.batch.batchTime] : [])
    assert.deepEqual(started, [1000])
  }))

/** An output that is slower than the batch interval. Its stream cannot be evaluated in the third batch. */
const slowWithoutThird = (input: DStream.DStream<number>, done: Array<number>) => {
  const failing = DStream.transform(input, (rdd, { time }) => {
    if (time === 3000) throw new RangeError("no third")
    return rdd
  })
  return DStream.foreachRDD(
    failing,
    (_, { time }) => Effect.andThen(Effect.sleep(2500), Effect.sync(() => void done.push(time))),
  )
}

test("a fatal generation failure lets earlier batches end, and is reported after them", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    const done: Array<number> = []
    const input = source([[1], [2], [3], [4]], { committed })
    const active = yield* start(yield* make, [slowWithoutThird(input, done)])
    yield* pass(4000)
    assert.deepEqual([done, yield* StreamingContext.getState(active)], [[1000], "Active"])
    yield* pass(4000)
    assert.match((yield* Effect.flip(awaitTermination(active))).message, /batch 3000 ms failed in transform.*no third/)
    assert.deepEqual([done, committed], [[1000, 2000], [0, 1]])
  }))

test("a graceful stop also lets the batches before a fatal generation failure end", () =>
  Effect.gen(function* () {
    const done: Array<number> = []
    const active = yield* start(yield* make, [slowWithoutThird(source([[1], [2], [3]]), done)])
    yield* pass(3200)
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }))
    yield* pass(5000)
    yield* Fiber.join(stopping)
    assert.match((yield* Effect.flip(awaitTermination(active))).message, /batch 3000 ms failed in transform.*no third/)
    assert.deepEqual(done, [1000, 2000])
  }))

test("a failing evaluation under retry: it is evaluated again, and the batch runs with the result", () =>
  Effect.gen(function* () {
    let tries = 0
    const seen: Seen = []
    const fragile = Testing.input([[1]]).pipe(DStream.transform((rdd) => {
      if (++tries < 3) throw new RangeError("not yet")
      return rdd
    }))
    const output = DStream.onFailure(recording(fragile, seen), OutputPolicy.retry(Schedule.spaced("100 millis")))
    const active = yield* start(yield* make, [output])
    yield* pass(1500)
    assert.deepEqual([tries, seen], [3, [[1000, [1]]]])
    yield* stop(active)
    yield* awaitTermination(active)
  }))

for (const phase of ["plan", "commit"] as const) {
  const failing = (failures: number) => {
    let left = failures
    return (index: number): Effect.Effect<void, string> =>
      index === 1 && left-- > 0 ? Effect.fail(`${phase}!`) : Effect.void
  }

  test(`an input that fails to ${phase} stops the context, and the error names it`, () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const input = source([[1], [2], [3]], { [phase]: failing(1) })
      const active = yield* start(yield* make, [recording(input, seen)])
      const end = phase === "plan" ? "generation failed" : "failed"
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", end])
      const error = yield* Effect.flip(awaitTermination(active))
      assert.ok(error._tag === "BatchFailed")
      assert.deepEqual([error.reason, error.operator, error.batchTime, error.phase], [
        `${phase}!`,
        "source",
        2000,
        phase === "plan" ? "generate" : "commit",
      ])
      assert.equal(seen.length, phase === "plan" ? 1 : 2)
      assert.equal(yield* getState(active), "Stopped")
    }))

  test(`an input that fails to ${phase} is retried under the context's retry policy`, () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const committed: Array<number> = []
      const input = source([[1], [2], [3]], { committed, [phase]: failing(2) })
      const onFailure = OutputPolicy.retry(Schedule.recurs(3))
      const active = yield* start(yield* makeWith({ onFailure }), [recording(input, seen)])
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
      assert.deepEqual([seen.length, committed], [3, [0, 1, 2]])
      yield* stop(active)
      yield* awaitTermination(active)
    }))

  test(`an input that fails to ${phase} is reported under continueOn, and the context continues`, () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const committed: Array<number> = []
      const input = source([[1], [2], [3]], { committed, [phase]: failing(1) })
      const active = yield* start(yield* makeWith({ onFailure: OutputPolicy.continueOn }), [recording(input, seen)])
      const ends = yield* Testing.advance(active, 3)
      assert.deepEqual(ends, ["completed", phase === "plan" ? "generation failed" : "completed", "completed"])
      assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
      assert.deepEqual(seen.flatMap(([, records]) => records), phase === "plan" ? [1, 2] : [1, 2, 3])
      assert.deepEqual(committed, phase === "plan" ? [0, 1] : [0, 1, 2])
    }))
}
