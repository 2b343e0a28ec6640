/** Topics that are deleted, and records that are gone before a stream reads them. */
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { Producer } from "@platformatic/kafka"
import * as Effect from "effect/Effect"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { inContext, later, numbers } from "../advancing.ts"
import { running, send, server, test } from "./running.ts"

test("a position behind the end of a partition is an error, or is taken back to the oldest record", async () => {
  const topic = await server.topic()
  await send(topic, numbers(0, 3))
  const reading = (failOnDataLoss: boolean) =>
    running({ subscribe: topic, startingOffsets: [{ topic, partition: 0, offset: 7 }], failOnDataLoss })
  await inContext(Effect.gen(function* () {
    const { active, advance } = yield* reading(true)
    yield* advance()
    const error = yield* Effect.flip(StreamingContext.awaitTermination(active))
    assert.match(String(error), /DataLost.*ends at offset 3, before the offset 7 to go on from/)
  }))
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* reading(false)
    yield* advance()
    assert.deepEqual(seen.records, [numbers(0, 3)])
  }))
})

test("a topic of a pattern that is deleted fails the context, unless failOnDataLoss is false", async () => {
  for (const failOnDataLoss of [true, false]) {
    const prefix = `deleted-${crypto.randomUUID()}`
    for (const name of ["a", "b"]) await server.topic(1, {}, `${prefix}-${name}`)
    await inContext(Effect.gen(function* () {
      const { active, advance, seen } = yield* running({
        subscribePattern: new RegExp(`${prefix}-.`),
        metadataMaxAge: 0,
        failOnDataLoss,
      })
      yield* later(() => send(`${prefix}-a`, ["a"]))
      yield* later(() => send(`${prefix}-b`, ["b"]))
      yield* advance()
      yield* later(() => server.admin((admin) => admin.deleteTopics({ topics: [`${prefix}-a`] })))
      yield* later(() => send(`${prefix}-b`, ["c"]))
      yield* advance()
      if (failOnDataLoss) {
        const error = yield* Effect.flip(StreamingContext.awaitTermination(active))
        assert.match(String(error), /UnknownTopic.*has been deleted/)
      } else {
        assert.deepEqual(seen.records, [["a", "b"], ["c"]])
      }
    }))
  }
})

for (const how of ["deleted", "deleted and made again"] as const) {
  test(`a topic that is ${how} while a stream reads it fails the context`, async () => {
    const topic = await server.topic()
    await send(topic, ["a"])
    await inContext(Effect.gen(function* () {
      const { active, advance } = yield* running({ subscribe: topic, metadataMaxAge: 0 })
      yield* advance()
      yield* later(() => server.admin((admin) => admin.deleteTopics({ topics: [topic] })))
      if (how !== "deleted") yield* later(() => remade(topic))
      yield* advance()
      const error = yield* Effect.flip(StreamingContext.awaitTermination(active))
      assert.match(String(error), /UnknownTopic/)
    }))
  })
}

const remade = async (topic: string) => {
  for (let i = 0; i < 100; i++) {
    try {
      return await server.topic(1, {}, topic)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

test("with failOnDataLoss: false a topic that was made again is read from its beginning", async () => {
  const topic = await server.topic()
  await send(topic, ["a", "b"])
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({
      subscribe: topic,
      metadataMaxAge: 0,
      failOnDataLoss: false,
      startingOffsets: "earliest",
    })
    yield* advance()
    yield* later(() => server.admin((admin) => admin.deleteTopics({ topics: [topic] })))
    yield* later(() => remade(topic))
    yield* later(() => send(topic, ["c"]))
    yield* advance(2)
    assert.deepEqual(seen.records.flat(), ["a", "b", "c"])
  }))
})

test("with failOnDataLoss: false a stream leaves out records that were deleted before it read them", async () => {
  const topic = await server.topic()
  await send(topic, numbers(0, 10))
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({ subscribe: topic, failOnDataLoss: false, startingOffsets: "earliest" })
    yield* later(() =>
      server.admin((admin) =>
        admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] })
      )
    )
    yield* advance()
    assert.deepEqual(seen.records, [numbers(4, 10)])
  }))
})

test("a position behind the records of an open transaction is no loss", async () => {
  const topic = await server.topic()
  await send(topic, ["a"])
  const producer = new Producer({
    clientId: "tests",
    bootstrapBrokers: [server.brokers()],
    idempotent: true,
    transactionalId: topic,
    producerId: -1n,
    producerEpoch: -1,
    retryDelay: 20,
  })
  const transaction = await producer.beginTransaction()
  await transaction.send({ messages: [{ topic, partition: 0, value: Buffer.from("b") }], acks: -1 })
  await inContext(Effect.gen(function* () {
    const { advance, seen } = yield* running({
      subscribe: topic,
      startingOffsets: [{ topic, partition: 0, offset: 2 }],
    })
    yield* advance()
    yield* later(() => transaction.commit())
    yield* later(() => send(topic, ["c"]))
    for (let i = 0; i < 50 && seen.records.flat().length === 0; i++) {
      yield* later(() => new Promise((resolve) => setTimeout(resolve, 20)))
      yield* advance()
    }
    assert.deepEqual(seen.records.flat(), ["c"])
  }))
  await producer.close()
})
