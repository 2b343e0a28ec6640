/** Streams of Kafka topics, against a broker. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as DStream from "../../../lib/dstream.ts"
import * as Kafka from "../../../lib/kafka.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { inContext, later, numbers } from "../advancing.ts"
import { run, running, type Seen, send, server, test } from "./running.ts"

test("each batch reads what has arrived since the batch before, partition by partition", async () => {
  const topic = await server.topic(2)
  await send(topic, ["before"])
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({ subscribe: topic })
    yield* later(() => send(topic, ["a", "b"]))
    yield* later(() => send(topic, ["c"], 1))
    yield* advance()
    yield* advance()
    yield* later(() => send(topic, ["d"], 1))
    yield* advance()
    assert.deepEqual(seen.records, [["a", "b", "c"], [], ["d"]])
    const range = (partition: number, fromOffset: number, untilOffset: number) => ({
      topic,
      partition,
      fromOffset,
      untilOffset,
    })
    assert.deepEqual(seen.ranges, [
      [range(0, 1, 3), range(1, 0, 1)],
      [range(0, 3, 3), range(1, 1, 1)],
      [range(0, 3, 3), range(1, 1, 2)],
    ])
  }))
})

test("a stream begins at the oldest record, at a time, or at offsets", async () => {
  const topic = await server.topic()
  await server.send(topic, [1000, 2000, 3000].map((timestamp) => ({ value: `at ${timestamp}`, timestamp })))
  const first = (startingOffsets: Kafka.StartingOffsets) =>
    inContext(Effect.gen(function* () {
      const { advance, seen } = yield* running({ subscribe: [topic], startingOffsets })
      yield* advance()
      return seen.records.flat()
    }))
  assert.deepEqual(await first("earliest"), ["at 1000", "at 2000", "at 3000"])
  assert.deepEqual(await first({ timestamp: new Date(1500) }), ["at 2000", "at 3000"])
  assert.deepEqual(await first({ timestamp: 5000 }), [])
  assert.deepEqual(await first([{ topic, partition: 0, offset: 2 }]), ["at 3000"])
})

test("offsets are committed to the group, and a stream begins at them", async () => {
  const topic = await server.topic(2)
  const groupId = `group-${topic}`
  await send(topic, numbers(0, 5))
  const first = () =>
    inContext(Effect.gen(function* () {
      const { active, advance, seen } = yield* running({ subscribe: topic, groupId, startingOffsets: "committed" })
      yield* advance()
      yield* StreamingContext.stop(active)
      return seen.records.flat()
    }))
  assert.deepEqual(await first(), numbers(0, 5))
  await send(topic, numbers(5, 8))
  await send(topic, ["other"], 1)
  assert.deepEqual(await first(), [...numbers(5, 8), "other"])
  const groups = await server.admin((admin) => admin.listConsumerGroupOffsets({ groups: [groupId] }))
  assert.deepEqual(
    groups[0]?.topics[0]?.partitions.map(({ committedOffset, partitionIndex }) => [partitionIndex, committedOffset])
      .sort(),
    [[0, 8n], [1, 1n]],
  )
})

test("assign reads the given partitions only", async () => {
  const topic = await server.topic(3)
  for (const partition of [0, 1, 2]) await send(topic, [`p${partition}`], partition)
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({
      assign: [{ topic, partition: 2 }, { topic, partition: 0 }],
      startingOffsets: "earliest",
    })
    yield* advance()
    assert.deepEqual(seen.records, [["p0", "p2"]])
  }))
})

test("new partitions, and new topics of a pattern, are found and read from their oldest record", async () => {
  const prefix = `found-${crypto.randomUUID()}`
  const topic = await server.topic(1, {}, `${prefix}-a`)
  await send(topic, ["old"])
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({ subscribePattern: new RegExp(`${prefix}-.`), metadataMaxAge: 0 })
    yield* later(() => send(topic, ["new"]))
    yield* advance()
    yield* later(async () => {
      await server.admin((admin) =>
        admin.createPartitions({ topics: [{ name: topic, count: 2, assignments: null as never }] })
      )
      await server.topic(1, {}, `${prefix}-b`)
      await server.topic(1, {}, `${prefix}-not`)
      await send(topic, ["second partition"], 1)
      await send(`${prefix}-b`, ["second topic"])
      await send(`${prefix}-not`, ["no match"])
    })
    yield* advance()
    assert.deepEqual(seen.records, [["new"], ["second partition", "second topic"]])
  }))
})

test("maxRatePerPartition bounds what a batch reads of each partition", async () => {
  const topic = await server.topic(2)
  await send(topic, numbers(0, 25))
  await send(topic, numbers(100, 103), 1)
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({ subscribe: topic, startingOffsets: "earliest", maxRatePerPartition: 10 })
    yield* advance(4)
    assert.deepEqual(seen.records, [[...numbers(0, 10), ...numbers(100, 103)], numbers(10, 20), numbers(20, 25), []])
  }))
})

test("maxRatePerPartition can give each partition a rate of its own, and at least one record a batch", async () => {
  const topic = await server.topic(2)
  await send(topic, numbers(0, 25))
  await send(topic, numbers(100, 105), 1)
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({
      subscribe: topic,
      startingOffsets: "earliest",
      maxRatePerPartition: ({ partition }) => partition === 0 ? 20 : NaN,
    })
    yield* advance(2)
    assert.deepEqual(seen.records, [[...numbers(0, 20), "100"], [...numbers(20, 25), "101"]])
  }))
})

test("back-pressure bounds what a batch reads, and the bound is shared out by lag", async () => {
  const topic = await server.topic(2)
  await send(topic, numbers(0, 900))
  await send(topic, numbers(900, 1_000), 1)
  await inContext(Effect.gen(function* () {
    const counts: Array<ReadonlyArray<number>> = []
    const output = DStream.foreachRDD(
      Kafka.directTextStream({ brokers: server.brokers(), subscribe: topic, startingOffsets: "earliest" }),
      (rdd) =>
        Effect.gen(function* () {
          const ranges = Kafka.offsetRanges(rdd)
          if (ranges._tag === "Some") counts.push(ranges.value.map((each) => each.untilOffset - each.fromOffset))
          // The context can process 100 records a batch.
          yield* Effect.sleep(10 * (yield* RDD.count(rdd)))
        }),
    )
    const ssc = yield* StreamingContext.makeWith({ backpressure: { initialRate: 100 } })
    const active = yield* StreamingContext.start(ssc, [output])
    yield* Testing.advance(active, 14)
    assert.deepEqual(counts[0], [90, 10])
    const sums = counts.map(([a = 0, b = 0]) => a + b)
    assert(sums.every((sum) => sum <= 110), `${sums}`)
    assert.equal(sums.reduce((a, b) => a + b), 1_000)
    // The partition that is behind gets nine times as much, so that both end together.
    const both = counts.filter(([a = 0]) => a > 0)
    assert(both.every(([a = 0, b = 0]) => Math.abs(a - 9 * b) <= 10), `${both.join(" | ")}`)
  }))
})

test("a stream goes on from the checkpoint after a restart", async () => {
  const topic = await server.topic(2)
  const checkpoint = await Deno.makeTempDir()
  const seen: Seen = { records: [], ranges: [] }
  const process = (clockStart: number, batches: number) =>
    inContext(
      Effect.gen(function* () {
        const { advance } = yield* running({ subscribe: topic, startingOffsets: "earliest" }, { checkpoint, seen })
        yield* advance(batches)
      }),
      clockStart,
    )
  await send(topic, numbers(0, 3))
  await process(0, 2)
  await send(topic, numbers(3, 5))
  await send(topic, ["x"], 1)
  await process(10_000, 2)
  assert.deepEqual(seen.records.flat(), [...numbers(0, 5), "x"])
  await Deno.remove(checkpoint, { recursive: true })
})

test("a topic that does not exist is an error of the start", async () => {
  const exit = await inContext(Effect.exit(running({ subscribe: "no-such-topic" })))
  assert.equal(Exit.isFailure(exit), true)
  assert.match(String(exit), /UnknownTopic.*it does not exist/)
})

test("options that make no sense are errors of the start", async () => {
  const errorOf = async (options: object) =>
    String(await inContext(Effect.flip(running(options as never) as Effect.Effect<unknown, unknown, never>)))
  assert.match(await errorOf({}), /give one of subscribe, subscribePattern and assign/)
  assert.match(await errorOf({ subscribe: "a", assign: [] }), /not subscribe and assign/)
  assert.match(await errorOf({ subscribe: "a", brokers: "nonsense" }), /brokers is nonsense/)
  assert.match(await errorOf({ subscribe: "a", maxRatePerPartition: 0 }), /maxRatePerPartition is 0/)
  assert.match(await errorOf({ subscribe: "a", startingOffsets: "committed" }), /used with a groupId/)
})

test("operations that keep partitions keep the offset ranges, and others do not", async () => {
  const topic = await server.topic()
  const found: Array<string> = []
  const lines = Kafka.directTextStream({ brokers: server.brokers(), subscribe: topic })
  const tag = (rdd: RDD.RDD<unknown, unknown>) => Effect.sync(() => void found.push(Kafka.offsetRanges(rdd)._tag))
  await run(Testing.runOutputs([
    DStream.foreachRDD(lines.pipe(DStream.map((line) => line.length), DStream.filter((n) => n > 0)), tag),
    DStream.foreachRDD(DStream.repartition(lines, 3), tag),
  ], { batches: 1 }) as Effect.Effect<unknown, unknown>)
  assert.deepEqual(found, ["Some", "None"])
})
