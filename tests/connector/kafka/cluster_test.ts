/** A cluster of two brokers, of which the one that leads the partitions goes away. */
import assert from "node:assert/strict"
import { DStream, OutputPolicy, RDD, SparkContext, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Kafka from "../../../lib/kafka.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"
import { numbers } from "../advancing.ts"
import { advanceUntilCommitted, readCommitted } from "./committed.ts"

const server = kafkaServer(import.meta.url, 2)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })
const sc = SparkContext.layer({ master: "local[2]", appName: "kafka tests" })
const send = (topic: string, values: ReadonlyArray<string>) =>
  server.send(topic, values.map((value, i) => ({ value, partition: i % 2 })))
const inOrder = (values: ReadonlyArray<string>) => values.toSorted((a, b) => Number(a) - Number(b))

/** Waits until the first broker leads both partitions. The tests' own producer may send records twice before. */
const untilLedByFirst = (topic: string) =>
  server.admin(async (admin) => {
    for (;;) {
      const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true })
      if (topics.get(topic)?.partitions.every(({ leader }) => leader === 1)) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })

/** All records of both partitions of a topic. */
const readAll = (topic: string, count: number) =>
  Effect.runPromise(Effect.provide(
    RDD.collect(
      Kafka.textRDD(
        { brokers: server.brokers() },
        [0, 1].map((partition) => ({
          topic,
          partition,
          fromOffset: 0,
          untilOffset: count / 2,
        })),
      ),
    ),
    sc,
  ))

test("a job finds the new leader of partitions whose leader was killed", async () => {
  const topic = await server.replicated(2)
  await send(topic, numbers(0, 100))
  await server.command?.("stop", 2)
  const found = await readAll(topic, 100)
  await server.command?.("start", 2)
  assert.deepEqual(inOrder(found), numbers(0, 100))
})

test("a stream and a sink go on after the leaders of their partitions have moved", async () => {
  const [from, to] = [await server.replicated(2), await server.replicated(2)]
  const sink = Kafka.sink<string>({
    brokers: server.brokers(),
    topic: to,
    transactionalIdPrefix: to,
    record: (value) => ({ key: value, value }),
  })
  const program = Effect.gen(function* () {
    const output = Kafka.directTextStream({
      brokers: server.brokers(),
      subscribe: from,
      startingOffsets: "earliest",
      groupId: `group-${from}`,
    }).pipe(
      DStream.saveTo(sink, "out"),
      DStream.onFailure(OutputPolicy.retry(Schedule.spaced("100 millis"))),
    )
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    const round = (values: ReadonlyArray<string>, written: number) =>
      Effect.andThen(
        Effect.promise(() => send(from, values)),
        advanceUntilCommitted(active, server.brokers(), to, written),
      )
    yield* round(numbers(0, 10), 10)
    yield* Effect.promise(async () => await server.command?.("stop", 2))
    assert.deepEqual(yield* Testing.advance(active), ["completed"])
    yield* Effect.promise(() => untilLedByFirst(from))
    yield* round(numbers(10, 20), 20)
    yield* Effect.promise(async () => await server.command?.("start", 2))
    yield* round(numbers(20, 30), 30)
  })
  await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())) as Effect.Effect<void>)
  assert.deepEqual(inOrder(await readCommitted(server.brokers(), to)), numbers(0, 30))
})
