/** Programs that share a stream of Kinesis by leases, against mocks. */
import assert from "node:assert/strict"
import { dynamoServer } from "../../servers/dynamodb_server.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"
import { faultProxy } from "../fault_proxy.ts"
import { tcpProxy } from "../tcp_proxy.ts"
import { numbers } from "../advancing.ts"
import { Program, sleep, until } from "./program.ts"

const server = kinesisServer(import.meta.url)
const dynamo = dynamoServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !server.available || !dynamo.available, fn })

const LEASE_MS = 900
/** Long enough for a busy machine, where it matters that no lease expires. */
const LONG_LEASE = { leaseDuration: "4 seconds" } as const
const SHARD = "shardId-000000000000"

/** Options of programs that share a stream. */
const sharing = (streamName: string, dynamoPort = dynamo.port()) => ({
  ...reach(server.port()),
  streamName,
  applicationName: `leases-of-${streamName}`,
  initialPosition: "trimHorizon" as const,
  leaseDuration: LEASE_MS,
  dynamodb: { endpoint: `http://127.0.0.1:${dynamoPort}` },
})
const leasesOf = (streamName: string) => dynamo.leases(`leases-of-${streamName}`)
const leaseOf = async (streamName: string, shardId = SHARD) => (await leasesOf(streamName)).get(shardId) ?? {}
const inOrder = (records: ReadonlyArray<string>) => records.map(Number).toSorted((a, b) => a - b).map(String)

test("programs share the shards, and each record is read by one of them", async () => {
  const streamName = await server.stream(4)
  const options = { ...sharing(streamName), ...LONG_LEASE }
  const programs = [await Program.start(options), await Program.start(options)]
  const read: ReadonlyArray<Array<string>> = [[], []]
  let sent = 0
  const owners = async () => {
    const all = [...(await leasesOf(streamName)).values()].map(({ leaseOwner }) => leaseOwner?.S)
    return new Map(all.map((owner) => [owner, all.filter((each) => each === owner).length]))
  }
  await until("each program has two shards", async () => {
    await server.put(streamName, numbers(sent, ++sent), sent % 4, 4)
    for (const [i, program] of programs.entries()) read[i]?.push(...await program.batch())
    return [...(await owners()).values()].join() === "2,2"
  })
  for (let n = 0; n < 4; n++) await server.put(streamName, numbers(sent, ++sent), n, 4)
  await until("all records have been read", async () => {
    for (const [i, program] of programs.entries()) read[i]?.push(...await program.batch())
    return read.flat().length >= sent
  })
  assert.deepEqual(inOrder(read.flat()), numbers(0, sent))
  assert.ok(read.every((records) => records.length >= 2))
  for (const program of programs) await program.stop()
})

test("how far a batch has read is written after it", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a", "b"])
  const program = await Program.start(sharing(streamName))
  const batch = await program.plan()
  assert.deepEqual(await program.read(batch), ["a", "b"])
  assert.equal((await leaseOf(streamName))["checkpoint"]?.S, "TRIM_HORIZON")
  await program.commit(batch)
  const written = (await leaseOf(streamName))["checkpoint"]?.S
  assert.equal(written, (await server.sequenceNumbers(streamName, SHARD)).at(-1))
  await program.stop()
})

test("a program that stops gives its shards to the next one at once", async () => {
  const streamName = await server.stream(2)
  await server.put(streamName, ["a"], 0, 2)
  const first = await Program.start(sharing(streamName))
  assert.deepEqual(await first.batch(), ["a"])
  await first.stop()
  await server.put(streamName, ["b"], 1, 2)
  const second = await Program.start(sharing(streamName))
  assert.deepEqual(await second.batch(), ["b"])
  await second.stop()
})

test("a shard is handed over when the batches with its records have succeeded", async () => {
  const streamName = await server.stream(2)
  const options = { ...sharing(streamName), leaseDuration: "1500 millis" } as const
  const first = await Program.start(options)
  await server.put(streamName, ["0"], 0, 2)
  await server.put(streamName, ["1"], 1, 2)
  const batch = await first.plan()
  const second = await Program.start(options)
  await until(
    "the second program has asked for a shard",
    async () => [...(await leasesOf(streamName)).values()].some(({ nextOwner }) => nextOwner !== undefined),
  )
  for (const end = Date.now() + 1_200; Date.now() < end; await sleep(50)) {
    assert.deepEqual(await first.batch(), [])
    assert.deepEqual(await second.batch(), [])
  }
  assert.deepEqual(inOrder(await first.read(batch)), ["0", "1"])
  await first.commit(batch)
  await server.put(streamName, ["2"], 0, 2)
  await server.put(streamName, ["3"], 1, 2)
  const read: ReadonlyArray<Array<string>> = [[], []]
  await until("both programs read a shard", async () => {
    for (const [i, program] of [first, second].entries()) read[i]?.push(...await program.batch())
    return read.every((records) => records.length > 0)
  })
  assert.deepEqual(inOrder(read.flat()), ["2", "3"])
  await first.stop()
  await second.stop()
})

test("a program that stops keeps the shards with batches that have not succeeded", async () => {
  const streamName = await server.stream(2)
  const options = sharing(streamName)
  await server.put(streamName, ["a"], 0, 2)
  const first = await Program.start(options)
  await first.plan()
  await first.stop()
  const leases = await leasesOf(streamName)
  assert.notEqual(leases.get(SHARD)?.["leaseOwner"], undefined)
  assert.equal(leases.get("shardId-000000000001")?.["leaseOwner"], undefined)
})

test("the shards of a program that has died are taken over behind its last batch that has succeeded", async () => {
  const streamName = await server.stream()
  const proxy = faultProxy(dynamo.port)
  await server.put(streamName, ["a", "b"])
  const dead = await Program.start(sharing(streamName, proxy.port))
  assert.deepEqual(await dead.batch(), ["a", "b"])
  await server.put(streamName, ["c"])
  await dead.plan()
  // Without DynamoDB it cannot give its lease back.
  proxy.refuse()
  await dead.stop()
  const died = Date.now()
  const heir = await Program.start(sharing(streamName))
  const read: Array<string> = []
  await until("the shard is taken over", async () => {
    read.push(...await heir.batch())
    return read.length > 0
  })
  assert.deepEqual(read, ["c"])
  assert.ok(Date.now() - died >= LEASE_MS / 2)
  await heir.stop()
  await proxy[Symbol.asyncDispose]()
})

test("a program that restarts from its checkpoint goes on with its shards at once, behind what it has planned", async () => {
  const streamName = await server.stream(2)
  const proxy = faultProxy(dynamo.port)
  await server.put(streamName, ["a"], 0, 2)
  const killed = await Program.start(sharing(streamName, proxy.port))
  const batch = await killed.plan()
  proxy.refuse()
  await killed.stop()
  await server.put(streamName, ["b"], 0, 2)
  const restarted = await Program.start(sharing(streamName), [batch.position])
  assert.deepEqual(await restarted.read(batch), ["a"])
  assert.deepEqual(await restarted.batch(), ["b"])
  await restarted.commit(batch)
  assert.equal(
    (await leaseOf(streamName))["checkpoint"]?.S,
    (await server.sequenceNumbers(streamName, SHARD)).at(-1),
    "a batch that ends late does not set the position back",
  )
  await restarted.stop()
  await proxy[Symbol.asyncDispose]()
})

test("a program that cannot renew its leases reads nothing after they have expired", async () => {
  const streamName = await server.stream()
  const proxy = faultProxy(dynamo.port)
  const cut = await Program.start(sharing(streamName, proxy.port))
  await server.put(streamName, ["a"])
  assert.deepEqual(await cut.batch(), ["a"])
  proxy.refuse()
  const heir = await Program.start(sharing(streamName))
  await sleep(LEASE_MS + 100)
  await server.put(streamName, ["b"])
  assert.deepEqual(await cut.batch(), [])
  const read: Array<string> = []
  await until("the shard is taken over", async () => {
    read.push(...await heir.batch())
    return read.length > 0
  })
  proxy.accept()
  await server.put(streamName, ["c"])
  assert.deepEqual(await cut.batch(), [])
  read.push(...await heir.batch())
  assert.deepEqual(read, ["b", "c"])
  await cut.stop()
  await heir.stop()
  await proxy[Symbol.asyncDispose]()
})

test("a program whose leases have expired goes on where it was if no other has taken them", async () => {
  const streamName = await server.stream()
  const proxy = faultProxy(dynamo.port)
  const program = await Program.start(sharing(streamName, proxy.port))
  await server.put(streamName, ["a"])
  const batch = await program.plan()
  assert.deepEqual(await program.read(batch), ["a"])
  proxy.refuse()
  await sleep(LEASE_MS + 100)
  await server.put(streamName, ["b"])
  assert.deepEqual(await program.batch(), [])
  proxy.accept()
  assert.deepEqual(await program.batch(), ["b"])
  await program.stop()
  await proxy[Symbol.asyncDispose]()
})

test("answers of DynamoDB that are lost cost no lease", async () => {
  const streamName = await server.stream(2)
  let answers = 0
  await using proxy = tcpProxy({ hostname: "127.0.0.1", port: dynamo.port() }, () => "pass", {
    answers: () => ++answers % 4 === 0 ? "half" : "pass",
  })
  const program = await Program.start({ ...sharing(streamName, proxy.port), leaseDuration: 600 })
  const read: Array<string> = []
  for (let i = 0; i < 20; i++) {
    await server.put(streamName, [String(i)], i % 2, 2)
    read.push(...await program.batch())
    await sleep(50)
  }
  await until("all records have been read", async () => {
    read.push(...await program.batch())
    return read.length >= 20
  })
  assert.deepEqual(inOrder(read), numbers(0, 20))
  assert.ok(answers > 20)
  await program.stop()
})

test("a lease of a shard that has expired fails the program, or is given up, and its children are read", async () => {
  const streamName = await server.stream()
  const options = sharing(streamName)
  const first = await Program.start(options)
  await first.stop()
  await dynamo.put(options.applicationName, {
    leaseKey: { S: "shardId-old" },
    leaseCounter: { N: "1" },
    checkpoint: { S: "17" },
  })
  await assert.rejects(Program.start(options), /DataLost.*shardId-old|shardId-old.*DataLost/)
  const second = await Program.start({ ...options, failOnDataLoss: false })
  await server.put(streamName, ["a"])
  assert.deepEqual(await second.batch(), ["a"])
  assert.deepEqual([...(await leasesOf(streamName)).keys()], [SHARD])
  await second.stop()
})

test("what DynamoDB has missed while it was away is written with a later batch", async () => {
  const streamName = await server.stream()
  const proxy = faultProxy(dynamo.port)
  const program = await Program.start({ ...sharing(streamName, proxy.port), leaseDuration: "1 minute" })
  await server.put(streamName, ["a"])
  proxy.refuse()
  assert.deepEqual(await program.batch(), ["a"])
  proxy.accept()
  assert.deepEqual(await program.batch(), [])
  const written = (await leaseOf(streamName))["checkpoint"]?.S
  assert.equal(written, (await server.sequenceNumbers(streamName, SHARD)).at(-1))
  await program.stop()
  await proxy[Symbol.asyncDispose]()
})

test("the children of a shard are read by any program, after all batches of the parent have succeeded", async () => {
  const streamName = await server.stream()
  const options = { ...sharing(streamName), ...LONG_LEASE }
  const programs = [await Program.start(options), await Program.start(options)]
  await server.put(streamName, ["0", "1"])
  await server.split(streamName, SHARD)
  await server.put(streamName, ["2"], 0, 2)
  await server.put(streamName, ["3"], 1, 2)
  const [first, second] = programs
  assert.ok(first !== undefined && second !== undefined)
  const batch = await first.plan()
  assert.deepEqual(await first.read(batch), ["0", "1"])
  // The batch has not succeeded: no program may go on, however often it looks.
  await sleep(3_000)
  assert.deepEqual([await second.batch(), await first.read(await first.plan())], [[], []])
  await first.commit(batch)
  assert.equal((await leaseOf(streamName))["checkpoint"]?.S, "SHARD_END")
  const read: ReadonlyArray<Array<string>> = [[], []]
  await until("both programs read a child", async () => {
    for (const [i, program] of programs.entries()) read[i]?.push(...await program.batch())
    return read.flat().length >= 2
  })
  assert.deepEqual(inOrder(read.flat()), ["2", "3"])
  for (const program of programs) await program.stop()
})

test("a program goes on with a table of the Kinesis Client Library", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a", "b", "c"])
  const first = await Program.start(sharing(streamName))
  await first.stop()
  const [, second = ""] = await server.sequenceNumbers(streamName, SHARD)
  await dynamo.put(`leases-of-${streamName}`, {
    leaseKey: { S: SHARD },
    leaseCounter: { N: "17" },
    checkpoint: { S: second },
    checkpointSubSequenceNumber: { N: "0" },
    ownerSwitchesSinceCheckpoint: { N: "3" },
  })
  const program = await Program.start(sharing(streamName))
  assert.deepEqual(await program.batch(), ["c"])
  await program.stop()
})

test("a checkpoint that was made without leases counts when there are none yet", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["a"])
  const { applicationName: _, ...alone } = sharing(streamName)
  const first = await Program.start(alone)
  const batch = await first.plan()
  await first.commit(batch)
  await first.stop()
  await server.put(streamName, ["b"])
  const program = await Program.start(sharing(streamName), [batch.position])
  assert.deepEqual(await program.batch(), ["b"])
  await program.stop()
})

test("a shard that nothing was read of is handed on with the time of the start", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["before"])
  await sleep(20)
  const options = { ...sharing(streamName), initialPosition: "latest" as const }
  const first = await Program.start(options)
  assert.deepEqual(await first.batch(), [])
  await first.stop()
  await server.put(streamName, ["after"])
  const second = await Program.start(options)
  assert.deepEqual(await second.batch(), ["after"])
  await second.stop()
})
