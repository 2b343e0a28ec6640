/** How a context with a checkpoint starts: what it refuses, and where it goes on. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import type { Listed } from "../../lib/dstream/graph/graph.ts"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { nextLine } from "./support.ts"

/** A life of a program on a disk, from a time on. `body` advances it. Gives what was logged. */
const life = async (
  disk: MemoryDisk,
  start: number,
  outputs: Listed,
  body: (active: StreamingContext.StreamingContext<"Active", unknown>) => Effect.Effect<unknown, unknown>,
  options: Testing.Options & { readonly checkpoint?: StreamingContext.CheckpointSettings } = {},
): Promise<ReadonlyArray<string>> => {
  const messages: Array<string> = []
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.checkpoint(ssc, disk.open(), options.checkpoint)
    yield* body(yield* StreamingContext.start(ssc, outputs))
  })
  const logger = Logger.make(({ message }) => void messages.push(String(message)))
  await Effect.runPromise(
    Effect.scoped(program).pipe(
      Effect.provide(Testing.layer({ ...options, clockStart: start, logs: true })),
      Effect.provide(Logger.layer([logger])),
    ) as Effect.Effect<void>,
  )
  return messages
}

/** A stream that counts its batches, and an output that records their times. */
const recorded = (times: Array<readonly [time: number, recovered: boolean]>) =>
  Testing.input([[1], [2], [3]]).pipe(
    DStream.named("numbers"),
    DStream.foreachRDD((_, { recovered, time }) => Effect.sync(() => void times.push([time, recovered]))),
    DStream.nameOutput("times"),
  )

const failureOf = (run: Promise<unknown>): Promise<Error> =>
  run.then(() => assert.fail("it did not fail"), (cause) => cause)

Deno.test("start() lists everything that lacks a name at once, with operator and line", async () => {
  const line = nextLine(new Error())
  const input = Testing.input([["a"]])
  const counts = input.pipe(
    DStream.map((word): [string, number] => [word, 1]),
    DStream.updateStateByKey((ones: ReadonlyArray<number>) => Option.some(ones.length)),
  )
  const outputs = [
    DStream.print(counts),
    DStream.print(DStream.window(input, "2 seconds")),
  ] as const
  const { message } = await failureOf(life(new MemoryDisk(), 0, outputs, Testing.advance))
  assert.deepEqual(
    message.replaceAll(/:\d+: /g, ": ").split("\n"),
    [
      [0, "input", "an input needs", 'DStream.named("…")'],
      [3, "updateStateByKey", "a stateful operator needs", 'DStream.named("…")'],
      [7, "window", "a window needs", 'DStream.named("…")'],
      [6, "print", "an output needs", 'DStream.nameOutput("…")'],
      [7, "print", "an output needs", 'DStream.nameOutput("…")'],
    ].map(([add, operator, what, call]) =>
      `${operator} at recovery_start_test.ts:${
        line + Number(add)
      }: ${what} a name, because the context has a checkpoint: add ${call}`
    ),
  )
})

Deno.test("start() refuses a queueStream, which cannot go on after a restart", async () => {
  const queue = DStream.queueStream(DStream.rddQueue([[1]])).pipe(DStream.named("queue"))
  const output = queue.pipe(DStream.print(), DStream.nameOutput("printed"))
  const { message } = await failureOf(life(new MemoryDisk(), 0, [output], Testing.advance))
  assert.match(
    message,
    /^queueStream at recovery_start_test\.ts:\d+:\d+: it cannot go on after a restart, so a context /,
  )
})

Deno.test("start() refuses a checkpoint with another batch interval, and says both", async () => {
  const disk = new MemoryDisk()
  await life(disk, 0, [recorded([])], Testing.advance)
  const { message } = await failureOf(life(disk, 1000, [recorded([])], Testing.advance, { batchDuration: "2 seconds" }))
  assert.match(message, /its batch interval is 1000 ms, that of the program 2000 ms/)
})

Deno.test("after a downtime, a bounded number of missed batches runs, those of longer slides first", async () => {
  const disk = new MemoryDisk()
  const times: Array<number> = []
  const windows: Array<number> = []
  const outputs = () => {
    const numbers = Testing.input([[1], [2], [3]]).pipe(DStream.named("numbers"))
    const every = (into: Array<number>, name: string) => <A>(stream: DStream.DStream<A>) =>
      stream.pipe(
        DStream.foreachRDD((_, { time }) => Effect.sync(() => void into.push(time))),
        DStream.nameOutput(name),
      )
    return [
      numbers.pipe(every(times, "times")),
      numbers.pipe(
        DStream.window("5 seconds", { slide: "5 seconds" }),
        DStream.named("five"),
        every(windows, "windows"),
      ),
    ] as const
  }
  await life(disk, 0, outputs(), (active) => Testing.advance(active, 2))
  assert.deepEqual([times, windows], [[1000, 2000], []])
  const messages = await life(disk, 22_500, outputs(), (active) =>
    Effect.gen(function* () {
      // The missed batches run before the clock moves.
      const ends = yield* Testing.advance(active, 7)
      assert.deepEqual(ends, Array(7).fill("completed"))
    }), { checkpoint: { catchUp: 6 } })
  // 3 to 22 s were missed: 5, 10, 15 and 20 s for the window, and the last two.
  assert.deepEqual(times.slice(2), [5000, 10_000, 15_000, 20_000, 21_000, 22_000, 23_000])
  assert.deepEqual(windows, [5000, 10_000, 15_000, 20_000])
  assert.ok(
    messages.some((text) => text.startsWith("14 of 20 batches that were missed are left out")),
    messages.join("\n"),
  )
})

Deno.test("catchUp: 0 leaves all missed batches out", async () => {
  const disk = new MemoryDisk()
  const times: Array<readonly [number, boolean]> = []
  await life(disk, 0, [recorded(times)], (active) => Testing.advance(active, 1))
  await life(disk, 9_000, [recorded(times)], (active) => Testing.advance(active, 2), { checkpoint: { catchUp: 0 } })
  assert.deepEqual(times, [[1000, false], [10_000, false], [11_000, false]])
})

Deno.test("a clock that is behind the last batch causes a warning, and batches go on when it has caught up", async () => {
  const disk = new MemoryDisk()
  const times: Array<readonly [number, boolean]> = []
  const hour = 3_600_000
  await life(disk, hour, [recorded(times)], (active) => Testing.advance(active, 1))
  const messages = await life(disk, 0, [recorded(times)], (active) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("10 seconds")
      assert.deepEqual(yield* Testing.awaitBatches(active), [])
      assert.deepEqual(yield* Testing.advance(active, 2), ["completed", "completed"])
    }))
  assert.deepEqual(times, [[hour + 1000, false], [hour + 2000, false], [hour + 3000, false]])
  assert.ok(
    messages.some((text) => text.startsWith(`The clock is ${hour + 1000} ms behind the last batch of the checkpoint`)),
    messages.join("\n"),
  )
})

Deno.test("many starts that end before their first batch leave no files behind", async () => {
  const disk = new MemoryDisk()
  const start = () => life(disk, 0, [recorded([])], () => Effect.void)
  const files = () => Effect.runPromise(Effect.map(disk.open().list, ({ length }) => length))
  await start()
  await start()
  const before = await files()
  for (let i = 0; i < 5; i++) await start()
  assert.equal(await files(), before)
})

Deno.test("an output learns which batches an earlier process may have begun", async () => {
  const disk = new MemoryDisk()
  const times: Array<readonly [number, boolean]> = []
  const hanging = Testing.input([[1], [2], [3]]).pipe(
    DStream.named("numbers"),
    DStream.foreachRDD(() => Effect.never),
    DStream.nameOutput("times"),
  )
  await life(disk, 0, [hanging], () => TestClock.adjust("2 seconds"))
  const ends: Array<unknown> = []
  await life(
    disk,
    2_000,
    [recorded(times)],
    (active) => Effect.map(Testing.advance(active, 3), (found) => ends.push(...found)),
  )
  assert.deepEqual(times, [[1000, true], [2000, true], [3000, false]])
  assert.deepEqual(ends, ["completed", "completed", "completed"])
})

Deno.test("awaitBatches() waits for the batches of an earlier process, too", async () => {
  const disk = new MemoryDisk()
  const times: Array<readonly [number, boolean]> = []
  await life(disk, 0, [recorded(times)], (active) => Testing.advance(active, 1))
  await life(disk, 3_500, [recorded(times)], (active) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* Testing.awaitBatches(active), ["completed", "completed"])
      yield* TestClock.adjust("500 millis")
      assert.deepEqual(yield* Testing.awaitBatches(active), ["completed"])
    }))
  assert.deepEqual(times.map(([time]) => time), [1000, 2000, 3000, 4000])
})

for (const isLogged of [true, false]) {
  const name = isLogged ? "the last position and what no batch has read" : "nothing without a write-ahead log"
  Deno.test(`a receiver finds ${name} after a restart`, async () => {
    const disk = new MemoryDisk()
    const found: Array<unknown> = []
    const records: Array<number> = []
    const output = () =>
      DStream.receiverStream(Receiver.make({
        name: "Numbers",
        onStart: (store: Receiver.Store<number>) =>
          Effect.gen(function* () {
            const last = Option.getOrNull(yield* store.last)
            found.push(last)
            const n = Number(last ?? 0) + 1
            yield* store.block([n, -n], n)
          }),
      })).pipe(
        DStream.named("numbers"),
        DStream.writeAheadLog(isLogged),
        DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (all) => void records.push(...all))),
        DStream.nameOutput("records"),
      )
    // No batch runs in the first life.
    await life(disk, 0, [output()], () => TestClock.adjust("500 millis"))
    assert.deepEqual([found, records], [[null], []])
    await life(disk, 500, [output()], (active) => Testing.advance(active, 1))
    assert.deepEqual([found, records], isLogged ? [[null, 1], [1, -1, 2, -2]] : [[null, null], [1, -1]])
  })
}
