/** RDDs of fixed offset ranges, against a broker. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Kafka from "../../../lib/kafka.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"

const server = kafkaServer(import.meta.url)
const ignore = !server.available

const run = <A, E>(effect: Effect.Effect<A, E, never>): Promise<A> => Effect.runPromise(effect)
const sc = SparkContext.layer({ master: "local[2]", appName: "kafka tests" })
const collect = <A, E>(rdd: RDD.RDD<A, E>) => run(Effect.provide(RDD.collect(rdd), sc))
const at = (topic: string, fromOffset: number, untilOffset: number, partition = 0) => ({
  topic,
  partition,
  fromOffset,
  untilOffset,
})
const values = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => ({ value: `v${from + i}` }))

Deno.test({
  name: "recordRDD gives keys, values, headers, timestamps and offsets",
  ignore,
  fn: async () => {
    const topic = await server.topic(2)
    await server.send(topic, [
      { key: "k", value: "ü", timestamp: 1_700_000_000_123, headers: { a: "1", b: "" }, partition: 1 },
      { value: "", timestamp: 1_700_000_000_456, partition: 1 },
    ])
    const found = await collect(Kafka.recordRDD({ brokers: server.brokers() }, [at(topic, 0, 2, 1)]))
    const text = (bytes: Uint8Array | null) => bytes === null ? null : new TextDecoder().decode(bytes)
    assert.deepEqual(
      found.map(({ headers, key, value, ...rest }) => ({
        ...rest,
        key: text(key),
        value: text(value),
        headers: headers.map(([name, value]) => [name, text(value)]),
      })),
      [
        {
          topic,
          partition: 1,
          offset: 0,
          timestamp: 1_700_000_000_123,
          key: "k",
          value: "ü",
          headers: [["a", "1"], ["b", ""]],
        },
        { topic, partition: 1, offset: 1, timestamp: 1_700_000_000_456, key: null, value: "", headers: [] },
      ],
    )
  },
})

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
  Deno.test({
    name: `textRDD reads a range that begins and ends inside batches, with compression ${compression}`,
    ignore,
    fn: async () => {
      const topic = await server.topic()
      for (let from = 0; from < 300; from += 100) await server.send(topic, values(from, from + 100), { compression })
      const found = await collect(Kafka.textRDD({ brokers: server.brokers() }, [at(topic, 50, 250)]))
      assert.deepEqual(found, values(50, 250).map(({ value }) => value))
    },
  })
}

Deno.test({
  name: "read_committed leaves out what transactions have aborted, and read_uncommitted does not",
  ignore,
  fn: async () => {
    const topic = await server.topic()
    await server.send(topic, [{ value: "a" }], { transaction: "commit" })
    await server.send(topic, [{ value: "b" }], { transaction: "abort" })
    await server.send(topic, [{ value: "c" }], { transaction: "commit" })
    await server.send(topic, [{ value: "d" }])
    const read = (isolation: Kafka.Isolation) =>
      collect(Kafka.textRDD({ brokers: server.brokers(), isolation }, [at(topic, 0, 7)]))
    assert.deepEqual(await read("read_committed"), ["a", "c", "d"])
    assert.deepEqual(await read("read_uncommitted"), ["a", "b", "c", "d"])
  },
})

Deno.test({
  name: "count gives the number of records, not of offsets",
  ignore,
  fn: async () => {
    const topic = await server.topic(2)
    await server.send(topic, values(0, 10), { transaction: "abort" })
    await server.send(topic, values(0, 10), { transaction: "commit" })
    await server.send(topic, values(0, 5).map((each) => ({ ...each, partition: 1 })))
    const rdd = Kafka.textRDD({ brokers: server.brokers() }, [at(topic, 0, 22), at(topic, 1, 4, 1)])
    assert.equal(await run(Effect.provide(RDD.count(rdd), sc)), 13)
    assert.deepEqual(await run(Effect.provide(RDD.take(rdd, 3), sc)), ["v0", "v1", "v2"])
    assert.equal(await run(Effect.provide(RDD.getNumPartitions(rdd), sc)), 2)
  },
})

Deno.test({
  name: "a compacted topic gives the records that are left",
  ignore,
  fn: async () => {
    const topic = await server.topic(1, {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "min.cleanable.dirty.ratio": "0.01",
      "min.compaction.lag.ms": "0",
    })
    for (let i = 0; i < 10; i++) await server.send(topic, [{ key: `k${i % 2}`, value: `v${i}` }])
    await new Promise((resolve) => setTimeout(resolve, 300))
    await server.send(topic, [{ key: "end", value: "end" }])
    const read = () => collect(Kafka.textRDD({ brokers: server.brokers() }, [at(topic, 0, 11)]))
    let found = await read()
    for (let i = 0; found.length > 3 && i < 100; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      found = await read()
    }
    assert.deepEqual(found, ["v8", "v9", "end"])
  },
})

Deno.test({
  name: "text that is not ASCII is decoded value by value",
  ignore,
  fn: async () => {
    const topic = await server.topic()
    const sent = ["grün", "", "日本", "a\nb", "𝄞"]
    await server.send(topic, sent.map((value) => ({ value })))
    assert.deepEqual(await collect(Kafka.textRDD({ brokers: server.brokers() }, [at(topic, 0, 5)])), sent)
  },
})

Deno.test({
  name: "records that were deleted fail the job, or are left out",
  ignore,
  fn: async () => {
    const topic = await server.topic()
    await server.send(topic, values(0, 10))
    await server.admin((admin) =>
      admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] })
    )
    const rdd = (failOnDataLoss: boolean) =>
      Kafka.textRDD({ brokers: server.brokers(), failOnDataLoss }, [at(topic, 2, 8)])
    const error = await run(Effect.flip(Effect.provide(RDD.collect(rdd(true)), sc)))
    assert.match(String(error), /DataLost.*records up to offset 4 have been deleted/)
    const warnings: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
    const left = Effect.provide(RDD.collect(rdd(false)), sc).pipe(Effect.provide(logger))
    assert.deepEqual(await run(left), ["v4", "v5", "v6", "v7"])
    assert.match(warnings.join(), /^Left out 2 records of test-.*-0, offsets 2 to 4: OFFSET_OUT_OF_RANGE/)
  },
})

Deno.test({
  name: "a topic that does not exist fails the job at once",
  ignore,
  fn: async () => {
    const rdd = Kafka.textRDD({ brokers: server.brokers() }, [at("no-such-topic", 0, 1)])
    const error = await run(Effect.flip(Effect.provide(RDD.collect(rdd), sc)))
    assert.match(String(error), /Kafka cannot read no-such-topic-0.*UnknownTopic.*there is no such topic/)
  },
})

Deno.test("ranges that make no sense fail the job before anything is read", async () => {
  const rdd = Kafka.textRDD({ brokers: "localhost:1" }, [at("t", 5, 4)])
  const error = await run(Effect.flip(Effect.provide(RDD.collect(rdd), sc)))
  assert.match(String(error), /ranges is .*"fromOffset":5/)
})
