import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { observed, onEngines, pass, pushed, source, test } from "./support.ts"

const { make, start, stop } = StreamingContext

/** All series of streaming, by name and attributes (without ids and call sites). */
const values: Effect.Effect<Record<string, unknown>> = Effect.map(
  Metric.snapshot,
  (snapshots) =>
    Object.fromEntries(
      snapshots.filter(({ id }) => id.startsWith("streaming.")).map(({ attributes, id, state }) => {
        const labels = Object.entries(attributes ?? {}).filter(([key]) => key !== "id").map(([key, value]) =>
          ` ${key}=${value.replace(/ at .*/, "")}`
        )
        return [id.replace("streaming.", "") + labels.sort().join(""), "count" in state ? state.count : state]
      }).map(([name, state]) => [name, typeof state === "object" && "value" in state ? state.value : state]),
    ),
)

const counts = (words: DStream.DStream<string>) =>
  words.pipe(
    DStream.map((word) => [word, 1]),
    DStream.updateStateByKey((ones: ReadonlyArray<number>, count: Option.Option<number>) =>
      Option.some(Option.getOrElse(count, () => 0) + ones.length)
    ),
  )

const failing = (stream: DStream.DStream<string>) =>
  stream.pipe(
    DStream.foreachRDD((rdd, { time }) =>
      Effect.andThen(RDD.count(rdd), time === 2_000 ? Effect.fail("no" as const) : Effect.void)
    ),
    DStream.onFailure(OutputPolicy.skip),
    DStream.nameOutput("sometimes"),
  )

/** The values whose names begin with one of some words. */
const startingWith = (all: Readonly<Record<string, unknown>>, ...words: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => words.some((word) => name.startsWith(word))))

/** Runs a test with a registry of its own. */
const alone = <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(body, Metric.MetricRegistry, new Map())

onEngines(
  "metrics show batches, outputs and states while the context runs, and keep their last values",
  () =>
    Effect.gen(function* () {
      const words = source([["a", "b", "a"], ["c"]])
      const output = DStream.foreachRDD(counts(words), (rdd) => Effect.andThen(RDD.count(rdd), Effect.sleep(250)))
      const active = yield* start(yield* make, [DStream.nameOutput(output, "counts"), failing(words)])
      yield* pass(3_100)
      const shown = yield* values
      const { "state.millis operator=updateStateByKey": stateMillis, ...exact } = shown
      assert(typeof stateMillis === "number" && stateMillis > 0)
      const { "state.bytes operator=updateStateByKey": stateBytes, "storage.limit": limit, ...rest } = exact
      assert(typeof limit === "number" && limit > 1e6, `limit: ${limit}`)
      assert(typeof stateBytes === "number" && stateBytes > 50 && stateBytes < 500, `bytes: ${stateBytes}`)
      assert.deepEqual(rest, {
        "storage.memory": 0,
        "storage.disk": 0,
        receivers: 0,
        activeReceivers: 0,
        totalCompletedBatches: 2,
        failedBatches: 0,
        totalReceivedRecords: 4,
        totalProcessedRecords: 4,
        unprocessedBatches: 1,
        waitingBatches: 0,
        runningBatches: 1,
        lastCompletedBatch_submissionTime: 2_000,
        lastCompletedBatch_processingStartTime: 2_000,
        lastCompletedBatch_processingEndTime: 2_250,
        lastCompletedBatch_processingDelay: 250,
        lastCompletedBatch_schedulingDelay: 0,
        lastCompletedBatch_totalDelay: 250,
        lastReceivedBatch_submissionTime: 3_000,
        lastReceivedBatch_processingStartTime: 3_000,
        lastReceivedBatch_processingEndTime: -1,
        lastReceivedBatch_records: 0,
        lag: 250,
        droppedEvents: 0,
        // The records of the input, and those of the state: 2 and 3 keys.
        "output.records output=counts": 4 + 2 + 3,
        "output.millis output=counts": 500,
        "output.ended outcome=done output=counts": 2,
        "output.ended outcome=failed output=counts": 0,
        "output.ended outcome=skipped output=counts": 0,
        "output.ended outcome=deadLettered output=counts": 0,
        "output.records output=sometimes": 4,
        "output.millis output=sometimes": 0,
        "output.ended outcome=done output=sometimes": 1,
        "output.ended outcome=failed output=sometimes": 0,
        "output.ended outcome=skipped output=sometimes": 1,
        "output.ended outcome=deadLettered output=sometimes": 0,
        "kept.millis operator=updateStateByKey": 0,
        "state.keys operator=updateStateByKey": 3,
        "state.records operator=updateStateByKey": 4,
      })
      yield* stop(active)
      const last = yield* values
      assert.deepEqual(startingWith(last, "totalCompleted", "output.millis output=counts", "runningBatches"), {
        totalCompletedBatches: 2,
        runningBatches: 0,
        "output.millis output=counts": 500,
      })
    }),
)

test("metrics of a receiver: what it holds, its errors and restarts; the running batch counts towards the lag", () =>
  alone(Effect.gen(function* () {
    let starts = 0
    const stream = DStream.receiverStream(Receiver.make({
      name: "Flapping",
      restartDelay: "100 millis",
      onStart: (store: Receiver.Store<string>) =>
        Effect.gen(function* () {
          yield* store.all(["a", "b"])
          if (++starts < 3) return yield* Effect.fail("connection lost")
          yield* store.reportError("slow", undefined)
          return yield* Effect.never
        }),
    }))
    const output = DStream.foreachRDD(stream, () => Effect.sleep("5 seconds"))
    const active = yield* start(yield* StreamingContext.makeWith({ maxPendingBatches: 1 }), [output])
    yield* pass(2_000)
    const receiver = "receiver=Flapping stream [0]"
    const { [`receiver.bytes ${receiver}`]: bytes, ...rest } = startingWith(yield* values, "receiver", "active", "lag")
    assert(typeof bytes === "number" && bytes > 50 && bytes < 1_000, `bytes: ${bytes}`)
    assert.deepEqual(rest, {
      receivers: 1,
      activeReceivers: 1,
      [`receiver.records ${receiver}`]: 0,
      [`receiver.errors ${receiver}`]: 3,
      [`receiver.restarts ${receiver}`]: 2,
      lag: 1_000,
    })
    yield* stop(active)
  })))

test("what is computed for later batches is shown, though no output has a job", () =>
  alone(Effect.gen(function* () {
    const slow = DStream.mapEffect(source([[1], [2], [3]]), (n) => Effect.as(Effect.sleep(300), n))
    const window = DStream.window(slow, "3 seconds", { slide: "3 seconds" })
    const { events, ssc } = yield* observed()
    const active = yield* start(ssc, [DStream.foreachRDD(window, (rdd) => RDD.count(rdd))])
    yield* pass(3_500)
    yield* stop(active)
    const kept = events.flatMap((event) =>
      event._tag === "BatchCompleted" ? [event.batch.keptStreams.map(({ duration }) => duration)] : []
    )
    assert.deepEqual(kept, [[300], [300], [0]])
    const shown = startingWith(yield* values, "kept", "output.millis")
    assert.deepEqual(shown, { "kept.millis operator=window": 600, "output.millis output=foreachRDD": 300 })
  })))

test("metrics show what windows keep in memory", () =>
  alone(Effect.gen(function* () {
    const window = DStream.window(DStream.map(source([["a", "b"], ["c"]]), (word) => word), "3 seconds")
    const active = yield* start(yield* make, [DStream.foreachRDD(window, RDD.count)])
    yield* pass(2_100)
    const { "storage.memory": memory } = yield* values
    // Three short strings and their places.
    assert(typeof memory === "number" && memory > 60 && memory < 200, `memory: ${memory}`)
    yield* stop(active)
  })))

test("the documentation lists the metrics that there are", () =>
  alone(Effect.gen(function* () {
    const text = yield* Effect.promise(() => readFile(new URL("../../docs/operating.md", import.meta.url), "utf8"))
    const listed = Array.from(text.matchAll(/^\| `(streaming\.[\w.]+)`/gm), ([, name]) => name)
    const { stream } = pushed<string>()
    const active = yield* start(yield* make, [DStream.print(counts(stream))])
    const found = new Set((yield* Metric.snapshot).map(({ id }) => id))
    assert.deepEqual(new Set(listed), found)
    assert.equal(listed.length, found.size)
    yield* stop(active)
  })))
