import assert from "node:assert/strict"
import fc from "fast-check"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { make, type Receiver, type Store } from "../../lib/dstream/inputs/receiver.ts"
import { ReceiverFailed } from "../../lib/receiver/errors.ts"
import { type RunningReceiver, supervise, type SuperviseOptions } from "../../lib/receiver/supervisor.ts"
import { weigh } from "../../lib/core/weight.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
  Effect.runPromise(Effect.provide(Effect.scoped(effect), TestClock.layer()))

const setup = Effect.fnUntraced(function* <R = never>(
  onStart: (store: Store<unknown>, log: Array<string>) => Effect.Effect<void, unknown, R | Scope.Scope>,
  options: Partial<SuperviseOptions> & Partial<Pick<Receiver<unknown>, "onStop">> = {},
) {
  const log: Array<string> = []
  const note = (text: string) => Effect.sync(() => void log.push(text))
  const stores: Array<Store<unknown>> = []
  const receiver = make({
    name: "Test",
    onStart: (store: Store<unknown>) =>
      Effect.suspend(() => {
        stores.push(store)
        return onStart(store, log)
      }),
    onStop: options.onStop ?? note("onStop"),
  })
  const running = yield* supervise(receiver as Receiver<unknown, unknown, Exclude<R, Scope.Scope>>, {
    streamId: 3,
    name: "Test stream [3]",
    events: {
      started: note("started"),
      error: (message, error) => note(`error ${message}: ${error}`),
      stopped: (message, error) => note(`stopped ${message}${error === undefined ? "" : `: ${error}`}`),
    },
    ...options,
  })
  const store = () => stores.at(-1) ?? assert.fail("not started")
  const taken = Effect.map(running.take, (blocks) => blocks.map(({ block }) => block?.records))
  return { running, log, note, store, stores, taken }
})

Deno.test("supervise() starts the receiver, and stop ends its fibers first and runs onStop last", () =>
  run(Effect.gen(function* () {
    const { running, log } = yield* setup((_, log) =>
      Effect.gen(function* () {
        log.push("onStart")
        yield* Effect.addFinalizer(() => Effect.sync(() => log.push("finalizer")))
        yield* Effect.forkScoped(Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push("fiber"))), {
          startImmediately: true,
        })
      })
    )
    assert.deepEqual(log, ["started", "onStart"])
    yield* running.stop
    yield* running.stop
    assert.deepEqual(log.slice(2), ["fiber", "finalizer", "onStop", "stopped Stopped by driver"])
    assert.equal(Deferred.isDoneUnsafe(running.failure), false)
  })))

Deno.test("supervise() stops the receiver when its scope closes", () =>
  run(Effect.gen(function* () {
    const scope = Scope.makeUnsafe()
    const { log } = yield* Scope.provide(setup(() => Effect.never), scope)
    yield* Scope.close(scope, Exit.void)
    assert.deepEqual(log, ["started", "onStop", "stopped Stopped by driver"])
  })))

Deno.test("a failing onStart, typed or not, restarts the receiver after the delay every time", () =>
  run(Effect.gen(function* () {
    const ways = [
      () => Effect.fail("typed"),
      () => Effect.die("defect"),
      (): Effect.Effect<void> => {
        throw "thrown"
      },
      () => Effect.never,
    ]
    const { log } = yield* setup(() => (ways.shift() ?? assert.fail())())
    const once = (error: string) => [
      "started",
      `error Error starting receiver 3: ${error}`,
      "onStop",
      `stopped Restarting receiver with delay 2000 ms: Error starting receiver 3: ${error}`,
    ]
    yield* TestClock.adjust("1999 millis")
    assert.deepEqual(log, once("typed"))
    yield* TestClock.adjust("1 millis")
    yield* TestClock.adjust("1 hour")
    assert.deepEqual(log, [...once("typed"), ...once("defect"), ...once("thrown"), "started"])
  })))

Deno.test("store.restart() returns at once, counts once, uses its own delay, and reports only errors that it is given", () =>
  run(Effect.gen(function* () {
    const { log, store, stores } = yield* setup(() => Effect.never)
    const first = store()
    yield* first.restart("again", undefined, "5 seconds")
    yield* first.restart("and again", "error")
    yield* TestClock.adjust("4 seconds")
    yield* first.restart("still", "error")
    assert.deepEqual(log, ["started", "onStop", "stopped Restarting receiver with delay 5000 ms: again"])
    yield* TestClock.adjust("1 second")
    assert.equal(stores.length, 2)
    yield* first.restart("from an earlier start")
    yield* TestClock.adjust("1 hour")
    assert.equal(stores.length, 2)
  })))

Deno.test("store.stop() stops the receiver for good, also from inside onStart and during the restart delay", () =>
  run(Effect.gen(function* () {
    const inside = yield* setup((store) => Effect.andThen(store.stop("done"), Effect.never))
    yield* inside.running.stop
    assert.deepEqual(inside.log, ["started", "onStop", "stopped done"])

    const waiting = yield* setup(() => Effect.never)
    yield* waiting.store().restart("again")
    yield* TestClock.adjust("1 second")
    yield* waiting.store().stop("enough")
    yield* TestClock.adjust("1 hour")
    assert.deepEqual(waiting.log, [
      "started",
      "onStop",
      "stopped Restarting receiver with delay 2000 ms: again",
      "stopped enough",
    ])
  })))

Deno.test("store.stop() with an error fails with the stream's name, the message and the reason", () =>
  run(Effect.gen(function* () {
    const reason = new Error("no such topic")
    const { running, log } = yield* setup((store) => store.stop("Giving up", reason))
    const error = yield* Effect.flip(Deferred.await(running.failure))
    assert(error instanceof ReceiverFailed)
    assert.deepEqual([error._tag, error.streamId, error.streamName, error.reason], [
      "ReceiverFailed",
      3,
      "Test stream [3]",
      reason,
    ])
    assert.equal(error.message, "The receiver of Test stream [3] has stopped: Giving up: no such topic")
    assert.deepEqual(log, ["started", "onStop", "stopped Giving up: Error: no such topic"])
  })))

Deno.test("store.reportError() reports the error, and the receiver continues", () =>
  run(Effect.gen(function* () {
    const { log } = yield* setup((store) => store.reportError("odd", "reason"))
    yield* TestClock.adjust("1 hour")
    assert.deepEqual(log, ["started", "error odd: reason"])
  })))

Deno.test("a receiver stops although its onStop or its listeners die", () =>
  run(Effect.gen(function* () {
    const { running, log } = yield* setup(() => Effect.never, { onStop: Effect.die("broken") })
    yield* running.stop
    assert.deepEqual(log, ["started", "error Error stopping receiver: broken", "stopped Stopped by driver"])

    const dying = { started: Effect.die(1), error: () => Effect.die(2), stopped: () => Effect.die(3) }
    const deaf = yield* Effect.provideService(
      setup((store) => store.restart("again", "error"), { events: dying }),
      References.MinimumLogLevel,
      "None",
    )
    yield* TestClock.adjust("2 seconds")
    assert.equal(deaf.stores.length, 2)
    yield* deaf.running.stop
  })))

Deno.test("the open buffer becomes a block every block interval and on every cut", () =>
  run(Effect.gen(function* () {
    const { running, store, taken } = yield* setup(() => Effect.void)
    yield* store().one(1)
    yield* TestClock.adjust("199 millis")
    assert.equal(yield* running.waiting, 0)
    yield* TestClock.adjust("1 millis")
    assert.equal(yield* running.waiting, 1)
    yield* store().all([2, 3])
    yield* running.cut
    assert.equal(yield* running.waiting, 2)
    yield* TestClock.adjust("1 second")
    assert.deepEqual(yield* taken, [[1], [2, 3]])
    assert.equal(yield* running.waiting, 0)
  })))

Deno.test("a restart keeps the records in the buffer and in blocks", () =>
  run(Effect.gen(function* () {
    const { running, store, taken } = yield* setup(() => Effect.void)
    yield* store().block([1])
    yield* store().one(2)
    yield* store().restart("again")
    yield* TestClock.adjust("2 seconds")
    yield* store().one(3)
    yield* running.cut
    assert.deepEqual((yield* taken).flat(), [1, 2, 3])
  })))

Deno.test("storing waits while batches fall behind, and stop stores what waits", () =>
  run(Effect.gen(function* () {
    let stored = 0
    const { running } = yield* setup(
      (store) =>
        Effect.forever(Effect.suspend(() => Effect.andThen(store.one(stored), Effect.sync(() => stored++))), {
          disableYield: true,
        }),
      { capacity: 10 * weigh(0) },
    )
    const seen: Array<unknown> = []
    for (let batch = 1; batch <= 3; batch++) {
      yield* running.cut
      const blocks = yield* running.take
      seen.push(...blocks.flatMap(({ block }) => block?.records ?? []))
      assert.deepEqual([stored, seen.length], [10 * batch, 10 * batch])
      yield* TestClock.adjust("1 minute")
      assert.equal(stored, 10 * batch)
      if (batch < 3) yield* running.release(blocks)
    }
    yield* running.stop
    assert.equal((yield* running.take).flatMap(({ block }) => block?.records ?? [])[0], 30)
  })))

Deno.test("a receiver uses the services of the effect that runs it", () =>
  run(Effect.gen(function* () {
    const Name = Context.Reference<string>("tests/Name", { defaultValue: () => "default" })
    const { log } = yield* Effect.provideService(
      setup((_, log) => Effect.map(Name, (name) => void log.push(name))),
      Name,
      "provided",
    )
    assert.deepEqual(log, ["started", "provided"])
  })))

const command = fc.oneof(
  fc.constantFrom("fail" as const, "restart" as const, "store" as const),
  fc.constant("stop" as const),
  fc.record({ pass: fc.nat(3000) }),
)

Deno.test("supervise() follows the state machine of starts, restarts and stops without losing records", () =>
  fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 25 }), (commands) =>
    run(Effect.gen(function* () {
      let open = 0
      let failing: Deferred.Deferred<void, string> = Deferred.makeUnsafe()
      const { running, stores, store } = yield* setup(() => {
        failing = Deferred.makeUnsafe()
        const resource = Effect.acquireRelease(Effect.sync(() => open++), () => Effect.sync(() => open--))
        return Effect.andThen(resource, Deferred.await(failing))
      })
      let model: { kind: "running" | "stopped" } | { kind: "waiting"; left: number } = { kind: "running" }
      let starts = 1
      let stored = 0
      for (const command of commands) {
        if (command === "fail" || command === "restart") {
          yield* command === "fail" ? Deferred.fail(failing, "failed") : store().restart("again")
          if (model.kind === "running") model = { kind: "waiting", left: 2000 }
        } else if (command === "stop") {
          yield* stored % 2 === 0 ? running.stop : store().stop("done")
          model = { kind: "stopped" }
        } else if (command === "store") {
          if (model.kind !== "stopped") yield* store().one(stored++)
        } else {
          yield* TestClock.adjust(command.pass)
          if (model.kind === "waiting") {
            const left: number = model.left - command.pass
            if (left <= 0) starts++
            model = left <= 0 ? { kind: "running" } : { kind: "waiting", left }
          }
        }
        yield* TestClock.adjust(0)
        assert.deepEqual([stores.length, open], [starts, model.kind === "running" ? 1 : 0])
      }
      yield* running.stop
      assert.equal(open, 0)
      const records = (yield* running.take as RunningReceiver["take"]).flatMap(({ block }) => block?.records ?? [])
      assert.deepEqual(records, Array.from({ length: stored }, (_, i) => i))
    })))))

Deno.test("a restart delay of 0 waits 10 ms, so that a receiver that ends at once does not spin", () =>
  run(Effect.gen(function* () {
    const { stores, log } = yield* setup((store) => store.restart("again", undefined, 0))
    yield* TestClock.adjust("9 millis")
    assert.equal(stores.length, 1)
    yield* TestClock.adjust("91 millis")
    assert.equal(stores.length, 11)
    assert.equal(log[2], "stopped Restarting receiver with delay 10 ms: again")
  })))

Deno.test("stop stops waiting for an onStop or finalizer that never returns, and storing fails then", () =>
  run(Effect.provideService(
    Effect.gen(function* () {
      for (const stuck of ["onStop", "finalizer"]) {
        const { running, store, taken } = yield* setup(
          () => stuck === "finalizer" ? Effect.addFinalizer(() => Effect.never) : Effect.never,
          { onStop: stuck === "onStop" ? Effect.never : Effect.void },
        )
        yield* store().one(1)
        const stopping = yield* Effect.forkChild(running.stop, { startImmediately: true })
        yield* TestClock.adjust("9999 millis")
        assert.equal(stopping.pollUnsafe(), undefined)
        yield* TestClock.adjust("1 millis")
        assert.equal(stopping.pollUnsafe()?._tag, "Success")
        yield* running.stop
        const error = yield* Effect.flip(store().one(2))
        assert.deepEqual([error._tag, error.streamName], ["ReceiverStopped", "Test stream [3]"])
        assert.deepEqual(yield* taken, [[1]])
      }
    }),
    References.MinimumLogLevel,
    "None",
  )))
