import assert from "node:assert/strict"
import { growth } from "../growth.ts"

/** How a receiver can wait: what `onStart` runs, with `store` and `waited` in scope. */
const waits: Readonly<Record<string, string>> = {
  "Effect.forever": `Effect.forever(Effect.andThen(store.one(1), Effect.andThen(Effect.yieldNow, waited)))`,
  "Effect.repeat":
    `Effect.repeat(Effect.andThen(Effect.sleep(0), Effect.andThen(store.one(1), waited)), { until: () => false })`,
  "a Stream that emits nothing":
    `Stream.runDrain(Stream.filter(Stream.fromEffectRepeat(Effect.andThen(Effect.yieldNow, waited)), () => false))`,
  "a Promise":
    `Effect.forever(Effect.andThen(Effect.promise(() => new Promise((done) => setImmediate(done))), waited))`,
}

const running = (onStart: string) => `
  import { setImmediate } from "node:timers"
  import { DStream, RDD, Receiver, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
  import { Effect, Logger, Stream } from "effect"
  const receiver = Receiver.make({ name: "Waiting", onStart: (store) => ${onStart} })
  const output = DStream.foreachRDD(DStream.receiverStream(receiver), (rdd) => RDD.count(rdd))
  const program = Effect.gen(function* () {
    yield* StreamingContext.awaitTermination(yield* StreamingContext.start(yield* StreamingContext.make, [output]))
  })
  Effect.runFork(Effect.scoped(program).pipe(
    Effect.provide(Scheduler.layer("100 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "test" })),
    Effect.provide(Logger.layer([])),
  ))`

/** A wait that leaks leaves 1 kB. Records that wait for the next batch take far less, also on a busy machine. */
const assertFlat = async (program: string): Promise<void> => {
  const bytes = await growth(program, { warmUp: 5_000, waits: 50_000 })
  assert.ok(bytes < 400, `each wait leaves ${bytes} bytes`)
}

for (const [how, onStart] of Object.entries(waits)) {
  Deno.test(`a receiver waits any number of times in constant memory: ${how}`, async () => {
    await assertFlat(running(onStart))
  })
}

Deno.test("a stream of an Effect Stream waits any number of times in constant memory", async () => {
  const stream = `DStream.fromStream(Stream.fromEffectRepeat(Effect.andThen(Effect.yieldNow, waited)))`
  const program = running("Effect.never").replace("DStream.receiverStream(receiver)", stream)
  await assertFlat(program)
})
