import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as DStream from "../../lib/dstream.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { discard, inVirtualTime, pass, pushed, source, test } from "./support.ts"

const { awaitTerminationOrTimeout, getActive, getActiveOrCreate, getState, make, remember, start, stop } =
  StreamingContext

const output = () => DStream.foreachRDD(Testing.input([[1]]), () => Effect.void)

/** A handle as untyped code can use it: with any state. */
const untyped = (ssc: StreamingContext.StreamingContext<StreamingContext.State, unknown>) =>
  ssc as unknown as StreamingContext.StreamingContext<"Initialized">

test("a context goes from Initialized to Active to Stopped, and each handle has the state at which it was made", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    assert.equal(yield* getState(ssc), "Initialized")
    const active = yield* start(ssc, [output()])
    assert.equal(yield* getState(ssc), "Active")
    const stopped = yield* stop(active)
    assert.equal(yield* getState(ssc), "Stopped")
    assert.deepEqual([ssc.state, active.state, stopped.state], ["Initialized", "Active", "Stopped"])
  }))

test("start() of a started context fails with AlreadyStarted, which has the place of the first start", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const active = yield* start(ssc, [output()])
    for (const handle of [ssc, untyped(active)]) {
      const error = yield* Effect.flip(start(handle, [output()]))
      assert.equal(error._tag, "AlreadyStarted")
      assert.match(error.message, /already been started at lifecycle_test\.ts:\d+:\d+/)
    }
    assert.equal(yield* getState(ssc), "Active")
  }))

test("start() of a stopped context fails with AlreadyStopped, whether or not it was ever started", () =>
  Effect.gen(function* () {
    const never = yield* make
    yield* stop(never, { stopSparkContext: false })
    const once = yield* make
    yield* stop(yield* start(once, [output()]), { stopSparkContext: false })
    for (const ssc of [never, once]) {
      const error = yield* Effect.flip(start(ssc, [output()]))
      assert.equal(error._tag, "AlreadyStopped")
      assert.equal(yield* getState(ssc), "Stopped")
    }
  }))

test("a second context fails with AnotherContextActive, stays Initialized, and can start when the first has stopped", () =>
  Effect.gen(function* () {
    const first = yield* make
    const second = yield* make
    const active = yield* start(first, [output()])
    const error = yield* Effect.flip(start(second, [output()]))
    assert.equal(error._tag, "AnotherContextActive")
    assert.match(error.message, /Currently running StreamingContext was started at lifecycle_test\.ts:\d+/)
    assert.equal(yield* getState(second), "Initialized")
    yield* stop(active, { stopSparkContext: false })
    const next = yield* start(second, [output()])
    assert.equal(yield* getState(second), "Active")
    assert.deepEqual(yield* Testing.advance(next), ["completed"])
  }))

test("contexts with separate registries can be active at the same time", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    yield* start(ssc, [output()])
    const other = Effect.gen(function* () {
      assert.deepEqual(yield* getActive, Option.none())
      yield* start(yield* make, [output()])
    })
    yield* Effect.scoped(other).pipe(Effect.provideService(StreamingContext.Registry, { active: undefined }))
    assert.equal(yield* getState(ssc), "Active")
  }))

/** Returns the log messages of a program that starts a context and then runs `body`. */
const warnings = (
  body: (active: StreamingContext.StreamingContext<"Active">) => Effect.Effect<unknown, unknown, Scope.Scope>,
) =>
  Effect.gen(function* () {
    const messages: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void messages.push(String(message)))
    const program = Effect.flatMap(make, (ssc) => Effect.flatMap(start(ssc, [output()]), body))
    yield* Effect.exit(Effect.scoped(program)).pipe(Effect.provide(Logger.layer([logger])))
    return messages
  })

test("a program that ends right after start() is warned; a program that waits, stops the context or fails is not", () =>
  Effect.gen(function* () {
    const [message] = yield* warnings(() => Effect.void)
    assert.match(message ?? "", /^The streaming context stopped before its first batch, .*awaitTermination\(active\)$/)
    assert.deepEqual(yield* warnings((active) => awaitTerminationOrTimeout(active, 0)), [])
    assert.deepEqual(yield* warnings((active) => stop(active, { stopSparkContext: false })), [])
    assert.deepEqual(yield* warnings(() => Effect.fail("on purpose")), [])
    assert.deepEqual(yield* warnings((active) => Testing.advance(active)), [])
  }))

test("start() without outputs, which untyped code can call, fails with InvalidGraph, and the context is Stopped", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const error = yield* Effect.flip(start(ssc, [] as never))
    assert.equal((error as { _tag: string })._tag, "InvalidGraph")
    assert.match((error as Error).message, /No output operations registered, so nothing to execute/)
    assert.equal(yield* getState(ssc), "Stopped")
    assert.deepEqual(yield* getActive, Option.none())
    assert.equal((yield* Effect.flip(start(ssc, [output()])))._tag, "AlreadyStopped")
  }))

test("start() fails if an input fails to open; the context is Stopped, and the SparkContext can be used again", () =>
  Effect.gen(function* () {
    const broken = DStream.fromPositions<number, number, string, never, string, never>(
      "broken",
      "Broken",
      Effect.fail("no such topic"),
    )
    const ssc = yield* make
    const released: Array<string> = []
    const opened = DStream.fromPositions(
      "opened",
      "Opened",
      Effect.acquireRelease(
        Effect.succeed({ plan: () => Effect.succeedNone, read: () => Effect.die("never") }),
        () => Effect.sync(() => void released.push("opened")),
      ),
    )
    const discard = <A, E>(stream: DStream.DStream<A, E>) => DStream.foreachRDD(stream, () => Effect.void)
    assert.equal(yield* Effect.flip(start(ssc, [discard(opened), discard(broken)])), "no such topic")
    assert.equal(yield* getState(ssc), "Stopped")
    assert.deepEqual(released, ["opened"])
    assert.deepEqual(yield* getActive, Option.none())
    const next = yield* start(yield* make, [output()])
    assert.deepEqual(yield* Testing.advance(next), ["completed"])
  }))

test("stop() while start() opens inputs makes start() fail with AlreadyStopped", () =>
  Effect.gen(function* () {
    const slow = DStream.fromPositions(
      "slow",
      "Slow",
      Effect.as(Effect.sleep("1 minute"), { plan: () => Effect.succeedNone, read: () => Effect.die("never") }),
    )
    const ssc = yield* make
    const starting = yield* Effect.forkChild(Effect.flip(start(ssc, [DStream.foreachRDD(slow, () => Effect.void)])), {
      startImmediately: true,
    })
    yield* stop(ssc, { stopSparkContext: false })
    assert.equal(yield* getState(ssc), "Stopped")
    yield* Effect.andThen(Effect.yieldNow, TestClock.adjust("1 minute"))
    const { _tag } = yield* Fiber.join(starting)
    assert.equal(_tag, "AlreadyStopped")
    assert.equal(yield* getState(ssc), "Stopped")
    assert.deepEqual(yield* getActive, Option.none())
  }))

test("remember() can be called once, and only before the context has been started or stopped", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    yield* remember(ssc, "5 seconds")
    const twice = yield* Effect.flip(remember(ssc, "6 seconds"))
    assert.equal(twice._tag, "RememberAlreadySet")
    assert.equal(twice.message, "Remember duration already set as 5000 ms. Cannot set it again.")
    const started = yield* make
    const active = yield* start(started, [output()])
    assert.equal((yield* Effect.flip(remember(started, "5 seconds")))._tag, "AlreadyStarted")
    yield* stop(active)
    assert.equal((yield* Effect.flip(remember(started, "5 seconds")))._tag, "AlreadyStopped")
    assert.equal((yield* Effect.flip(remember(yield* make, 0)))._tag, "InvalidOption")
  }))

test("getActive returns the context between start and stop; getActiveOrCreate creates one only if none is active", () =>
  Effect.gen(function* () {
    let created = 0
    const creating = Effect.tap(make, () => Effect.sync(() => created++))
    const ssc = yield* getActiveOrCreate(creating)
    assert.deepEqual([created, ssc.state], [1, "Initialized"])
    assert.deepEqual(yield* getActive, Option.none())
    const active = yield* start(yield* make, [output()])
    assert.deepEqual(yield* getActive, Option.some(active))
    assert.equal(yield* getActiveOrCreate(creating), active)
    assert.equal(created, 1)
    yield* stop(active)
    assert.deepEqual(yield* getActive, Option.none())
  }))

test("closing the scope of start() stops the context and its receivers, but not the SparkContext", () =>
  Effect.gen(function* () {
    const { stream, push } = pushed<number>()
    const ssc = yield* make
    const scope = yield* Scope.make()
    yield* start(ssc, [DStream.foreachRDD(stream, () => Effect.void)]).pipe(Scope.provide(scope))
    yield* push(1)
    yield* Scope.close(scope, Exit.void)
    assert.equal(yield* getState(ssc), "Stopped")
    assert.deepEqual(yield* getActive, Option.none())
    const next = yield* start(yield* make, [output()])
    assert.deepEqual(yield* Testing.advance(next), ["completed"])
  }))

Deno.test("interrupting the program stops its context", async () => {
  let state: StreamingContext.State | undefined
  await inVirtualTime(Effect.gen(function* () {
    const ssc = yield* make
    const program = Effect.scoped(Effect.flatMap(start(ssc, [output()]), StreamingContext.awaitTermination))
    const fiber = yield* Effect.forkChild(program, { startImmediately: true })
    yield* Effect.yieldNow
    assert.equal(yield* getState(ssc), "Active")
    yield* Fiber.interrupt(fiber)
    state = yield* getState(ssc)
  }))
  assert.equal(state, "Stopped")
})

test("awaitTermination() waits until the context has stopped, in any fiber; slice() before the start fails with NotStarted", () =>
  Effect.gen(function* () {
    const ssc = yield* make
    const none = yield* Effect.flip(StreamingContext.slice(untyped(ssc) as never, Testing.input([[1]]), 0, 0))
    assert.equal(none._tag, "NotStarted")
    const active = yield* start(ssc, [output()])
    const waiting = yield* Effect.forkChild(StreamingContext.awaitTermination(active), { startImmediately: true })
    yield* Testing.advance(active, 3)
    assert.equal(waiting.pollUnsafe(), undefined)
    const stopped = yield* stop(active)
    yield* Fiber.join(waiting)
    yield* StreamingContext.awaitTermination(active)
    yield* StreamingContext.awaitTermination(stopped)
    assert.equal(yield* StreamingContext.awaitTerminationOrTimeout(stopped, "1 second"), true)
  }))

test("awaitTerminationOrTimeout() returns false after the timeout, and the context continues", () =>
  Effect.gen(function* () {
    const active = yield* start(yield* make, [output()])
    const waiting = yield* Effect.forkChild(StreamingContext.awaitTerminationOrTimeout(active, 1500), {
      startImmediately: true,
    })
    yield* Testing.advance(active, 2)
    assert.equal(yield* Fiber.join(waiting), false)
    assert.deepEqual(yield* Testing.advance(active), ["completed"])
  }))

test("a start() that is interrupted while inputs open leaves no active context behind", () =>
  Effect.gen(function* () {
    let closed = 0
    const open = Effect.andThen(Effect.addFinalizer(() => Effect.sync(() => closed++)), Effect.never)
    const ssc = yield* make
    const starting = yield* Effect.forkChild(
      start(ssc, [
        discard(DStream.fromPositions<number, number, never, never, never, Scope.Scope>("never", "Never", open)),
      ]),
      { startImmediately: true },
    )
    yield* pass(100)
    yield* Fiber.interrupt(starting)
    assert.deepEqual([closed, yield* getState(ssc), Option.isNone(yield* getActive)], [1, "Stopped", true])
    yield* start(yield* make, [discard(source([[1]]))])
  }))
