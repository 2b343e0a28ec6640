import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, observed, pass, pushed, recording, source, test } from "./support.ts"

const { awaitTermination, getState, make, makeWith, start, stop } = StreamingContext

type Active = StreamingContext.StreamingContext<"Active", unknown>

test("stop() also stops the SparkContext, unless stopSparkContext is false", () =>
  Effect.gen(function* () {
    const sc = yield* SparkContext.SparkContext
    const count = RDD.count(RDD.parallelize([1, 2]))
    yield* stop(yield* start(yield* make, [discard(Testing.input([[1]]))]), { stopSparkContext: false })
    assert.deepEqual([yield* sc.isStopped, yield* count], [false, 2])
    yield* stop(yield* start(yield* make, [discard(Testing.input([[1]]))]))
    assert.equal(yield* sc.isStopped, true)
    const error = yield* Effect.flip(count)
    assert.equal(error.reason._tag, "SparkContextStopped")
    assert.match(error.reason.message, /SparkContext of "test" has been stopped/)
  }))

test("a second stop() can still stop the SparkContext, also if the context was never started", () =>
  Effect.gen(function* () {
    const sc = yield* SparkContext.SparkContext
    const ssc = yield* make
    const stopped = yield* stop(ssc, { stopSparkContext: false })
    assert.equal(yield* sc.isStopped, false)
    assert.equal((yield* stop(stopped, { stopSparkContext: false })).state, "Stopped")
    assert.equal(yield* sc.isStopped, false)
    yield* stop(stopped)
    assert.equal(yield* sc.isStopped, true)
  }))

test("start() on a stopped SparkContext fails with SparkContextStopped, and the context stays Initialized", () =>
  Effect.gen(function* () {
    yield* (yield* SparkContext.SparkContext).stop
    const ssc = yield* make
    const error = yield* Effect.flip(start(ssc, [discard(source([[1]]))]))
    assert.equal(error._tag, "SparkContextStopped")
    assert.equal(yield* getState(ssc), "Initialized")
    assert.ok(Option.isNone(yield* StreamingContext.getActive))
  }))

test("a batch whose SparkContext is stopped by the program fails with SparkContextStopped", () =>
  Effect.gen(function* () {
    const active = yield* start(yield* make, [DStream.foreachRDD(source([[1]]), (rdd) => RDD.count(rdd))])
    yield* (yield* SparkContext.SparkContext).stop
    assert.deepEqual(yield* Testing.advance(active), ["failed"])
    const error = yield* Effect.flip(awaitTermination(active))
    assert.equal(error.reason?.constructor.name, "SparkContextStopped")
  }))

test("a second context runs on the SparkContext of the first, with its own zero time", () =>
  Effect.gen(function* () {
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const first = yield* start(yield* make, [recording(source([[1], [2]]), seen)])
    yield* Testing.advance(first, 2)
    yield* stop(first, { stopSparkContext: false })
    yield* pass(700)
    const second = yield* start(yield* make, [recording(source([[3], [4]]), seen)])
    yield* pass(1300)
    yield* stop(second)
    assert.deepEqual(seen, [[1000, [1]], [2000, [2]], [3000, [3]], [4000, [4]]])
  }))

test("after stop() nothing runs: no ticks, no jobs, no receivers", () =>
  Effect.gen(function* () {
    const { stream, store } = pushed<number>()
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const active = yield* start(yield* make, [recording(stream, seen)])
    yield* Testing.advance(active)
    yield* stop(active)
    const late = yield* Effect.forkChild(store().one(1), { startImmediately: true })
    yield* pass(5000)
    assert.deepEqual(seen, [[1000, []]])
    assert.equal(Fiber.isFiber(late), true)
  }))

test("stop() interrupts a running job and does not commit its batch", () =>
  Effect.gen(function* () {
    const committed: Array<number> = []
    let interrupted = 0
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, [
      DStream.foreachRDD(
        source([[1]], { committed }),
        () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted++)),
      ),
    ])
    yield* pass(1500)
    yield* stop(active)
    yield* awaitTermination(active)
    assert.deepEqual([interrupted, committed], [1, []])
    assert.deepEqual(events.map(({ _tag }) => _tag).slice(-2), ["OutputOperationStarted", "StreamingStopped"])
  }))

for (const stopGracefully of [false, true]) {
  const how = stopGracefully ? "graceful" : "not graceful"
  const options = { stopGracefully, stopSparkContext: false }

  test(`stop() from inside foreachRDD (${how}) lets its job end and then stops the context`, () =>
    Effect.gen(function* () {
      let active: Active | undefined = undefined
      const committed: Array<number> = []
      const ran: Array<string> = []
      const outputs = [
        DStream.foreachRDD(source([[1, 2], [3]], { committed }), (rdd, { time }) =>
          Effect.gen(function* () {
            if (active === undefined) return
            const stopped = yield* stop(active, options)
            assert.equal(stopped.state, "Stopped")
            ran.push(`${time}: ${yield* RDD.count(rdd)}`)
          })),
      ] as const
      active = yield* start(yield* make, outputs)
      yield* pass(1000)
      yield* awaitTermination(active)
      assert.equal(yield* getState(active), "Stopped")
      assert.deepEqual([ran, committed], [["1000: 2"], [0]])
    }))

  test(`stop() from inside a listener (${how}) does not wait for itself`, () =>
    Effect.gen(function* () {
      const ssc = yield* make
      let active: Active | undefined = undefined
      let after = false
      yield* StreamingContext.addStreamingListener(ssc, (event) =>
        active === undefined || event._tag !== "BatchCompleted" ? Effect.void : Effect.andThen(
          stop(active, options),
          Effect.sync(() => {
            after = true
          }),
        ))
      active = yield* start(ssc, [discard(Testing.input([[1]]))])
      yield* pass(1000)
      yield* awaitTermination(active)
      assert.deepEqual([after, yield* getState(ssc)], [true, "Stopped"])
    }))

  test(`stop() from inside a transform (${how}) does not wait for itself`, () =>
    Effect.gen(function* () {
      let active: Active | undefined = undefined
      const transformed = Testing.input([[1]]).pipe(
        DStream.transform((rdd) => active === undefined ? rdd : Effect.as(stop(active, options), rdd)),
      )
      active = yield* start(yield* make, [DStream.foreachRDD(transformed, () => Effect.void)])
      yield* pass(1000)
      yield* awaitTermination(active)
      assert.equal(yield* getState(active), "Stopped")
    }))

  test(`stop() from inside a receiver (${how}) does not wait for itself`, () =>
    Effect.gen(function* () {
      let active: Active | undefined = undefined
      const stream = DStream.receiverStream(Receiver.make({
        name: "Stop",
        onStart: (store: Receiver.Store<number>) =>
          Effect.gen(function* () {
            yield* Effect.sleep(500)
            yield* store.one(1)
            if (active !== undefined) yield* stop(active, options)
          }),
      }))
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      active = yield* start(yield* make, [recording(stream, seen)])
      yield* pass(1000)
      yield* awaitTermination(active)
      assert.equal(yield* getState(active), "Stopped")
      assert.deepEqual(seen, stopGracefully ? [[1000, [1]]] : [])
    }))

  test(`stop() from inside a dead letter's handler (${how}) does not wait for itself`, () =>
    Effect.gen(function* () {
      let active: Active | undefined = undefined
      const handler = () => active === undefined ? Effect.void : Effect.asVoid(stop(active, options))
      const output = DStream.onFailure(
        DStream.foreachRDD(source([[1]]), () => Effect.fail("no")),
        OutputPolicy.deadLetter(handler),
      )
      active = yield* start(yield* make, [output])
      yield* pass(1000)
      yield* awaitTermination(active)
      assert.equal(yield* getState(active), "Stopped")
    }))
}

test("several fibers can stop a context at the same time; all of them wait until it has stopped", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const active = yield* start(ssc, [discard(Testing.input([[1]]))])
    const states = yield* Effect.forEach(
      [true, false, true],
      (stopGracefully) => Effect.andThen(stop(active, { stopGracefully }), getState(ssc)),
      { concurrency: "unbounded" },
    )
    assert.deepEqual(states, ["Stopped", "Stopped", "Stopped"])
  }))

test("a graceful stop makes batches of all stored records, and waits until they have ended", () =>
  Effect.gen(function* () {
    const { stream, push } = pushed<number>()
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const slow = DStream.foreachRDD(stream, (rdd, { time }) =>
      Effect.gen(function* () {
        yield* Effect.sleep(1700)
        seen.push([time, yield* RDD.collect(rdd)])
      }))
    const active = yield* start(yield* make, [slow])
    yield* push(1)
    yield* pass(1100)
    yield* push(2)
    yield* pass(850)
    yield* push(3)
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }), { startImmediately: true })
    yield* pass(300)
    assert.deepEqual(seen, [])
    assert.equal(yield* getState(active), "Active")
    yield* pass(5000)
    yield* Fiber.join(stopping)
    assert.deepEqual(seen, [[1000, [1]], [2000, [2, 3]]])
    yield* awaitTermination(active)
  }))

test("closing the scope stops gracefully with stopGracefullyOnShutdown", () =>
  Effect.gen(function* () {
    const isLost = yield* Effect.forEach([true, false], (stopGracefullyOnShutdown) =>
      Effect.gen(function* () {
        const { stream, push } = pushed<number>()
        const seen: Array<readonly [number, ReadonlyArray<number>]> = []
        const scope = yield* Scope.make()
        const ssc = yield* makeWith({ stopGracefullyOnShutdown })
        yield* Scope.provide(start(ssc, [recording(stream, seen)]), scope)
        yield* push(1)
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
        yield* pass(3000)
        yield* Fiber.join(closing)
        return seen.length === 0
      }))
    assert.deepEqual(isLost, [false, true])
  }))

test("a graceful stop does not lose a batch that is being evaluated", () =>
  Effect.gen(function* () {
    const { stream, push } = pushed<number>()
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const slow = DStream.transform(stream, (rdd) => Effect.as(Effect.sleep(400), rdd))
    const active = yield* start(yield* make, [recording(slow, seen)])
    yield* push(1)
    yield* pass(1200)
    assert.deepEqual(seen, [])
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }), { startImmediately: true })
    yield* pass(3000)
    yield* Fiber.join(stopping)
    assert.deepEqual(seen, [[1000, [1]]])
  }))

test("a graceful stop ends after gracefulStopTimeout: it interrupts the job, and the context is Stopped", () =>
  Effect.gen(function* () {
    let interrupted = 0
    const never = DStream.foreachRDD(
      Testing.input([[1]]),
      () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted++)),
    )
    const active = yield* start(yield* makeWith({ gracefulStopTimeout: "3 seconds" }), [never])
    yield* pass(1500)
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }), { startImmediately: true })
    yield* pass(2900)
    assert.deepEqual([yield* getState(active), interrupted], ["Active", 0])
    yield* pass(200)
    assert.deepEqual([yield* getState(active), interrupted], ["Stopped", 1])
    yield* Fiber.join(stopping)
  }))

test("a graceful stop ends when a remaining batch fails, and awaitTermination() fails with the reason", () =>
  Effect.gen(function* () {
    const { stream, push } = pushed<number>()
    const active = yield* start(yield* make, [
      DStream.foreachRDD(stream, (_, { time }) => time < 2000 ? Effect.sleep(1500) : Effect.fail("second")),
    ])
    yield* pass(1900)
    yield* push(1)
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }), { startImmediately: true })
    yield* pass(2000)
    yield* Fiber.join(stopping)
    const error = yield* Effect.flip(awaitTermination(active))
    assert.equal(error.reason, "second")
  }))

test("stop() waits at most two seconds for a listener that never returns", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    yield* StreamingContext.addStreamingListener(ssc, () => Effect.never)
    const active = yield* start(ssc, [discard(Testing.input([[1]]))])
    yield* Testing.advance(active)
    const stopping = yield* Effect.forkChild(stop(active), { startImmediately: true })
    yield* pass(2000)
    yield* Fiber.join(stopping)
    assert.equal(yield* getState(ssc), "Stopped")
  }))

for (const stopGracefully of [true, false]) {
  test(
    `stop() does not wait forever for a receiver whose onStop never returns (${
      stopGracefully ? "graceful" : "not graceful"
    })`,
    () =>
      Effect.gen(function* () {
        const stuck = Receiver.make({
          name: "Stuck",
          onStart: (store: Receiver.Store<number>) => store.one(1),
          onStop: Effect.never,
        })
        const seen: Array<readonly [number, ReadonlyArray<number>]> = []
        const ssc = yield* makeWith({ gracefulStopTimeout: "3 seconds" })
        const active = yield* start(ssc, [recording(DStream.receiverStream(stuck), seen)])
        const stopping = yield* Effect.forkChild(stop(active, { stopGracefully }), { startImmediately: true })
        yield* pass(2900)
        assert.equal(stopping.pollUnsafe(), undefined)
        yield* pass(8000)
        assert.equal(stopping.pollUnsafe()?._tag, "Success")
        assert.equal(yield* getState(active), "Stopped")
      }),
  )
}

test("closing the scope of start() does not wait forever for a receiver whose finalizer never returns", () =>
  Effect.gen(function* () {
    const stuck = Receiver.make({
      name: "Stuck",
      onStart: (_: Receiver.Store<number>) => Effect.addFinalizer(() => Effect.never),
    })
    const ssc = yield* make
    const running = Effect.scoped(start(ssc, [discard(DStream.receiverStream(stuck))]))
    const fiber = yield* Effect.forkChild(running, { startImmediately: true })
    yield* pass(21_000)
    assert.equal(fiber.pollUnsafe()?._tag, "Success")
    assert.equal(yield* getState(ssc), "Stopped")
  }))

test("stop() does not interrupt a commit: all inputs commit", () =>
  Effect.gen(function* () {
    const committed: Array<string> = []
    const commit = (name: string) => () =>
      Effect.andThen(Effect.sleep(500), Effect.sync(() => void committed.push(name)))
    const outputs = [discard(source([[1]], { commit: commit("a") })), discard(source([[1]], { commit: commit("b") }))]
    const { ssc, events } = yield* observed()
    const active = yield* start(ssc, outputs as [typeof outputs[0]])
    yield* pass(1200)
    const stopping = yield* Effect.forkChild(stop(active), { startImmediately: true })
    yield* pass(300)
    assert.deepEqual([committed, stopping.pollUnsafe()], [["a"], undefined])
    yield* pass(500)
    assert.equal(stopping.pollUnsafe()?._tag, "Success")
    assert.deepEqual(committed, ["a", "b"])
    assert.equal(events.some(({ _tag }) => _tag === "BatchCompleted"), true)
  }))

test("after stop() in a job, no pending batch starts", () =>
  Effect.gen(function* () {
    const ran: Array<number> = []
    const { ssc } = yield* observed()
    const output = DStream.foreachRDD(source([[1], [2], [3]]), (_, { time }) =>
      Effect.gen(function* () {
        ran.push(time)
        if (time > 1000) return
        yield* Effect.sleep(2500)
        yield* stop(active)
      }))
    const active: StreamingContext.StreamingContext<"Active", unknown> = yield* start(ssc, [output])
    yield* pass(6000)
    yield* awaitTermination(active)
    assert.deepEqual(ran, [1000])
  }))

test("a stop from inside a job does not cut a graceful stop short that has begun", () =>
  Effect.gen(function* () {
    const ran: Array<number> = []
    const { ssc } = yield* observed()
    const output = DStream.foreachRDD(source([[1], [2], [3]]), (_, { time }) =>
      Effect.gen(function* () {
        yield* Effect.sleep(2500)
        if (time === 1000) yield* stop(active)
        ran.push(time)
      }))
    const active: Active = yield* start(ssc, [output])
    yield* pass(3200)
    const stopping = yield* Effect.forkChild(stop(active, { stopGracefully: true }))
    yield* pass(6000)
    assert.deepEqual(ran, [1000, 2000, 3000])
    assert.equal(stopping.pollUnsafe()?._tag, "Success")
  }))
