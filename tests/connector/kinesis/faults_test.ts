/** Kinesis that is not there, goes away, breaks connections, or refuses calls. */
import assert from "node:assert/strict"
import { StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"
import { dynamoServer } from "../../servers/dynamodb_server.ts"
import { freePort } from "../../servers/free_port.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"
import { inContext, later, numbers } from "../advancing.ts"
import { faultProxy } from "../fault_proxy.ts"
import { AWAY_MS } from "../running.ts"
import { tcpProxy } from "../tcp_proxy.ts"
import { Program, sleep, until } from "./program.ts"
import { running } from "./running.ts"
import { serviceProxy, type Verdict } from "./service_proxy.ts"

const server = kinesisServer(import.meta.url)
const dynamo = dynamoServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !server.available || !dynamo.available, fn })
const through = (port: number, streamName: string) => ({
  ...reach(port),
  streamName,
  initialPosition: "trimHorizon" as const,
})
const pass: Verdict = {}

test("a stream starts before its server, and reads what it has when it is there", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a"])
  await using proxy = faultProxy(server.port)
  proxy.refuse()
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running(through(proxy.port, streamName))
    yield* advance(2)
    proxy.accept()
    yield* advance()
    assert.deepEqual(records, [[], [], ["a"]])
  }))
})

test("a stream goes on after its connections were cut", async () => {
  const streamName = await server.stream()
  await using proxy = faultProxy(server.port)
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running(through(proxy.port, streamName))
    for (let i = 0; i < 5; i++) {
      yield* later(() => server.put(streamName, [String(i)]))
      proxy.cut()
      yield* advance(2)
    }
    yield* advance()
    assert.deepEqual(records.flat(), numbers(0, 5))
  }))
})

test("a stream goes on after its server was away for a while", async () => {
  const streamName = await server.stream()
  await using proxy = faultProxy(server.port)
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running(through(proxy.port, streamName))
    yield* later(() => server.put(streamName, ["a"]))
    yield* advance()
    proxy.refuse()
    yield* later(() => server.put(streamName, ["b"]))
    for (const end = Date.now() + AWAY_MS + 500; Date.now() < end;) yield* advance()
    proxy.accept()
    yield* advance()
    assert.deepEqual(records.filter((some) => some.length > 0), [["a"], ["b"]])
  }))
})

test("answers that are cut in the midst lose and repeat nothing", async () => {
  const streamName = await server.stream()
  const values = numbers(0, 400)
  await server.put(streamName, values)
  await using pages = serviceProxy(
    server.port(),
    (operation, body) => operation === "GetRecords" ? { body: { ...body, Limit: 20 } } : pass,
  )
  let answers = 0
  await using proxy = tcpProxy({ hostname: "127.0.0.1", port: pages.port }, () => "pass", {
    answers: () => ++answers % 5 === 0 ? "half" : "pass",
  })
  const program = await Program.start(through(proxy.port, streamName))
  const read: Array<string> = []
  await until("all records have been read", async () => {
    read.push(...await program.batch())
    return read.length >= values.length
  })
  assert.deepEqual(read, values)
  assert.ok(answers > 20)
  await program.stop()
})

test("a job goes on reading a range after answers were cut in the midst, and while it is throttled", async () => {
  const streamName = await server.stream()
  const values = numbers(0, 200)
  await server.put(streamName, values)
  const first = await Program.start(through(server.port(), streamName))
  const batch = await first.plan()
  await first.stop()
  let calls = 0
  await using pages = serviceProxy(server.port(), (operation, body) => {
    if (operation !== "GetRecords") return pass
    return ++calls % 3 === 0
      ? { error: "ProvisionedThroughputExceededException" }
      : calls % 5 === 0
      ? { error: "ExpiredIteratorException" }
      : { body: { ...body, Limit: 30 } }
  })
  let answers = 0
  await using proxy = tcpProxy({ hostname: "127.0.0.1", port: pages.port }, () => "pass", {
    answers: () => ++answers % 7 === 0 ? "half" : "pass",
  })
  const second = await Program.start(through(proxy.port, streamName), [batch.position])
  assert.deepEqual(await second.read(batch), values)
  assert.ok(calls >= 7)
  await second.stop()
})

test("while the server does not answer batches have no new records, and afterwards nothing is lost", async () => {
  const streamName = await server.stream()
  await using proxy = faultProxy(server.port)
  await inContext(Effect.gen(function* () {
    const { advance, records } = yield* running(through(proxy.port, streamName))
    yield* later(() => server.put(streamName, ["a"]))
    yield* advance()
    proxy.stall()
    yield* later(() => server.put(streamName, ["b"]))
    yield* advance()
    proxy.go()
    yield* later(() => server.put(streamName, ["c"]))
    yield* advance()
    assert.deepEqual(records, [["a"], [], ["b", "c"]])
  }))
})

test("a shard that is throttled is asked less often, and nothing is lost", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a"])
  let isThrottling = true
  await using proxy = serviceProxy(
    server.port(),
    (operation) =>
      isThrottling && operation === "GetRecords" ? { error: "ProvisionedThroughputExceededException" } : pass,
  )
  const program = await Program.start(through(proxy.port, streamName))
  for (const end = Date.now() + 600; Date.now() < end;) assert.deepEqual(await program.batch(), [])
  const asked = proxy.calls.filter((operation) => operation === "GetRecords").length
  assert.ok(asked >= 2 && asked <= 6, `${asked} calls`)
  isThrottling = false
  const read: Array<string> = []
  await until("the record is read", async () => {
    await sleep(20)
    read.push(...await program.batch())
    return read.length > 0
  })
  assert.deepEqual(read, ["a"])
  await program.stop()
})

test("shards are asked between batches, and again and again", async () => {
  const streamName = await server.stream()
  await using proxy = serviceProxy(server.port(), () => pass)
  const program = await Program.start(through(proxy.port, streamName))
  const asked = () => proxy.calls.filter((operation) => operation === "GetRecords").length
  const before = asked()
  await until("the shard was asked three times more", () => Promise.resolve(asked() >= before + 3))
  await program.stop()
})

test("an iterator that has expired is made again where fetching goes on", async () => {
  const streamName = await server.stream()
  let expires = 0
  await using proxy = serviceProxy(
    server.port(),
    (operation) => operation === "GetRecords" && expires-- > 0 ? { error: "ExpiredIteratorException" } : pass,
  )
  const program = await Program.start(through(proxy.port, streamName))
  const read: Array<string> = []
  for (let i = 0; i < 4; i++) {
    await server.put(streamName, [String(i)])
    expires = i
    read.push(...await program.batch())
  }
  assert.deepEqual(read, numbers(0, 4))
  await program.stop()
})

for (
  const [error, reason] of [
    ["UnrecognizedClientException", "AuthenticationFailed"],
    ["InvalidSignatureException", "AuthenticationFailed"],
    ["AccessDeniedException", "NotAuthorized"],
  ] as const
) {
  test(`${error} is an error of the start, and fails a running stream at the next batch`, async () => {
    const streamName = await server.stream()
    let isRefusing = true
    await using proxy = serviceProxy(server.port(), () => isRefusing ? { error } : pass)
    const begin = Date.now()
    const failure = await inContext(Effect.flip(running(through(proxy.port, streamName))))
    assert.ok(failure instanceof Kinesis.KinesisError)
    assert.equal(failure.reason, reason)
    assert.ok(Date.now() - begin < 2_000)
    assert.equal(proxy.calls.length, 1)
    isRefusing = false
    await inContext(Effect.gen(function* () {
      const { active, advance } = yield* running(through(proxy.port, streamName))
      yield* advance()
      isRefusing = true
      yield* advance()
      const found = yield* Effect.flip(StreamingContext.awaitTermination(active))
      assert.match(String(found), new RegExp(reason))
    }))
  })
}

test("credentials that DynamoDB refuses are an error of the start", async () => {
  const streamName = await server.stream()
  await using proxy = serviceProxy(dynamo.port(), () => ({ error: "UnrecognizedClientException" }))
  const failure = await inContext(Effect.flip(running({
    ...through(server.port(), streamName),
    applicationName: "refused",
    dynamodb: { endpoint: `http://127.0.0.1:${proxy.port}` },
  })))
  assert.match(String(failure), /DynamoDB cannot read the leases in the table refused \(AuthenticationFailed\)/)
})

test("a provider that has no credentials is an error of the start", async () => {
  const failure = await inContext(Effect.flip(running({
    ...through(freePort(), "any"),
    credentials: () => Promise.reject(Object.assign(new Error("no role"), { name: "CredentialsProviderError" })),
  })))
  assert.match(String(failure), /AuthenticationFailed\): .*no role/)
})

test("an endpoint that does not speak TLS is an error of the start", async () => {
  const failure = await inContext(Effect.flip(running({
    ...through(server.port(), "any"),
    endpoint: `https://127.0.0.1:${server.port()}`,
  })))
  assert.match(String(failure), /Kinesis cannot list the shards of any \(TlsFailed\)/)
})

test("no secret is in an error", async () => {
  await using proxy = serviceProxy(server.port(), () => ({ error: "InvalidSignatureException" }))
  const failure = await inContext(Effect.flip(running({
    ...through(proxy.port, "any"),
    credentials: { accessKeyId: "key", secretAccessKey: "the-secret" },
  })))
  assert.equal(Deno.inspect(failure, { depth: 20 }).includes("the-secret"), false)
})

test("records that have expired before a batch reads them again fail it, or are left out with a warning", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a", "b", "c"])
  const first = await Program.start(through(server.port(), streamName))
  const batch = await first.plan()
  await first.stop()
  const [, second = ""] = await server.sequenceNumbers(streamName, "shardId-000000000000")
  // The service begins with the oldest record if the one that is asked for has expired.
  await using proxy = serviceProxy(
    server.port(),
    (operation, body) =>
      operation === "GetShardIterator" && body["ShardIteratorType"] === "AT_SEQUENCE_NUMBER"
        ? { body: { ...body, StartingSequenceNumber: second } }
        : pass,
  )
  const failing = await Program.start(through(proxy.port, streamName), [batch.position])
  await assert.rejects(failing.read(batch), /DataLost.*1 of its 3 records do not exist any more/)
  await failing.stop()
  const going = await Program.start({ ...through(proxy.port, streamName), failOnDataLoss: false }, [batch.position])
  assert.deepEqual(await going.read(batch), ["b", "c"])
  await going.stop()
})

test("a stream that was deleted and made again fails, or is read from its beginning", async () => {
  const streamName = await server.stream()
  await using proxy = serviceProxy(
    server.port(),
    (operation, body) =>
      operation === "GetShardIterator" && body["ShardIteratorType"] === "AFTER_SEQUENCE_NUMBER"
        ? { error: "InvalidArgumentException" }
        : pass,
  )
  await server.put(streamName, ["a"])
  const first = await Program.start(through(proxy.port, streamName))
  const batch = await first.plan()
  await first.stop()
  await assert.rejects(Program.start(through(proxy.port, streamName), [batch.position]), /DataLost/)
  const options = { ...through(proxy.port, streamName), failOnDataLoss: false }
  const second = await Program.start(options, [batch.position])
  assert.deepEqual(await second.batch(), ["a"])
  await second.stop()
})

test("a shard that has expired while a program was down fails it, or is given up", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a"])
  const first = await Program.start(through(server.port(), streamName))
  const batch = await first.plan()
  await first.stop()
  await using proxy = serviceProxy(
    server.port(),
    (operation) =>
      operation === "ListShards"
        ? { answer: { Shards: [{ ShardId: "shardId-000000000001", ParentShardId: "shardId-000000000000" }] } }
        : operation === "GetShardIterator"
        ? { answer: { ShardIterator: "iterator" } }
        : {
          answer: { Records: [{ SequenceNumber: "1", Data: btoa("child"), PartitionKey: "" }], MillisBehindLatest: 0 },
        },
  )
  await assert.rejects(
    Program.start(through(proxy.port, streamName), [batch.position]),
    /DataLost.*go on with shardId-000000000000|go on with shardId-000000000000.*DataLost/,
  )
  const options = { ...through(proxy.port, streamName), failOnDataLoss: false }
  const second = await Program.start(options, [batch.position])
  assert.deepEqual(await second.batch(), ["child"])
  await second.stop()
})

test("bufferBytes bounds what is fetched ahead", async () => {
  const streamName = await server.stream()
  await server.put(streamName, numbers(0, 100))
  await using proxy = serviceProxy(
    server.port(),
    (operation, body) => operation === "GetRecords" ? { body: { ...body, Limit: 10 } } : pass,
  )
  const program = await Program.start({ ...through(proxy.port, streamName), bufferBytes: 3_000 })
  const read: Array<string> = []
  while (read.length < 100) {
    const batches = [await program.plan(), await program.plan(), await program.plan()]
    // Records are in memory until their batch has succeeded: at most those of two pages.
    const records = (await Promise.all(batches.map((batch) => program.read(batch)))).flat()
    assert.ok(records.length <= 20, `${records.length} records`)
    read.push(...records)
    for (const batch of batches) await program.commit(batch)
  }
  assert.deepEqual(read, numbers(0, 100))
  await program.stop()
})

test("a scope that is closed at any moment leaves no connection", async () => {
  const streamName = await server.stream(3)
  await server.put(streamName, numbers(0, 30), 0, 3)
  await using kinesis = faultProxy(server.port)
  await using tables = faultProxy(dynamo.port)
  for (const millis of [0, 1, 2, 5, 10, 20, 50, 100, 200, 400]) {
    const life = Effect.gen(function* () {
      const { advance } = yield* running({
        ...through(kinesis.port, streamName),
        applicationName: `leases-of-${streamName}`,
        dynamodb: { endpoint: `http://127.0.0.1:${tables.port}` },
      })
      while (true) yield* advance()
    })
    const program = Effect.scoped(Effect.provide(life, Testing.layer())) as Effect.Effect<never, unknown>
    await Effect.runPromise(Effect.raceFirst(program, later(() => sleep(millis))))
  }
  await until("all connections are closed", () => Promise.resolve(kinesis.connections() + tables.connections() === 0))
})

test("a service that is away for longer than retryFor fails the job", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a"])
  await using proxy = faultProxy(server.port)
  const first = await Program.start(through(proxy.port, streamName))
  const batch = await first.plan()
  await first.stop()
  proxy.refuse()
  const second = await Program.start({ ...through(proxy.port, streamName), retryFor: "300 millis" }, [batch.position])
  await assert.rejects(second.read(batch), /Kinesis cannot .* \(Unreachable\)/)
  await second.stop()
})
