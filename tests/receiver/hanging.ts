/**
 * A pipeline whose first batch hangs while a source sends as fast as it may, in a process with a small heap. Arguments:
 * how the records come in, and their shape. It stops when the batches after the hang have caught up, and prints as JSON
 * how many records were stored and whether the batches had all of them, in order.
 */
import { DStream, RDD, Receiver, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"

const [way = "", shape = ""] = Deno.args
/** How long the first batch hangs, and how long the program goes on afterwards. */
const [HANG, AFTER] = ["2 seconds", "1 second"] as const

const shapes: Readonly<Record<string, (n: number) => unknown>> = {
  texts: (n) => `${n} `.padEnd(10_000, "abcdefghij"),
  objects: (n) => JSON.parse(`{"id":${n},"payload":"${"abcdefghij".repeat(1_000)}"}`),
  small: (n) => ({ id: n, name: `n${n}` }),
  pairs: (n) => [`key ${n}`, JSON.parse(`"${"abcdefghij".repeat(1_000)}"`)],
  nested: (n) => ({ id: n, rows: JSON.parse(`[${Array(300).fill('{"a":1,"b":["x"]}').join()}]`) }),
  bytes: (n) => new Uint8Array(10_000).fill(n % 256),
  numbers: (n) => n,
}
const make = shapes[shape] ?? (() => undefined)
/** The number of a record: exact, except for bytes. */
const numberOf = (record: unknown): number => {
  if (typeof record === "number") return record
  if (typeof record === "string") return parseInt(record)
  if (record instanceof Uint8Array) return record[0] ?? -1
  if (Array.isArray(record)) return parseInt(String(record[0]).slice(4))
  return (record as { readonly id: number }).id
}

let stored = 0
let isSending = true
const next = (count: number): ReadonlyArray<unknown> => Array.from({ length: count }, (_, i) => make(stored + i))
const rest: Effect.Effect<void> = Effect.sleep(0)

const receiver = (
  count: number,
  store: (
    store: Receiver.Store<unknown>,
    records: ReadonlyArray<unknown>,
  ) => Effect.Effect<void, Receiver.ReceiverStopped>,
) =>
  DStream.receiverStream(Receiver.make({
    name: "Flood",
    onStart: (given: Receiver.Store<unknown>) =>
      Effect.forever(Effect.suspend(() => {
        if (!isSending) return Effect.never
        const records = next(count)
        const done = Effect.sync(() => void (stored += count))
        return Effect.andThen(Effect.andThen(store(given, records), done), stored % 100 === 0 ? rest : Effect.void)
      })),
  }))

const stream = Stream.fromPull(Effect.succeed(Effect.suspend(() => {
  if (!isSending) return Effect.never
  const records = next(100) as [unknown, ...Array<unknown>]
  stored += 100
  return Effect.as(rest, records)
})))

/** Done when the server has sent all of what counts as stored. */
let sent: Promise<void> = Promise.resolve()

/** Serves lines of JSON, or messages of them, to one client. */
const serve = (isFramed: boolean): number => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const send = async () => {
    for await (const connection of listener) {
      while (isSending) {
        const body = new TextEncoder().encode(next(100).map((record) => `${JSON.stringify(record)}\n`).join(""))
        const header = new Uint8Array(4)
        new DataView(header.buffer).setUint32(0, body.length)
        const bytes = isFramed ? new Uint8Array([...header, ...body]) : body
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at))
        stored += 100
      }
      connection.close()
      break
    }
  }
  sent = send()
  return listener.addr.port
}

const parse = (line: string): unknown => JSON.parse(line)
const linesIn = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd().split("\n").map(parse)

const ways: Readonly<Record<string, () => DStream.DStream<unknown>>> = {
  one: () => receiver(1, (store, [record]) => store.one(record)),
  all: () => receiver(100, (store, records) => store.all(records)),
  block: () => receiver(100, (store, records) => store.block(records)),
  fromStream: () => DStream.fromStream(stream),
  socketTextStream: () => DStream.map(DStream.socketTextStream("127.0.0.1", serve(false)), parse),
  socketStream: () =>
    DStream.socketStream(
      "127.0.0.1",
      serve(false),
      (bytes) =>
        bytes.pipe(Stream.decodeText, Stream.splitLines, Stream.mapArray((lines) => lines.map(parse) as [unknown])),
    ),
  rawSocketStream: () => DStream.rawSocketStream("127.0.0.1", serve(true), { decode: linesIn }),
}

let received = 0
let isInOrder = true
let batches = 0
const output = DStream.foreachRDD(ways[way]?.() ?? DStream.constant<number>([]), (rdd) =>
  Effect.gen(function* () {
    if (++batches === 1) yield* Effect.sleep(HANG)
    for (const record of yield* RDD.collect(rdd)) {
      isInOrder &&= numberOf(record) === (shape === "bytes" ? received % 256 : received)
      received++
    }
  }))

const program = Effect.gen(function* () {
  const ssc = yield* StreamingContext.makeWith({ gracefulStopTimeout: "20 seconds" })
  const active = yield* StreamingContext.start(ssc, [output])
  yield* Effect.sleep(HANG)
  yield* Effect.sleep(AFTER)
  isSending = false
  yield* Effect.promise(() => sent)
  yield* Effect.sleep(AFTER)
  // What is in the buffers of a connection at a stop is not received. A record that is lost never comes.
  for (let i = 0; i < 300 && received < stored; i++) yield* Effect.sleep(100)
  yield* StreamingContext.stop(active, { stopGracefully: true })
})
await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(Scheduler.layer("200 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "hanging" })),
    Effect.provide(Logger.layer([])),
  ) as Effect.Effect<void>,
)
console.log(JSON.stringify({ stored, received, isInOrder, batches }))
Deno.exit(0)
