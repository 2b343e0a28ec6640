import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as Receiver from "../../../lib/receiver.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { discard, observed, pass, recording, source, test } from "../support.ts"

const { addStreamingListener, awaitTermination, droppedEvents, events, make, removeStreamingListener, start, stop } =
  StreamingContext

const tags = (all: ReadonlyArray<StreamingContext.StreamingEvent>) => all.map(({ _tag }) => _tag)

const graph = Graph.module(import.meta, (_: null) => {
  const output = discard(DStream.constant([1]))
  return [output]
})

test("the events of a batch come in order, between StreamingStarted and StreamingStopped", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [discard(Testing.input([[1], [2]])), discard(Testing.input([[1], [2]]))])
    yield* Testing.advance(active, 2)
    yield* stop(active)
    const operation = ["OutputOperationStarted", "OutputOperationCompleted"]
    const batch = ["BatchSubmitted", "BatchStarted", ...operation, ...operation, "BatchCompleted"]
    assert.deepEqual(tags(events), ["GraphNotPortable", "StreamingStarted", ...batch, ...batch, "StreamingStopped"])
  }))

test("StreamingStarted and StreamingStopped have the time of the start and the stop", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    yield* pass(300)
    const active = yield* start(ssc, [discard(Testing.input([[1]]))])
    yield* pass(1400)
    yield* stop(active)
    const times = events.flatMap((event) => "time" in event ? [[event._tag, event.time]] : [])
    assert.deepEqual(times, [["StreamingStarted", 300], ["StreamingStopped", 1700]])
  }))

test("inputs that do not report a number of records are not in streamIdToInputInfo", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const all = DStream.unionAll([
      DStream.constant([1]),
      DStream.queueStream(DStream.rddQueue([[2]])),
      Testing.input([[3]]),
    ])
    const active = yield* start(ssc, [discard(all)])
    yield* Testing.advance(active)
    const infos = events.flatMap((event) => event._tag === "BatchCompleted" ? [event.batch] : [])
    assert.deepEqual(
      infos.map(({ numRecords, streamIdToInputInfo }) => [numRecords, Object.keys(streamIdToInputInfo)]),
      [
        [1, ["2"]],
      ],
    )
  }))

test("the files of a batch are among its details, though their records are not counted before they are read", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.promise(() => Deno.makeTempDir())
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [discard(DStream.textFileStream(folder))])
    const file = `${folder}/lines.txt`
    yield* Effect.promise(() => Deno.writeTextFile(file, "a\nb\n").then(() => Deno.utime(file, 0.5, 0.5)))
    yield* Testing.advance(active)
    yield* StreamingContext.stop(active)
    yield* Effect.promise(() => Deno.remove(folder, { recursive: true }))
    const infos = events.flatMap((event) => event._tag === "BatchCompleted" ? [event.batch.streamIdToInputInfo[0]] : [])
    assert.deepEqual(infos.map((info) => [info?.numRecords, info?.metadata]), [
      [0, { files: [file], Description: file }],
    ])
  }))

test("the fields of BatchInfo are filled in as the batch proceeds", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const slow = DStream.foreachRDD(source([[1, 2], [3]]), () => Effect.sleep(1300))
    const named = DStream.nameOutput(discard(Testing.input([[1]])), "quick")
    const active = yield* start(ssc, [slow, named])
    yield* pass(4000)
    yield* stop(active)
    const of = (tag: string) =>
      events.flatMap((event) =>
        event._tag === tag && "batch" in event && event.batch.batchTime === 2000 ? [event.batch] : []
      )
    const delays = (batch: StreamingContext.BatchInfo | undefined) => [
      batch?.submissionTime,
      batch?.processingStartTime,
      batch?.schedulingDelay,
      batch?.processingEndTime,
      batch?.processingDelay,
      batch?.totalDelay,
    ]
    const none = undefined
    assert.deepEqual(delays(of("BatchSubmitted")[0]), [2000, none, none, none, none, none])
    assert.deepEqual(delays(of("BatchStarted")[0]), [2000, 2300, 300, none, none, none])
    assert.deepEqual(delays(of("BatchCompleted")[0]), [2000, 2300, 300, 3600, 1300, 1600])
    const completed = of("BatchCompleted")[0]
    assert.deepEqual(completed?.streamIdToInputInfo[0], {
      inputStreamId: 0,
      name: "Source stream [0]",
      numRecords: 1,
      metadata: {},
    })
    assert.deepEqual(of("BatchSubmitted")[0]?.outputOperationInfos[1]?.outcome, undefined)
    const [first, second] = Object.values(completed?.outputOperationInfos ?? {})
    assert.match(first?.name ?? "", /^foreachRDD at events_test\.ts:\d+:\d+$/)
    assert.match(first?.description ?? "", /^foreachRDD at file:\/\/.*events_test\.ts:\d+:\d+$/)
    assert.equal(second?.name, "quick")
    assert.deepEqual(
      [first, second].map((it) => [it?.id, it?.batchTime, it?.startTime, it?.endTime, it?.duration, it?.outcome]),
      [[0, 2000, 2300, 3600, 1300, "done"], [1, 2000, 3600, 3600, 0, "done"]],
    )
  }))

test("OutputOperationCompleted of a failed output has the reason, and BatchCompleted has it too", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [DStream.foreachRDD(source([[1]]), () => Effect.fail("disk full"))])
    yield* Testing.advance(active)
    yield* Effect.flip(awaitTermination(active))
    const completed = events.find(({ _tag }) => _tag === "BatchCompleted")
    assert.ok(completed?._tag === "BatchCompleted")
    assert.match(completed.batch.outputOperationInfos[0]?.failureReason ?? "", /disk full/)
    assert.equal(completed.batch.outputOperationInfos[0]?.outcome, "failed")
    assert.equal(tags(events).at(-1), "StreamingStopped")
  }))

test("GraphNotPortable is published once for a list of outputs, and never for a module's graph", () =>
  Effect.gen(function* () {
    const count = Effect.fnUntraced(function* (portable: boolean) {
      const { ssc, events } = yield* observed()
      const active = yield* portable ? start(ssc, graph(null)) : start(ssc, [discard(source([[1]]))])
      yield* Testing.advance(active, 2)
      yield* stop(active, { stopSparkContext: false })
      return tags(events).filter((tag) => tag === "GraphNotPortable").length
    })
    assert.deepEqual([yield* count(false), yield* count(true)], [1, 0])
  }))

test("the events of a receiver have its name, whether it is active, and its last error", () =>
  Effect.gen(function* () {
    const receiver = Receiver.make({
      name: "Shaky",
      restartDelay: "500 millis",
      onStart: (store: Receiver.Store<number>) =>
        Effect.gen(function* () {
          yield* Effect.sleep(200)
          yield* store.reportError("hiccup", new RangeError("odd"))
          yield* Effect.sleep(200)
          yield* store.restart("lost", new RangeError("gone"))
        }),
    })
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [discard(DStream.receiverStream(receiver))])
    yield* pass(950)
    yield* stop(active)
    const seen = events.flatMap((event) =>
      "receiver" in event
        ? [[
          event._tag,
          event.receiver.streamId,
          event.receiver.name,
          event.receiver.active,
          event.receiver.lastErrorMessage,
          event.receiver.lastError,
          event.receiver.lastErrorTime,
        ]]
        : []
    )
    const name = "ShakyReceiver-0"
    assert.deepEqual(seen.slice(0, 3), [
      ["ReceiverStarted", 0, name, true, "", "", -1],
      ["ReceiverError", 0, name, true, "hiccup", "odd", 200],
      ["ReceiverError", 0, name, true, "lost", "gone", 400],
    ])
    assert.deepEqual(seen.slice(3).map(([tag, , , active]) => [tag, active]), [
      ["ReceiverStopped", false],
      ["ReceiverStarted", true],
      ["ReceiverStopped", false],
    ])
  }))

for (
  const [how, listener] of Object.entries<() => Effect.Effect<void>>({
    throws: () => {
      throw new RangeError("listener")
    },
    dies: () => Effect.die(new RangeError("listener")),
    interrupts: () => Effect.interrupt,
    "never returns": () => Effect.never,
    "is slow": () => Effect.sleep("1 hour"),
  })
) {
  test(`a listener that ${how} stops neither the batches nor other listeners`, () =>
    Effect.gen(function* () {
      const ssc = yield* make
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      const received: Array<string> = []
      let calls = 0
      yield* addStreamingListener(ssc, () => {
        calls++
        return listener()
      })
      yield* addStreamingListener(ssc, ({ _tag }) => Effect.sync(() => void received.push(_tag)))
      const active = yield* start(ssc, [recording(source([[1], [2], [3]]), seen)])
      yield* pass(3000)
      assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]]])
      const stopping = yield* Effect.forkChild(stop(active), { startImmediately: true })
      yield* pass(2000)
      yield* Fiber.join(stopping)
      assert.equal(received.at(-1), "StreamingStopped")
      // A listener that fails is called again for the next event.
      assert.equal(calls, ["never returns", "is slow"].includes(how) ? 1 : received.length)
    }))
}

test("events for which a listener is too slow are dropped and counted, and batches do not wait", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    yield* addStreamingListener(ssc, () => Effect.never)
    const outputs = Array.from({ length: 1000 }, () => discard(source([[1]])))
    const active = yield* start(ssc, outputs as [(typeof outputs)[number]])
    assert.equal(yield* droppedEvents(ssc), 0)
    yield* Testing.advance(active, 10)
    // Two events per output and three per batch, plus two at the start. One is with the listener, and 16,384 are in its queue.
    assert.equal(yield* droppedEvents(ssc), 10 * 2003 + 2 - 1 - 16_384)
    yield* Effect.forkChild(stop(active), { startImmediately: true })
    yield* pass(2000)
  }))

test("a listener added twice gets every event twice, and each removal ends one of its subscriptions", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const received: Array<string> = []
    const listener: StreamingContext.StreamingListener = ({ _tag }) => Effect.sync(() => void received.push(_tag))
    yield* addStreamingListener(ssc, listener)
    yield* addStreamingListener(ssc, listener)
    const active = yield* start(ssc, [discard(source([[1], [2], [3]]))])
    yield* Testing.advance(active)
    assert.deepEqual(received.toSorted(), [...tags(events), ...tags(events)].toSorted())
    yield* removeStreamingListener(ssc, listener)
    received.length = events.length = 0
    yield* Testing.advance(active)
    assert.deepEqual(received, tags(events))
    yield* removeStreamingListener(ssc, listener)
    received.length = 0
    yield* Testing.advance(active)
    assert.deepEqual(received, [])
  }))

test("a removed listener gets no further events, and a listener added late gets all later events", () =>
  Effect.gen(function* () {
    const { ssc, events } = yield* observed()
    const received: Array<string> = []
    const late: Array<string> = []
    const listener: StreamingContext.StreamingListener = ({ _tag }) => Effect.sync(() => void received.push(_tag))
    yield* addStreamingListener(ssc, listener)
    const active = yield* start(ssc, [discard(source([[1], [2]]))])
    yield* Testing.advance(active)
    yield* removeStreamingListener(ssc, listener)
    yield* removeStreamingListener(ssc, listener)
    yield* addStreamingListener(ssc, ({ _tag }) => Effect.sync(() => void late.push(_tag)))
    yield* Testing.advance(active)
    yield* stop(active)
    assert.deepEqual(received, tags(events).slice(0, 7))
    assert.deepEqual(late, tags(events).slice(7))
  }))

test("events() has all events from its subscription on, and ends when the context stops", () =>
  Effect.gen(function* () {
    const { ssc, events: all } = yield* observed()
    const collect = Stream.runCollect(events(ssc))
    const early = yield* Effect.forkChild(collect, { startImmediately: true })
    const active = yield* start(ssc, [discard(source([[1], [2]]))])
    yield* Testing.advance(active)
    const late = yield* Effect.forkChild(collect, { startImmediately: true })
    yield* Testing.advance(active)
    yield* stop(active)
    assert.deepEqual(tags(yield* Fiber.join(early)), tags(all))
    assert.deepEqual(tags(yield* Fiber.join(late)), tags(all).slice(7))
    assert.deepEqual(yield* collect, [])
    const never = yield* make
    const waiting = yield* Effect.forkChild(Stream.runCollect(events(never)), { startImmediately: true })
    yield* stop(never)
    assert.deepEqual(yield* Fiber.join(waiting), [])
  }))

test("a reader of events() can stop the context", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const reader = yield* Effect.forkChild(
      Stream.runForEach(events(ssc), ({ _tag }) => _tag === "BatchCompleted" ? Effect.asVoid(stop(ssc)) : Effect.void),
      { startImmediately: true },
    )
    const active = yield* start(ssc, [discard(source([[1], [2]]))])
    yield* pass(1000)
    yield* awaitTermination(active)
    yield* Fiber.join(reader)
  }))
