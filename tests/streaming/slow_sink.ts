/**
 * A pipeline whose output takes ten times as long as the batch interval, in a process with a small heap. Arguments: what
 * the pipeline does, the shape of its records, how many mebibytes a receiver may hold, and how many are sent. Prints as
 * JSON how many records were stored, whether the batches had all of them in order, and the most bytes in files.
 */
import { DStream, RDD, Receiver, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { Engine } from "../../lib/rdd/engine.ts"
import { fromText } from "../../lib/rdd/text_block.ts"

const [pipeline = "", shape = "", capacity = "", total = "", spillDirectory = ""] = Deno.args
const [INTERVAL, SINK, RECORD_BYTES, RECORDS] = [200, 2_000, 10_000, 100] as const
/** How many batches are slow. Then the program catches up, so that all records can be checked. */
const SLOW = 2
const MEBIBYTE = 1024 * 1024
const wanted = Math.floor(Number(total) * MEBIBYTE / RECORD_BYTES / RECORDS) * RECORDS

const makeText = (id: number) => `${id} `.padEnd(RECORD_BYTES, `${id % 9}bcdefghij`)
const makeObject = (id: number): unknown => JSON.parse(`{"id":${id},"payload":"${makeText(id)}"}`)
const encoder = new TextEncoder()
const numberOf = (record: unknown): number =>
  typeof record === "string" ? parseInt(record) : (record as { readonly id: number }).id

let stored = 0
const flood = Receiver.make({
  name: "Flood",
  onStart: (store: Receiver.Store<unknown>) =>
    Effect.forever(Effect.suspend(() => {
      if (stored >= wanted) return Effect.never
      const ids = Array.from({ length: RECORDS }, (_, i) => stored + i)
      const bytes = shape === "text" ? encoder.encode(ids.map((id) => `${makeText(id)}\n`).join("")) : undefined
      const storing = bytes === undefined ? store.all(ids.map(makeObject)) : store.append(fromText(bytes), bytes.length)
      const done = Effect.sync(() => void (stored += RECORDS))
      return Effect.andThen(Effect.andThen(storing, done), Effect.sleep(0))
    })),
})

let received = 0
let isInOrder = true
let sinks = 0

/** Checks that the numbers of a batch follow those of the batch before. */
const inOrder = (numbers: ReadonlyArray<number>): void => {
  for (const n of numbers) isInOrder &&= n === received++
}

/** Checks that a window has records that follow one another, up to the newest. */
const inWindow = (numbers: ReadonlyArray<number>): void => {
  for (const [i, n] of numbers.entries()) isInOrder &&= n === (numbers[0] ?? 0) + i
  received = Math.max(received, (numbers.at(-1) ?? -1) + 1)
}

const stream = DStream.receiverStream(flood)
const shown = pipeline === "window"
  ? DStream.window(DStream.map(stream, (record) => record), "1 hour", { slide: "2 seconds" })
  : stream
const output = DStream.foreachRDD(shown, (rdd) =>
  Effect.gen(function* () {
    if (sinks < SLOW) yield* Effect.sleep(SINK)
    sinks++
    const numbers = yield* RDD.collect(RDD.map(rdd, numberOf))
    if (pipeline === "window") inWindow(numbers)
    else inOrder(numbers)
  }))

let disk = 0
const program = Effect.gen(function* () {
  const { storage } = yield* Engine
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(
    Effect.sync(() => disk = Math.max(disk, storage.measures().disk)),
    Effect.sleep(10),
  )))
  const ssc = yield* StreamingContext.makeWith({
    receiverCapacity: Number(capacity) * MEBIBYTE,
    backpressure: false,
    // The records of a block are one partition, which must fit into half of the heap.
    blockInterval: "50 millis",
    gracefulStopTimeout: "20 seconds",
  })
  const active = yield* StreamingContext.start(ssc, [output])
  for (let i = 0; i < 600 && received < wanted; i++) yield* Effect.sleep(100)
  yield* StreamingContext.stop(active, { stopGracefully: pipeline !== "window", stopSparkContext: false })
})
const spill = spillDirectory === "" ? {} : { spillDirectory }
await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(Scheduler.layer(`${INTERVAL} millis`)),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "slow sink", ...spill })),
    Effect.provide(Logger.layer([])),
  ) as Effect.Effect<void>,
)
console.log(JSON.stringify({ stored, received, isInOrder, sinks, disk }))
Deno.exit(0)
