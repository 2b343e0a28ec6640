/** Records that the Kinesis Producer Library has put together into one. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { unpacked } from "../../../lib/connector/kinesis/aggregated.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"
import { Program } from "./program.ts"

const server = kinesisServer(import.meta.url)
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !server.available, fn })

/** Made by npm's aws-kinesis-agg 4.2.8: records with the keys "key a" and "key b", the second one with the hash key 12345. */
const AGGREGATED = Uint8Array.fromHex(
  "f3899ac20a056b657920610a056b65792062120531323334351a0908001a0566697273741a0d080110001a077a77656920c3bc1a0408001a00" +
    "4b137c320596b3202dae3732eea0378a",
)
const KEY_A = BigInt(`0x${createHash("md5").update("key a").digest("hex")}`)
const ALL = { from: 0n, to: 2n ** 128n - 1n }

const recordOf = (data: Uint8Array) => ({
  shardId: "shard",
  partitionKey: "outer",
  sequenceNumber: "17",
  subSequenceNumber: undefined,
  approximateArrivalTimestamp: 1,
  data,
})
/** Puts the first bytes and the checksum around a message. */
const framed = (message: ReadonlyArray<number>): Uint8Array => {
  const digest = createHash("md5").update(new Uint8Array(message)).digest()
  return new Uint8Array([...AGGREGATED.subarray(0, 4), ...message, ...digest])
}
const shown = (data: Uint8Array, keys = ALL) =>
  unpacked(recordOf(data), keys).map(({ data, partitionKey, sequenceNumber, subSequenceNumber }) =>
    [sequenceNumber, subSequenceNumber, partitionKey, new TextDecoder().decode(data)] as const
  )

Deno.test("unpacked() gives the records with their keys and their places", () => {
  assert.deepEqual(shown(AGGREGATED), [
    ["17", 0, "key a", "first"],
    ["17", 1, "key b", "zwei ü"],
    ["17", 2, "key a", ""],
  ])
})

Deno.test("unpacked() gives none if a record does not belong into the shard", () => {
  assert.equal(shown(AGGREGATED, { from: 12_345n, to: KEY_A }).length, 3)
  assert.deepEqual(shown(AGGREGATED, { from: 12_346n, to: KEY_A }), [])
  assert.deepEqual(shown(AGGREGATED, { from: 12_345n, to: KEY_A - 1n }), [])
})

Deno.test("unpacked() gives any other record as it is", () => {
  const damaged = AGGREGATED.with(10, 0)
  const others = [
    new Uint8Array(0),
    AGGREGATED.subarray(0, 4),
    AGGREGATED.subarray(0, 20),
    damaged,
    AGGREGATED.subarray(1),
    // With the right checksum: ends within a number, ends within a field, has a field of an unknown type.
    framed([0x80]),
    framed([0x0a, 0x05, 0x61]),
    framed([0x0b]),
  ]
  for (const data of others) {
    const record = recordOf(data)
    assert.deepEqual(unpacked(record, ALL), [record])
  }
})

Deno.test("unpacked() skips fields that it does not know", () => {
  const message = [
    ...AGGREGATED.subarray(4, -16),
    0x38,
    0x01,
    0x42,
    0x01,
    0x61,
    0x49,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0x55,
    1,
    2,
    3,
    4,
  ]
  assert.equal(shown(framed(message)).length, 3)
})

test("a stream gives the records that were sent as one, and never some of them", async () => {
  const streamName = await server.stream()
  await server.put(streamName, ["before", AGGREGATED, AGGREGATED, "after"])
  const options = { ...reach(server.port()), streamName, initialPosition: "trimHorizon" } as const
  const first = await Program.start(options)
  const batches = [await first.plan(3), await first.plan(2), await first.plan(5)]
  const records = [["before"], ["first", "zwei ü", ""], ["first", "zwei ü", "", "after"]]
  assert.deepEqual(await Promise.all(batches.map((batch) => first.read(batch))), records)
  await first.stop()
  const second = await Program.start(options, batches.map(({ position }) => position))
  assert.deepEqual(await Promise.all(batches.map((batch) => second.read(batch))), records)
  assert.deepEqual(await second.batch(), [])
  await second.stop()
})

test("a stream leaves out what was sent as one into the wrong shard, also when a batch is read again", async () => {
  const streamName = await server.stream(2)
  const isLow = KEY_A < 2n ** 127n
  await server.put(streamName, ["low", AGGREGATED, "end"], 0, 2)
  await server.put(streamName, ["high", AGGREGATED], 1, 2)
  const options = { ...reach(server.port()), streamName, initialPosition: "trimHorizon" } as const
  const first = await Program.start(options)
  const batch = await first.plan()
  const records = ["low", ...(isLow ? ["first", "zwei ü", ""] : []), "end", "high"]
  assert.deepEqual(await first.read(batch), records)
  await first.stop()
  const second = await Program.start(options, [batch.position])
  assert.deepEqual(await second.read(batch), records)
  assert.deepEqual(await second.batch(), [])
  await second.stop()
})
