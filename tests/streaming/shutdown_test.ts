import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import * as SparkContext from "../../lib/spark_context.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"

const { Registry } = StreamingContext

/** A sink that only works while its layer is open. */
class Sink extends Context.Service<Sink, { readonly write: (records: number) => Effect.Effect<void, "closed"> }>()(
  "test/Sink",
) {}

/** A program that receives and writes, what it has received and written, and the log messages. */
const counting = (settings: StreamingContext.Settings) => {
  const counts = { made: 0, written: 0 }
  const messages: Array<string> = []
  const source = Receiver.make({
    name: "Counter",
    onStart: (store: Receiver.Store<number>) =>
      Effect.forever(Effect.andThen(Effect.suspend(() => store.one(++counts.made)), Effect.sleep("3 millis"))),
  })
  const output = DStream.foreachRDD(
    DStream.receiverStream(source),
    (rdd) => Effect.flatMap(RDD.count(rdd), (records) => Effect.flatMap(Sink, (sink) => sink.write(records))),
  )
  const sink = Layer.effect(
    Sink,
    Effect.gen(function* () {
      let isOpen = true
      yield* Effect.addFinalizer(() => Effect.sync(() => isOpen = false))
      const write = (records: number) =>
        Effect.suspend(() =>
          isOpen ? Effect.sync(() => void (counts.written += records)) : Effect.fail("closed" as const)
        )
      return { write }
    }),
  )
  const started = Effect.flatMap(StreamingContext.makeWith(settings), (ssc) => StreamingContext.start(ssc, [output]))
  const surroundings = Layer.mergeAll(
    Scheduler.layer("60 millis"),
    Logger.layer([Logger.make(({ logLevel, message }) => void messages.push(`${logLevel} ${message}`))]),
    Layer.succeed(Registry, { active: undefined }),
  )
  const spark = SparkContext.layer({ master: "local[2]", appName: "test" })
  return { counts, messages, sink, spark, started, surroundings }
}

/** Waits until something has been written and something more is received. */
const untilBusy = (counts: { readonly made: number; readonly written: number }): Effect.Effect<void> =>
  Effect.suspend(() =>
    counts.written > 0 && counts.made > counts.written
      ? Effect.void
      : Effect.andThen(Effect.sleep(5), untilBusy(counts))
  )

type Counting = ReturnType<typeof counting>
type Awaited = Effect.Effect<void, unknown, Scope.Scope | Sink | Scheduler.Scheduler | SparkContext.SparkContext>

const awaited = ({ started }: Counting) => Effect.flatMap(started, StreamingContext.awaitTermination) as Awaited
/** Waits again and again, each time a little. */
const polling = ({ started }: Counting) =>
  Effect.gen(function* () {
    const active = yield* started
    while (!(yield* StreamingContext.awaitTerminationOrTimeout(active, 10)));
  }) as Awaited
const busy = ({ counts, started }: Counting) => Effect.andThen(started, untilBusy(counts)) as Awaited

/** Interrupts a program while records wait to be processed. */
const interrupted = ({ counts }: Counting, program: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(program)
    yield* untilBusy(counts)
    yield* Fiber.interrupt(fiber)
  })

const shapes: Readonly<Record<string, (it: Counting) => Effect.Effect<unknown, unknown>>> = {
  "the scope, then the layers, by an interruption": (it) =>
    interrupted(it, Effect.scoped(awaited(it)).pipe(Effect.provide(it.sink), Effect.provide(it.spark), around(it))),
  "the SparkContext, then the scope, by an interruption": (it) =>
    interrupted(
      it,
      Effect.scoped(awaited(it).pipe(Effect.provide(it.spark))).pipe(Effect.provide(it.sink), around(it)),
    ),
  "the services of the outputs, then the SparkContext and the scope, by an interruption": (it) =>
    interrupted(
      it,
      Effect.scoped(awaited(it).pipe(Effect.provide(it.sink), Effect.provide(it.spark))).pipe(around(it)),
    ),
  "the services of the outputs first, by an interruption of a wait with a time limit": (it) =>
    interrupted(
      it,
      Effect.scoped(polling(it).pipe(Effect.provide(it.sink), Effect.provide(it.spark))).pipe(around(it)),
    ),
  "the SparkContext, then the scope, at the end of the program": (it) =>
    Effect.scoped(busy(it).pipe(Effect.provide(it.spark))).pipe(Effect.provide(it.sink), around(it)),
  "the scope, then the layers, at the end of the program": (it) =>
    Effect.scoped(busy(it)).pipe(Effect.provide(it.sink), Effect.provide(it.spark), around(it)),
}

const around = ({ surroundings }: Counting) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E> =>
  Effect.provide(self, surroundings) as Effect.Effect<A, E>

for (const [order, shape] of Object.entries(shapes)) {
  Deno.test(`a context that stops gracefully at shutdown processes everything received: ${order}`, async () => {
    const it = counting({ stopGracefullyOnShutdown: true })
    await Effect.runPromise(shape(it))
    assert.ok(it.counts.made > 0)
    assert.equal(it.counts.written, it.counts.made)
    assert.deepEqual(it.messages.filter((message) => !message.startsWith("Info")), [])
  })
}

Deno.test("a context that does not stop gracefully at shutdown stops before the SparkContext does, without errors", async () => {
  const it = counting({})
  await Effect.runPromise(
    shapes["the SparkContext, then the scope, by an interruption"]?.(it) ?? Effect.die("no shape"),
  )
  assert.deepEqual(it.messages.filter((message) => !message.startsWith("Info")), [])
})

const program = (settings: string) => `
  import { DStream, RDD, Receiver, runMain, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
  import { Console, Context, Effect, Layer } from "effect"
  let made = 0, seen = 0, isOpen = false
  const source = Receiver.make({
    name: "Counter",
    onStart: (store) => Effect.forever(Effect.andThen(Effect.suspend(() => store.one(++made)), Effect.sleep("5 millis"))),
  })
  const open = Layer.effectDiscard(Effect.acquireRelease(
    Effect.sync(() => { isOpen = true }), () => Effect.sync(() => { isOpen = false })))
  const output = DStream.foreachRDD(DStream.receiverStream(source), (rdd) => Effect.gen(function* () {
    if (!isOpen) return yield* Effect.fail("closed")
    seen += yield* RDD.count(rdd)
    yield* Console.log("batch")
  }))
  const main = Effect.gen(function* () {
    yield* Effect.addFinalizer(() => Console.log("made " + made + ", seen " + seen))
    const active = yield* StreamingContext.start(yield* StreamingContext.makeWith(${settings}), [output])
    yield* StreamingContext.awaitTermination(active)
  })
  main.pipe(
    Effect.provide(open),
    Effect.provide(Scheduler.layer("150 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "test" })),
    runMain,
  )`

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const graceful of [true, false]) {
    const ends = graceful ? "processes everything received first" : "stops at once"
    Deno.test(`after ${signal} a program under runMain() ${ends}, and ends with code ${exitCode}`, async () => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["eval", program(`{ stopGracefullyOnShutdown: ${graceful} }`)],
        cwd: new URL("../../", import.meta.url),
        stdout: "piped",
        stderr: "piped",
      }).spawn()
      const stderr = new Response(child.stderr).text()
      let said = ""
      let batches = 0
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += text
        batches += text.split("batch").length - 1
        if (batches >= 2 && batches < Infinity) {
          child.kill(signal)
          batches = Infinity
        }
      }
      assert.equal((await child.status).code, exitCode)
      assert.equal(await stderr, "")
      const [, made, seen] = /made (\d+), seen (\d+)\n$/.exec(said) ?? []
      assert.ok(Number(seen) > 0)
      if (graceful) assert.equal(seen, made)
    })
  }
}
