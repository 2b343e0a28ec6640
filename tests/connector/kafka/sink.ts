/** Kafka as a sink: each batch is one transaction. */
import assert from "node:assert/strict"
import { DStream, OutputPolicy } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import { addOffsetsToTxnV3, initProducerIdV4, txnOffsetCommitV3 } from "@platformatic/kafka"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { openCluster } from "../../../lib/connector/kafka/cluster.ts"
import * as Kafka from "../../../lib/kafka.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"

const server = kafkaServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })

const sc = SparkContext.layer({ master: "local[2]", appName: "kafka tests" })
const text = (bytes: Uint8Array | null) => bytes === null ? null : new TextDecoder().decode(bytes)

/** All records of a topic that are committed. */
const recordsOf = (topic: string, isolation: Kafka.Isolation = "read_committed") =>
  Effect.gen(function* () {
    const ends = yield* Effect.promise(() =>
      server.admin(async (admin) => {
        const { topics } = await admin.metadata({ topics: [topic] })
        const count = topics.get(topic)?.partitions.length ?? 0
        const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }))
        const ends = async (isolationLevel: 0 | 1) => {
          const found = await admin.listOffsets({ topics: [{ name: topic, partitions }], isolationLevel })
          const inAnyOrder = found.flatMap(({ partitions }) => partitions)
          return inAnyOrder.sort((a, b) => a.partitionIndex - b.partitionIndex)
        }
        // A transaction ends a moment after the broker has promised that it will.
        for (;;) {
          const [committed, all] = [await ends(1), await ends(0)]
          const open = committed.filter(({ offset }, i) => offset !== all[i]?.offset)
          if (open.length === 0) return committed
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      })
    )
    const ranges = ends.map(({ offset, partitionIndex }) => ({
      topic,
      partition: partitionIndex,
      fromOffset: 0,
      untilOffset: Number(offset),
    }))
    return yield* RDD.collect(Kafka.recordRDD({ brokers: server.brokers(), isolation }, ranges))
  }).pipe(Effect.provide(sc), Effect.orDie)

const sinkTo = (topic: string, more: Partial<Kafka.SinkOptions<number>> = {}) =>
  Kafka.sink<number>({
    brokers: server.brokers(),
    topic,
    transactionalIdPrefix: topic,
    record: (n) => ({ value: String(n) }),
    ...more,
  })

test("Kafka.sink keeps the contract of sinks", async () => {
  const topic = await server.topic(3)
  await Effect.runPromise(Testing.checkSink({
    open: Effect.sync(() => sinkTo(topic)),
    read: Effect.map(recordsOf(topic), (records) => records.map(({ value }) => Number(text(value)))),
    record: (n) => n,
  }))
})

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
  test(`records are written with key, headers and time, with compression ${compression}`, async () => {
    const topic = await server.topic()
    const sink = sinkTo(topic, {
      compression,
      record: (n) => ({
        key: n % 2 === 0 ? "even" : null,
        value: n === 3 ? null : `value ${n}`,
        headers: n === 1 ? [["a", "1"], ["b", null]] : [],
        ...(n === 2 ? { timestamp: 5 } : {}),
      }),
    })
    await Effect.runPromise(Testing.runOutputs([Testing.input([[1, 2, 3]]).pipe(DStream.saveTo(sink, "out"))]))
    const found = await Effect.runPromise(recordsOf(topic))
    assert.deepEqual(
      found.map(({ headers, key, timestamp, value }) => [
        text(key),
        text(value),
        timestamp,
        headers.map(([name, value]) => [name, text(value)]),
      ]),
      [
        [null, "value 1", 1000, [["a", "1"], ["b", null]]],
        ["even", "value 2", 5, []],
        [null, null, 1000, []],
      ],
    )
  })
}

test("many records are written in several requests, each once and in order", async () => {
  const topic = await server.topic(2)
  const padding = "x".repeat(100)
  const sink = sinkTo(topic, { record: (n) => ({ partition: n % 2, value: `${n} ${padding}` }) })
  const numbers = Array.from({ length: 40_000 }, (_, i) => i)
  await Effect.runPromise(Testing.runOutputs([Testing.input([numbers]).pipe(DStream.saveTo(sink, "out"))]))
  const found = await Effect.runPromise(recordsOf(topic))
  const values = found.map(({ value }) => Number(text(value)?.split(" ")[0]))
  assert.deepEqual(values, [...numbers.filter((n) => n % 2 === 0), ...numbers.filter((n) => n % 2 === 1)])
})

test("records with a key go to the partition that Kafka's own producers choose", async () => {
  const topic = await server.topic(7)
  const keys = ["", "a", "ab", "abc", "abcd", "foobar", "a-little-bit-longer-string", "ü"]
  const sink = sinkTo(topic, { record: (n) => ({ key: keys[n] ?? "", value: "" }) })
  await Effect.runPromise(
    Testing.runOutputs([Testing.input([keys.map((_, i) => i)]).pipe(DStream.saveTo(sink, "out"))]),
  )
  const found = await Effect.runPromise(recordsOf(topic))
  // From org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey.
  const expected = {
    "": 2,
    a: 5,
    ab: 0,
    abc: 4,
    abcd: 5,
    foobar: 0,
    "a-little-bit-longer-string": 0,
    ü: 0,
  }
  assert.deepEqual(Object.fromEntries(found.map(({ key, partition }) => [text(key), partition])), expected)
})

test("a transaction that is taken over fails, and what it wrote is not seen", async () => {
  const topic = await server.topic()
  const batch = (time: number) => ({ output: "out", time, attempt: 0, recovered: false })
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const zombie = yield* sinkTo(topic).begin(batch(1000))
    yield* zombie!.write([1, 2])
    const successor = yield* sinkTo(topic).begin(batch(1000))
    yield* successor!.write([3])
    const error = yield* Effect.flip(zombie!.commit)
    assert.match(error.message, /Fenced/)
    yield* successor!.commit
    assert.equal(yield* sinkTo(topic).begin(batch(1000)), undefined)
  })))
  const found = await Effect.runPromise(recordsOf(topic))
  assert.deepEqual(found.map(({ value }) => text(value)), ["3"])
})

/** Commits an offset to a group in a transaction that stays open. */
const commitInOpenTransaction = (topic: string, group: string) =>
  Effect.scoped(Effect.gen(function* () {
    const cluster = yield* openCluster({ brokers: server.brokers() })
    const broker = yield* cluster.retrying(cluster.coordinator("transaction", "other", "test"))
    const { producerEpoch, producerId } = yield* cluster.retrying(
      cluster.call(broker, "test", (connection) => initProducerIdV4.api.async(connection, "other", 60_000, -1n, -1)),
    )
    yield* cluster.retrying(cluster.call(broker, "test", async (connection) => {
      await addOffsetsToTxnV3.api.async(connection, "other", producerId, producerEpoch, group)
      const partitions = [{
        partitionIndex: 0,
        committedOffset: 1n,
        committedLeaderEpoch: -1,
        committedMetadata: "",
      }]
      const topics = [{ name: topic, partitions }]
      await txnOffsetCommitV3.api.async(connection, "other", group, producerId, producerEpoch, -1, "", null, topics)
    }))
  }))

test("a batch fails, and says what to do, while its marks wait for a transaction that does not end", async () => {
  const topic = await server.topic()
  const sink = sinkTo(topic, { retryFor: "100 millis" })
  await Effect.runPromise(commitInOpenTransaction(topic, `${topic}-out`))
  const batch = { output: "out", time: 1000, attempt: 1, recovered: false }
  const error = await Effect.runPromise(Effect.flip(Effect.scoped(sink.begin(batch))))
  assert.match(error.message, /UNSTABLE_OFFSET_COMMIT: .* does not end.*kafka-transactions\.sh/)
})

test("a batch that fails is written by a retry, once", async () => {
  const topic = await server.topic()
  let attempts = 0
  const sink = sinkTo(topic, {
    record: (n) => {
      if (n === 3 && attempts++ < 2) throw new Error("cannot make a record")
      return { value: String(n) }
    },
  })
  const output = Testing.input([[1, 2, 3]], { partitions: 1 }).pipe(
    DStream.saveTo(sink, "out"),
    DStream.onFailure(OutputPolicy.retry(Schedule.recurs(5))),
  )
  const { batches } = await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual(batches, ["completed"])
  assert.deepEqual((await Effect.runPromise(recordsOf(topic))).map(({ value }) => text(value)), ["1", "2", "3"])
})

test("a topic that does not exist fails the batch", async () => {
  const { exit } = await Effect.runPromise(
    Testing.runOutputs([Testing.input([[1]]).pipe(DStream.saveTo(sinkTo("no-such-topic"), "out"))]),
  )
  assert.match(String(exit), /UnknownTopic/)
})

Deno.test("a sink without a topic or a transactional id is an error of the start", async () => {
  const sink = Kafka.sink<number>({
    brokers: "nonsense",
    topic: "",
    transactionalIdPrefix: "",
    record: () => ({ value: "" }),
  })
  const error = await Effect.runPromise(
    Effect.flip(Testing.runOutputs([Testing.input([[1]]).pipe(DStream.saveTo(sink, "out"))])),
  )
  assert.match(String(error), /brokers is nonsense/)
  assert.match(String(error), /topic is /)
  assert.match(String(error), /transactionalIdPrefix is /)
})
