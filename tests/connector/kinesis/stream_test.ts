/** Streams of Kinesis, against a mock. */
import assert from "node:assert/strict"
import { DStream, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"
import { inContext, later, numbers } from "../advancing.ts"
import { Program } from "./program.ts"
import { running as start } from "./running.ts"

const server = kinesisServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })
const running = (
  options: Partial<Kinesis.StreamOptions> & { readonly streamName: string },
  more?: Parameters<typeof start>[1],
) => start({ ...reach(server.port()), ...options }, more)
const trimHorizon = { initialPosition: "trimHorizon" } as const

/** A program with a checkpoint, of which one process runs after the other. `records` are those of all batches. */
const restarting = async (streamName: string) => {
  const checkpoint = await Deno.makeTempDir()
  const records: Array<ReadonlyArray<string>> = []
  return {
    records,
    process: (clockStart: number, batches: number, put = () => Promise.resolve()) =>
      inContext(
        Effect.gen(function* () {
          const { advance } = yield* running({ streamName }, { checkpoint, records })
          yield* later(put)
          yield* advance(batches)
        }),
        clockStart,
      ),
    [Symbol.asyncDispose]: () => Deno.remove(checkpoint, { recursive: true }),
  }
}

test("each batch reads what has arrived since the batch before, shard by shard", async () => {
  const streamName = await server.stream(2)
  await server.put(streamName, ["before"])
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({ streamName })
    yield* later(() => server.put(streamName, ["a", "b"], 0, 2))
    yield* later(() => server.put(streamName, ["c"], 1, 2))
    yield* advance(2)
    yield* later(() => server.put(streamName, ["d"], 1, 2))
    yield* advance()
    assert.deepEqual(records, [["a", "b", "c"], [], ["d"]])
  }))
})

test("stream gives whole records", async () => {
  const streamName = await server.stream()
  const before = Date.now()
  await server.put(streamName, ["ü"])
  const stream = Kinesis.stream({ ...reach(server.port()), streamName, ...trimHorizon })
  const [[record] = []] = await Effect.runPromise(Testing.run(stream, { batches: 1 })) as [[Kinesis.KinesisRecord]]
  assert.ok(record !== undefined)
  assert.equal(record.shardId, "shardId-000000000000")
  assert.equal(record.partitionKey, "key ü")
  assert.match(record.sequenceNumber, /^\d{50,}$/)
  assert.ok(Math.abs(record.approximateArrivalTimestamp - before) < 60_000)
  assert.equal(new TextDecoder().decode(record.data), "ü")
})

test("a stream begins at the oldest record, at the latest, or at a time", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["old"])
  await new Promise((resolve) => setTimeout(resolve, 20))
  const between = new Date()
  await server.put(streamName, ["new"])
  const first = (initialPosition: Kinesis.InitialPosition) =>
    inContext(Effect.gen(function* () {
      const { advance, records } = yield* running({ streamName, initialPosition })
      yield* advance()
      return records.flat()
    }))
  assert.deepEqual(await first("trimHorizon"), ["old", "new"])
  assert.deepEqual(await first({ at: between }), ["new"])
  assert.deepEqual(await first({ at: Number(between) }), ["new"])
  assert.deepEqual(await first("latest"), [])
})

test("a stream goes on from the checkpoint after a restart", async () => {
  const streamName = await server.stream(2)
  await using program = await restarting(streamName)
  await program.process(0, 2, () => server.put(streamName, numbers(0, 3)))
  await server.put(streamName, numbers(3, 5))
  await server.put(streamName, ["x"], 1, 2)
  await program.process(10_000, 2)
  assert.deepEqual(program.records.flat(), [...numbers(0, 5), "x"])
})

test("a stream that has read nothing goes on from its start after a restart", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["before"])
  await new Promise((resolve) => setTimeout(resolve, 20))
  await using program = await restarting(streamName)
  await program.process(0, 1)
  await server.put(streamName, ["after"])
  await program.process(10_000, 1)
  assert.deepEqual(program.records.flat(), ["after"])
})

test("the children of a shard that was split are read in a batch after its last records", async () => {
  const streamName = await server.stream()
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({ streamName })
    yield* later(() => server.put(streamName, ["parent 1"]))
    yield* advance()
    yield* later(() => server.put(streamName, ["parent 2"]))
    yield* later(() => server.split(streamName, "shardId-000000000000"))
    yield* later(() => server.put(streamName, ["left"], 0, 2))
    yield* later(() => server.put(streamName, ["right"], 1, 2))
    yield* advance(3)
    assert.deepEqual(records, [["parent 1"], ["parent 2"], ["left", "right"], []])
  }))
})

test("the child of two shards that were merged is read after both", async () => {
  const streamName = await server.stream(2)
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({ streamName })
    yield* later(() => server.put(streamName, ["a"], 0, 2))
    yield* later(() => server.put(streamName, numbers(0, 10), 1, 2))
    yield* later(() => server.merge(streamName, "shardId-000000000000", "shardId-000000000001"))
    yield* later(() => server.put(streamName, ["child"]))
    yield* advance(3)
    assert.deepEqual(records, [["a", ...numbers(0, 10)], ["child"], []])
  }))
})

test("the child of two shards is not read while one of them has records left", async () => {
  const streamName = await server.stream(2)
  await server.put(streamName, ["0"], 0, 2)
  await server.put(streamName, numbers(1, 10), 1, 2)
  await server.merge(streamName, "shardId-000000000000", "shardId-000000000001")
  await server.put(streamName, numbers(10, 20))
  const program = await Program.start({ ...reach(server.port()), streamName, ...trimHorizon })
  const read: Array<string> = []
  while (read.length < 20) read.push(...await program.read(await program.plan(3)))
  assert.deepEqual(read.slice(0, 10).map(Number).toSorted((a, b) => a - b).map(String), numbers(0, 10))
  assert.deepEqual(read.slice(10), numbers(10, 20))
  await program.stop()
})

test("a stream that is resharded again and again, with restarts in between, loses and repeats nothing", async () => {
  const streamName = await server.stream(2)
  const checkpoint = await Deno.makeTempDir()
  const records: Array<ReadonlyArray<string>> = []
  let sent = 0
  for (const [life, count] of [3, 2, 4, 2].entries()) {
    await inContext(
      Effect.gen(function* () {
        const { advance } = yield* running({ streamName, ...trimHorizon }, { checkpoint, records })
        for (const isBefore of [true, false]) {
          for (const n of [0, 1, 2]) {
            yield* later(() => server.put(streamName, numbers(sent, sent += 5), n, 3))
          }
          if (isBefore) yield* later(() => server.setCount(streamName, count))
        }
        yield* advance()
      }),
      life * 100_000,
    )
  }
  await inContext(
    Effect.gen(function* () {
      const { advance } = yield* running({ streamName, ...trimHorizon }, { checkpoint, records })
      yield* advance(8)
    }),
    900_000,
  )
  assert.deepEqual(records.flat().map(Number).toSorted((a, b) => a - b), Array.from({ length: sent }, (_, i) => i))
  await Deno.remove(checkpoint, { recursive: true })
})

test("a stream begins behind shards that were split before it", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["old"])
  await server.split(streamName, "shardId-000000000000")
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({ streamName })
    yield* later(() => server.put(streamName, ["new"]))
    yield* advance(2)
    assert.deepEqual(records.flat(), ["new"])
  }))
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({ streamName, ...trimHorizon })
    yield* advance(2)
    assert.deepEqual(records, [["old"], ["new"]])
  }))
})

test("listeners see how many records a batch has, and of which ranges", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a", "b"])
  const seen: Array<StreamingContext.StreamInputInfo> = []
  await inContext(Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      Effect.sync(() => {
        if (event._tag === "BatchCompleted") seen.push(...Object.values(event.batch.streamIdToInputInfo))
      }))
    const lines = Kinesis.textStream({ ...reach(server.port()), streamName, ...trimHorizon, readInterval: 0 })
    const active = yield* StreamingContext.start(ssc, [DStream.foreachRDD(lines, () => Effect.void)])
    yield* Testing.advance(active)
    yield* StreamingContext.stop(active)
  }))
  assert.equal(seen.length, 1)
  assert.equal(seen[0]?.numRecords, 2)
  assert.match(
    String(seen[0]?.metadata["Description"]),
    /^shard: shardId-000000000000\trecords: 2\tsequence numbers: \d+ to \d+$/,
  )
})

test("a stream that does not exist is an error of the start", async () => {
  const exit = await inContext(Effect.flip(running({ streamName: "no-such-stream" })))
  assert.match(String(exit), /Kinesis cannot list the shards of no-such-stream \(UnknownStream\)/)
})

test("a stream that is deleted fails the context", async () => {
  const streamName = await server.stream()
  await inContext(Effect.gen(function* () {
    const { active, advance } = yield* running({ streamName })
    yield* advance()
    yield* later(() => server.remove(streamName))
    yield* advance()
    const error = yield* Effect.flip(StreamingContext.awaitTermination(active))
    assert.match(String(error), /UnknownStream/)
  }))
})

test("options that make no sense are errors of the start", async () => {
  const errorOf = async (options: object) =>
    String(await inContext(Effect.flip(running({ streamName: "a", ...options }))))
  assert.match(
    await errorOf({ streamName: "" }),
    /Kinesis.textStream: streamName is , but must be the name of a stream/,
  )
  assert.match(await errorOf({ endpoint: "nonsense" }), /endpoint is nonsense/)
  assert.match(await errorOf({ dynamodb: { endpoint: "nonsense" } }), /dynamodb.endpoint is nonsense/)
  assert.match(await errorOf({ initialPosition: "oldest" }), /initialPosition is oldest/)
  assert.match(await errorOf({ initialPosition: { at: NaN } }), /initialPosition is/)
  assert.match(await errorOf({ applicationName: "" }), /applicationName is/)
  assert.match(await errorOf({ leaseDuration: 0 }), /leaseDuration is 0/)
  assert.match(await errorOf({ readInterval: "soon" }), /readInterval is soon/)
  assert.match(await errorOf({ bufferBytes: 0 }), /bufferBytes is 0/)
  assert.match(await errorOf({ retryFor: -1 }), /retryFor is -1/)
})

test("a window has the records of earlier batches again", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a", "b"])
  const lines = Kinesis.textStream({ ...reach(server.port()), streamName, ...trimHorizon, readInterval: 0 })
  const batches = await Effect.runPromise(Testing.run(lines.pipe(DStream.window("3 seconds")), { batches: 4 }))
  assert.deepEqual(batches, [["a", "b"], ["a", "b"], ["a", "b"], []])
})
