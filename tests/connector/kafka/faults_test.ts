/** Brokers that are not there, go away, or whose connections break. */
import assert from "node:assert/strict"
import { DStream, OutputPolicy, RDD, SparkContext, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Kafka from "../../../lib/kafka.ts"
import { kafkaServer } from "../../servers/kafka_server.ts"
import { inContext, numbers, startAdvanced } from "../advancing.ts"
import { advanceUntilCommitted, readCommitted } from "./committed.ts"
import { tcpProxy, type Verdict } from "../tcp_proxy.ts"

const server = kafkaServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>, ignore = false) =>
  Deno.test({ name, ignore: !server.available || ignore, fn })
const sc = SparkContext.layer({ master: "local[2]", appName: "kafka tests" })
const send = (topic: string, values: ReadonlyArray<string>) => server.send(topic, values.map((value) => ({ value })))

const proxied = (
  judge: (sent: string) => Verdict = () => "pass",
  answers?: () => "pass" | "half",
) => tcpProxy(server.proxy().to, judge, { port: server.proxy().port, ...(answers === undefined ? {} : { answers }) })
const proxyBrokers = () => `127.0.0.1:${server.proxy().port}`

/** The number of the operation that a request asks for. */
const apiKey = (sent: string): number => sent.charCodeAt(5)
const [PRODUCE, FETCH, END_TRANSACTION] = [0, 1, 26]

/** A running stream, of which each batch is advanced by hand. */
const running = (options: Kafka.StreamOptions & Kafka.Subscription) =>
  Effect.gen(function* () {
    const records: Array<string> = []
    const output = DStream.foreachRDD(
      Kafka.directTextStream(options),
      (rdd) => Effect.map(RDD.collect(rdd), (some) => void records.push(...some)),
    )
    return { records, ...yield* startAdvanced(output, undefined) }
  })

test("a stream starts before its brokers, and reads what they have when they are there", async () => {
  const topic = await server.topic()
  await send(topic, ["a"])
  await inContext(Effect.gen(function* () {
    const options = { brokers: proxyBrokers(), subscribe: topic, startingOffsets: "earliest" as const }
    const { advance, records } = yield* running(options)
    assert.deepEqual(yield* advance(2), ["completed", "completed"])
    yield* Effect.acquireRelease(
      Effect.sync(() => proxied()),
      (proxy) => Effect.promise(async () => await proxy[Symbol.asyncDispose]()),
    )
    yield* advance()
    assert.deepEqual(records, ["a"])
  }))
})

test("a stream goes on after its connections were cut", async () => {
  const topic = await server.topic()
  await using proxy = proxied()
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({
      brokers: proxyBrokers(),
      subscribe: topic,
      startingOffsets: "earliest",
    })
    for (let i = 0; i < 5; i++) {
      yield* Effect.promise(() => send(topic, [String(i)]))
      proxy.cut()
      yield* advance(2)
    }
    assert.deepEqual(records, numbers(0, 5))
  }))
})

test("connections that are cut in the midst of answers lose and repeat nothing", async () => {
  const topic = await server.topic()
  const values = numbers(0, 20_000).map((n) => `${n} ${"x".repeat(100)}`)
  for (let from = 0; from < values.length; from += 1000) await send(topic, values.slice(from, from + 1000))
  let answers = 0
  let cuts = 0
  await using _ = proxied(() => "pass", () => {
    if (++answers % 7 !== 0 || cuts >= 10) return "pass"
    cuts++
    return "half"
  })
  const rdd = Kafka.textRDD({ brokers: proxyBrokers() }, [
    { topic, partition: 0, fromOffset: 0, untilOffset: 10_000 },
    { topic, partition: 0, fromOffset: 10_000, untilOffset: 20_000 },
  ])
  const found = await Effect.runPromise(Effect.provide(RDD.collect(rdd), sc))
  assert.equal(found.length, values.length)
  assert.equal(found.every((each, i) => each === values[i]), true)
  assert.equal(cuts, 10)
})

test("take and isEmpty ask for the first answer only, and for none if the ranges are empty", async () => {
  const topic = await server.topic()
  // More than two answers of 4 MB.
  const values = numbers(0, 100).map((n) => `${n} ${"x".repeat(100_000)}`)
  for (let from = 0; from < values.length; from += 5) await send(topic, values.slice(from, from + 5))
  let fetches = 0
  await using _ = proxied((sent) => {
    if (apiKey(sent) === FETCH) fetches++
    return "pass"
  })
  const rdd = (untilOffset: number) =>
    Kafka.textRDD({ brokers: proxyBrokers() }, [{ topic, partition: 0, fromOffset: 0, untilOffset }])
  const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof sc>>) =>
    Effect.runPromise(Effect.provide(effect, sc))
  assert.deepEqual(await run(RDD.take(rdd(100), 2)), values.slice(0, 2))
  assert.equal(fetches, 1)
  assert.equal(await run(RDD.isEmpty(rdd(100))), false)
  assert.equal(fetches, 2)
  assert.equal(await run(RDD.isEmpty(rdd(0))), true)
  assert.equal(fetches, 2)
  assert.equal(await run(RDD.count(rdd(100))), 100)
  assert.ok(fetches >= 5)
})

test("brokers that are away for longer than retryFor fail the job", async () => {
  const range = { topic: "any", partition: 0, fromOffset: 0, untilOffset: 1 }
  const rdd = Kafka.textRDD({ brokers: proxyBrokers(), retryFor: "300 millis" }, [range])
  const error = await Effect.runPromise(Effect.flip(Effect.provide(RDD.collect(rdd), sc)))
  assert.match(String(error), /Unreachable.*ECONNREFUSED/)
})

for (
  const [name, key, verdict] of [
    ["before records reach the broker", PRODUCE, "cut"],
    ["after records reached the broker, without an answer", PRODUCE, "pass, then cut when answered"],
    ["before the broker is told to commit", END_TRANSACTION, "cut"],
    ["after the broker was told to commit, without an answer", END_TRANSACTION, "pass, then cut when answered"],
  ] as const
) {
  test(`a batch is written once if the connection is cut ${name}`, async () => {
    const topic = await server.topic()
    let cuts = 0
    await using _ = proxied((sent) => apiKey(sent) === key && cuts++ < 2 ? verdict : "pass")
    const sink = Kafka.sink<number>({
      brokers: proxyBrokers(),
      topic,
      transactionalIdPrefix: topic,
      record: (n) => ({ value: String(n) }),
    })
    const output = Testing.input([[1, 2], [3, 4]], { partitions: 1 }).pipe(DStream.saveTo(sink, "out"))
    const { batches } = await Effect.runPromise(Testing.runOutputs([output]))
    assert.deepEqual(batches, ["completed", "completed"])
    assert.equal(cuts >= 2, true)
    assert.deepEqual(await readCommitted(server.brokers(), topic), ["1", "2", "3", "4"])
  })
}

test("while the broker is suspended batches have no new records, and afterwards nothing is lost", async () => {
  const topic = await server.topic()
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({
      brokers: server.brokers(),
      subscribe: topic,
      startingOffsets: "earliest",
    })
    yield* Effect.promise(() => send(topic, ["a"]))
    yield* advance()
    yield* Effect.promise(async () => await server.command?.("suspend"))
    yield* advance()
    yield* Effect.promise(async () => await server.command?.("resume"))
    yield* Effect.promise(() => send(topic, ["b"]))
    yield* advance(2)
    assert.deepEqual(records, ["a", "b"])
  }))
}, server.command === undefined)

/** How long the broker is away. A minute if DSTREAM_OUTAGE_SECONDS=60 is set. */
const OUTAGE_MS = 1000 * Number(Deno.env.get("DSTREAM_OUTAGE_SECONDS") ?? 2)

test("a stream has empty batches while the broker is away, and a job waits for it", async () => {
  const topic = await server.topic()
  await send(topic, numbers(0, 10))
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running({
      brokers: server.brokers(),
      subscribe: topic,
      startingOffsets: "earliest",
    })
    yield* advance()
    yield* Effect.promise(async () => await server.command?.("stop"))
    const range = { topic, partition: 0, fromOffset: 0, untilOffset: 10 }
    const job = Effect.runPromise(
      Effect.provide(RDD.collect(Kafka.textRDD({ brokers: server.brokers() }, [range])), sc),
    )
    const back = performance.now() + OUTAGE_MS
    while (performance.now() < back) {
      assert.deepEqual(yield* advance(), ["completed"])
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 200)))
    }
    assert.deepEqual(records, numbers(0, 10))
    yield* Effect.promise(async () => await server.command?.("start"))
    assert.deepEqual(yield* Effect.promise(() => job), numbers(0, 10))
    yield* Effect.promise(() => send(topic, numbers(10, 20)))
    yield* advance(2)
    assert.deepEqual(records, numbers(0, 20))
  }))
}, server.command === undefined)

for (const when of ["after a batch was committed", "while it commits a batch"] as const) {
  test(`a stream and a sink go on after the broker was killed ${when}`, async () => {
    const [from, to] = [await server.topic(), await server.topic()]
    await send(from, numbers(0, 10))
    let restarted: Promise<void> | undefined
    const restart = async () => {
      await server.command?.("stop")
      await server.command?.("start")
    }
    let isCommitting = false
    await using _ = proxied((sent) => {
      isCommitting = apiKey(sent) === END_TRANSACTION
      return "pass"
    }, () => {
      if (isCommitting && when === "while it commits a batch") restarted ??= restart()
      return "pass"
    })
    const sink = Kafka.sink<string>({
      brokers: proxyBrokers(),
      topic: to,
      transactionalIdPrefix: to,
      record: (value) => ({ value }),
      // Shorter than the broker is away, so that batches fail and their output runs again.
      retryFor: "300 millis",
    })
    await inContext(Effect.gen(function* () {
      const lines = Kafka.directTextStream({ brokers: server.brokers(), subscribe: from, startingOffsets: "earliest" })
      const output = lines.pipe(
        DStream.saveTo(sink, "out"),
        DStream.onFailure(OutputPolicy.retry(Schedule.spaced("100 millis"))),
      )
      const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
      assert.deepEqual(yield* Testing.advance(active), ["completed"])
      yield* Effect.promise(() => restarted ??= restart())
      yield* Effect.promise(() => send(from, numbers(10, 20)))
      yield* advanceUntilCommitted(active, server.brokers(), to, 20)
    }))
    assert.deepEqual(await readCommitted(server.brokers(), to), numbers(0, 20))
  }, server.command === undefined)
}
