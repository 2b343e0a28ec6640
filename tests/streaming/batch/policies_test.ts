import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../../lib/dstream.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { nextLine, observed, onEngines, outcomes, pass, recording, source, test } from "../support.ts"

const { awaitTermination, getState, make, start, stop } = StreamingContext

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly sink: string }> {}

type Seen = Array<readonly [time: number, records: ReadonlyArray<number>]>

/** An output that fails in batch 2000, at most `times` times. It adds the number of each attempt to `attempts`. */
const failing = (stream: DStream.DStream<number>, times = Infinity, attempts: Array<number> = []) =>
  DStream.foreachRDD(
    stream,
    (_, { time, attempt }) =>
      Effect.suspend(() => {
        if (time !== 2000) return Effect.void
        attempts.push(attempt)
        return attempts.length <= times ? Effect.fail(new Unavailable({ sink: "db" })) : Effect.void
      }),
  )

onEngines(
  "fail: later outputs of the batch do not run, nothing is committed, and the context stops with the typed reason",
  () =>
    Effect.gen(function* () {
      const seen: Seen = []
      const committed: Array<number> = []
      const input = source([[1], [2], [3]], { committed })
      const { ssc, events } = yield* observed()
      const here = nextLine(new Error())
      const output = DStream.foreachRDD(
        input,
        (_, { time }) => time === 2000 ? new Unavailable({ sink: "db" }) : Effect.void,
      )
      const active = yield* start(ssc, [output, recording(input, seen)])
      assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "failed"])
      const error = yield* Effect.flip(awaitTermination(active))
      assert.equal(yield* getState(ssc), "Stopped")
      assert.deepEqual([seen, committed], [[[1000, [1]]], [0]])
      assert.ok(error._tag === "BatchFailed")
      assert.ok(error.reason instanceof Unavailable)
      assert.deepEqual(
        [error.operator, error.batchTime, error.outputId, error.partition, error.phase],
        ["foreachRDD", 2000, 0, undefined, "job"],
      )
      assert.match(error.callSite.short, new RegExp(`^policies_test\\.ts:${here}:`))
      assert.deepEqual(outcomes(events), [[1000, 0, "done"], [1000, 1, "done"], [2000, 0, "failed"]])
      const narrowed = yield* awaitTermination(active).pipe(
        Effect.catchReason("BatchFailed", "Unavailable", ({ sink }) => Effect.succeed(sink)),
      )
      assert.equal(narrowed, "db")
    }),
)

test("fail: another context can start as soon as awaitTermination() has failed", () =>
  Effect.gen(function* () {
    const active = yield* start(yield* make, [failing(Testing.input([[1], [2]]))])
    yield* Effect.forkChild(pass(2000), { startImmediately: true })
    yield* Effect.flip(awaitTermination(active))
    const seen: Seen = []
    const next = yield* start(yield* make, [recording(Testing.input([[1]]), seen)])
    yield* Testing.advance(next)
    assert.equal(seen.length, 1)
  }))

test("continueOn: awaitTermination() fails, other outputs and later batches run, and positions are committed", () =>
  Effect.gen(function* () {
    const seen: Seen = []
    const committed: Array<number> = []
    const input = source([[1], [2], [3]], { committed })
    const { ssc, events } = yield* observed({ onFailure: OutputPolicy.continueOn })
    const active = yield* start(ssc, [failing(input), recording(input, seen)])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
    assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
    assert.equal(yield* getState(ssc), "Active")
    assert.deepEqual(seen.map(([time]) => time), [1000, 2000, 3000])
    assert.deepEqual(committed, [0, 1, 2])
    yield* stop(active)
    assert.deepEqual(outcomes(events).filter(([time]) => time === 2000), [[2000, 0, "failed"], [2000, 1, "done"]])
    assert.equal((yield* Effect.flip(awaitTermination(active)))._tag, "BatchFailed")
  }))

test("skip: the output's outcome is skipped, positions are committed, and awaitTermination() does not fail", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    const { ssc, events } = yield* observed()
    const output = DStream.onFailure(failing(source([[1], [2], [3]], { committed })), OutputPolicy.skip)
    const active = yield* start(ssc, [output])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
    yield* stop(active)
    yield* awaitTermination(active)
    assert.deepEqual(outcomes(events), [[1000, 0, "done"], [2000, 0, "skipped"], [3000, 0, "done"]])
    assert.deepEqual(committed, [0, 1, 2])
  }))

test("retry: the output runs again on the schedule, with attempts 1, 2, …, and is then done", () =>
  Effect.gen(function* () {
    const attempts: Array<number> = []
    const policy = OutputPolicy.retry(Schedule.spaced("100 millis"))
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [DStream.onFailure(failing(Testing.input([[1], [2]]), 2, attempts), policy)])
    yield* pass(2150)
    assert.deepEqual(attempts, [0, 1])
    yield* pass(100)
    assert.deepEqual(attempts, [0, 1, 2])
    yield* stop(active)
    yield* awaitTermination(active)
    const completed = events.flatMap((event) => event._tag === "OutputOperationCompleted" ? [event.operation] : [])
    assert.deepEqual(completed.map(({ outcome, duration }) => [outcome, duration]), [["done", 0], ["done", 200]])
    assert.equal(completed[1]?.failureReason, undefined)
  }))

test("retry: every failed attempt is logged with its error", () =>
  Effect.gen(function* () {
    const messages: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void messages.push(String(message)))])
    const output = DStream.onFailure(
      DStream.foreachRDD(Testing.input([[1]]), (_, { attempt }) =>
        attempt < 2 ? Effect.fail(`no ${attempt}`) : Effect.void),
      OutputPolicy.retry(Schedule.recurs(3)),
    )
    const advanced = Effect.flatMap(start(yield* make, [output]), (active) =>
      Testing.advance(active))
    yield* Effect.provide(advanced, logger)
    assert.deepEqual(messages.map((line) => line.replace(/ at [^\s,]+/g, "")), [
      "Attempt 1 of job foreachRDD failed: batch 1000 ms failed in foreachRDD, output 0: no 0",
      "Attempt 2 of job foreachRDD failed: batch 1000 ms failed in foreachRDD, output 0: no 1",
    ])
  }))

test("retry: after the last retry the next policy applies: skip, dead letter, another retry, or fail", () =>
  Effect.gen(function* () {
    const run = Effect.fnUntraced(function* (policy: OutputPolicy.OutputPolicy<never, never>) {
      const attempts: Array<number> = []
      const { ssc, events } = yield* observed()
      const active = yield* start(ssc, [DStream.onFailure(failing(Testing.input([[1], [2]]), 9, attempts), policy)])
      yield* pass(3000 - (yield* Effect.clockWith((clock) => clock.currentTimeMillis)) % 1000)
      yield* stop(active, { stopSparkContext: false })
      const last = outcomes(events).find(([time]) => time === 2000)?.[2]
      return [attempts, last, yield* Effect.exit(awaitTermination(active))] as const
    })
    const failures: Array<OutputPolicy.OutputFailure> = []
    const handler = (_: RDD.RDD<unknown, unknown, unknown>, failure: OutputPolicy.OutputFailure) =>
      Effect.sync(() => void failures.push(failure))
    const inRegistry = Effect.provideService(StreamingContext.Registry, { active: undefined })
    const twice = Schedule.recurs(2)
    const withTestLayer = Effect.provide(Testing.layer())
    const cases = [
      [OutputPolicy.retry(twice, OutputPolicy.skip), [0, 1, 2], "skipped", "Success"],
      [OutputPolicy.retry(twice, OutputPolicy.deadLetter(handler)), [0, 1, 2], "deadLettered", "Success"],
      [OutputPolicy.retry(twice, OutputPolicy.retry(twice, OutputPolicy.skip)), [0, 1, 2, 3, 4], "skipped", "Success"],
      [OutputPolicy.retry(twice), [0, 1, 2], "failed", "Failure"],
    ] as const
    for (const [policy, attempts, outcome, exit] of cases) {
      const found = yield* Effect.scoped(run(policy)).pipe(withTestLayer, inRegistry)
      assert.deepEqual([found[0], found[1], found[2]._tag], [attempts, outcome, exit])
    }
    assert.deepEqual(failures.map(({ time, outputId, attempt, operator }) => [time, outputId, attempt, operator]), [
      [2000, 0, 2, "foreachRDD"],
    ])
  }))

test("dead letter: the handler gets the batch's RDD and the failure; if the handler fails too, the context stops with its error", () =>
  Effect.gen(function* () {
    const deadLetters: Array<unknown> = []
    const committed: Array<number> = []
    const input = source([[1], [2, 22], [3]], { committed })
    const output = DStream.onFailure(
      failing(input),
      OutputPolicy.deadLetter((rdd, { time, reason, operator }) =>
        Effect.flatMap(
          Effect.orDie(RDD.collect(rdd)),
          (records) =>
            Effect.sync(() => void deadLetters.push({ records, time, reason: (reason as Unavailable)._tag, operator })),
        ) as Effect.Effect<void>
      ),
    )
    const active = yield* start(yield* make, [output])
    assert.deepEqual(yield* Testing.advance(active, 3), ["completed", "completed", "completed"])
    assert.deepEqual(deadLetters, [{ records: [2, 22], time: 2000, reason: "Unavailable", operator: "foreachRDD" }])
    assert.deepEqual(committed, [0, 1, 2])
    yield* stop(active, { stopSparkContext: false })
    yield* awaitTermination(active)

    const skipping = DStream.onFailure(failing(Testing.input([[1], [2], [3], [4], [5], [6]]), 0), OutputPolicy.skip)
    const always = DStream.foreachRDD(Testing.input([[1]]), () => Effect.fail("first"))
    const second = yield* start(yield* make, [
      skipping,
      DStream.onFailure(always, OutputPolicy.deadLetter(() => Effect.fail("second"))),
    ])
    assert.deepEqual(yield* Testing.advance(second), ["failed"])
    const error = yield* Effect.flip(awaitTermination(second))
    assert.ok(error._tag === "BatchFailed")
    assert.deepEqual([error.reason, error.operator, error.outputId], ["second", "deadLetter", 1])
  }))

test("a policy whose handler or schedule throws stops the context, and the context does not hang", () =>
  Effect.gen(function* () {
    const handler = (): Effect.Effect<void> => {
      throw new RangeError("no handler")
    }
    const output = DStream.onFailure(failing(Testing.input([[1], [2]])), OutputPolicy.deadLetter(handler))
    const active = yield* start(yield* make, [output])
    yield* Testing.advance(active, 2)
    const error = yield* Effect.flip(awaitTermination(active))
    assert.match(error.message, /no handler/)
    yield* stop(active, { stopSparkContext: false })

    const schedule = Schedule.recurs(1).pipe(Schedule.modifyDelay(() => Effect.die("no schedule")))
    const second = yield* start(yield* make, [
      DStream.onFailure(
        DStream.foreachRDD(Testing.input([[1]]), () => Effect.fail("no")),
        OutputPolicy.retry(schedule),
      ),
    ])
    yield* pass(1000)
    assert.match((yield* Effect.flip(awaitTermination(second))).message, /no schedule/)
    assert.equal(yield* getState(second), "Stopped")
  }))
