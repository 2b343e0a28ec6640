/** The check of receivers passes receivers that keep their promise, and finds each way to break it. */
import assert from "node:assert/strict"
import { DStream, Receiver } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { lineServer } from "./line_server.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true }

Deno.test("checkReceiver() passes socketTextStream, which promises at most once", sanitizers, async () => {
  await using server = lineServer()
  await Effect.runPromise(Testing.checkReceiver({
    promises: "atMostOnce",
    stream: () => DStream.socketTextStream("127.0.0.1", server.port, { restartDelay: "20 millis" }),
    send: (numbers) => Effect.promise((signal) => server.send(numbers, signal)),
    numberOf: Number,
    cut: Effect.sync(server.cut),
    refuse: Effect.sync(server.refuse),
    accept: Effect.sync(server.accept),
    connections: Effect.sync(server.connections),
    // The buffers of the connection take more than a megabyte, and no batch has to take them.
    many: 1_000_000,
  }))
})

/** A sender in memory that keeps numbers until they are acknowledged, and sends what is not to each new connection. */
class Sender {
  kept: Array<number> = []
  open = new Set<Deferred.Deferred<void>>()
  isThere = true

  /** A connection, which breaks by `cut`. `next` gives what was not given on this connection. */
  readonly connect = Effect.gen({ self: this }, function* () {
    if (!this.isThere) return yield* Effect.fail("refused")
    const broken = Deferred.makeUnsafe<void>()
    yield* Effect.acquireRelease(
      Effect.sync(() => this.open.add(broken)),
      () => Effect.sync(() => this.open.delete(broken)),
    )
    let given = -1
    const next = Effect.gen({ self: this }, function* () {
      while (true) {
        if (Deferred.isDoneUnsafe(broken)) return yield* Effect.fail("broken")
        const numbers = this.kept.filter((number) => number > given).slice(0, 300)
        if (numbers.length > 0) {
          given = numbers.at(-1)!
          return numbers
        }
        yield* Effect.sleep("2 millis")
      }
    })
    const acknowledge = (number: number) =>
      Effect.sync(() => {
        if (!Deferred.isDoneUnsafe(broken)) this.kept = this.kept.filter((kept) => kept > number)
      })
    return { next, acknowledge }
  })

  readonly cut = Effect.sync(() => {
    for (const broken of this.open) Deferred.doneUnsafe(broken, Effect.void)
  })

  /** What `checkReceiver` takes, but for the receiver. */
  readonly toCheck = {
    send: (numbers: ReadonlyArray<number>) => Effect.sync(() => void this.kept.push(...numbers)),
    numberOf: (record: number) => record,
    cut: this.cut,
    refuse: Effect.suspend(() => {
      this.isThere = false
      return this.cut
    }),
    accept: Effect.sync(() => {
      this.isThere = true
    }),
    connections: Effect.sync(() => this.open.size),
    timeout: "3 seconds",
  } as const
}

type Received = { readonly numbers: ReadonlyArray<number>; readonly acknowledge: Effect.Effect<void> }

/** A stream that does with each message of the sender what `receive` says. */
const stream = (
  sender: Sender,
  receive: (store: Receiver.Store<number>, message: Received) => Effect.Effect<unknown, unknown>,
) =>
  DStream.receiverStream(Receiver.make({
    name: "Numbers",
    restartDelay: "20 millis",
    onStart: Effect.fnUntraced(function* (store: Receiver.Store<number>) {
      const { acknowledge, next } = yield* sender.connect
      while (true) {
        const numbers = yield* next
        yield* receive(store, { numbers, acknowledge: acknowledge(numbers.at(-1)!) })
      }
    }),
  })) as DStream.DStream<number>

const storeNew: Parameters<typeof stream>[1] = (store, { acknowledge, numbers }) =>
  Effect.gen(function* () {
    const last = Option.getOrElse(yield* store.last, () => -1) as number
    const fresh = numbers.filter((number) => number > last)
    if (fresh.length > 0) yield* store.block(fresh, numbers.at(-1))
    yield* acknowledge
  })

Deno.test("checkReceiver() passes a receiver that stores positions, which promises exactly once", sanitizers, () => {
  const sender = new Sender()
  return Effect.runPromise(
    Testing.checkReceiver({ ...sender.toCheck, promises: "exactlyOnce", stream: () => stream(sender, storeNew) }),
  )
})

Deno.test(
  "checkReceiver() passes a receiver that acknowledges what is stored, which promises at least once",
  sanitizers,
  () => {
    const sender = new Sender()
    return Effect.runPromise(Testing.checkReceiver({
      ...sender.toCheck,
      promises: "atLeastOnce",
      stream: () =>
        stream(sender, (store, { acknowledge, numbers }) => Effect.andThen(store.block(numbers), acknowledge)),
    }))
  },
)

const broken: Readonly<
  Record<string, readonly [rule: RegExp, promises: Testing.Delivery, receive: Parameters<typeof stream>[1]]>
> = {
  "acknowledges before it stores": [
    /only records that are durable/,
    "atLeastOnce",
    (store, { acknowledge, numbers }) => Effect.andThen(acknowledge, store.all(numbers)),
  ],
  "stores again what comes again": [
    /arrived twice/,
    "exactlyOnce",
    (store, { acknowledge, numbers }) => Effect.andThen(store.block(numbers), Effect.delay(acknowledge, "20 millis")),
  ],
  "stores records in another order": [
    /in order.*arrived after later ones/,
    "exactlyOnce",
    (store, { acknowledge, numbers }) => Effect.andThen(store.block(numbers.toReversed()), acknowledge),
  ],
  "forgets records": [
    /have not arrived/,
    "exactlyOnce",
    (store, { acknowledge, numbers }) =>
      Effect.andThen(store.block(numbers.filter((number) => number !== 33)), acknowledge),
  ],
  "fails the context": [/The context failed/, "exactlyOnce", (store) => store.stop("no more", new Error("bad"))],
}

for (const [name, [rule, promises, receive]] of Object.entries(broken)) {
  Deno.test(`checkReceiver() finds a receiver that ${name}`, sanitizers, async () => {
    const sender = new Sender()
    const error = await Effect.runPromise(
      Effect.flip(Testing.checkReceiver({ ...sender.toCheck, promises, stream: () => stream(sender, receive) })),
    )
    assert.ok(error instanceof Testing.ReceiverBroken, String(error))
    assert.match(error.message, rule)
  })
}

Deno.test("checkReceiver() finds a receiver that leaves connections open", sanitizers, async () => {
  const sender = new Sender()
  const leaking = () => {
    sender.open.add(Deferred.makeUnsafe())
    return stream(sender, storeNew)
  }
  const error = await Effect.runPromise(
    Effect.flip(Testing.checkReceiver({ ...sender.toCheck, promises: "exactlyOnce", stream: leaking })),
  )
  assert.match(error.message, /leaves no connection open.*connections are open 5 seconds after the end/)
})

Deno.test("checkReceiver() refuses a stream without a receiver", async () => {
  const checked = Testing.checkReceiver({
    ...new Sender().toCheck,
    promises: "exactlyOnce",
    stream: () => Testing.input([[1]]),
  })
  await assert.rejects(Effect.runPromise(checked), /takes the stream of a receiver, but input has none/)
})
