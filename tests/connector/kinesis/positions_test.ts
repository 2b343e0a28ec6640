/** Streams of Kinesis keep the contract of sources that are read by position. */
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"
import { dynamoServer } from "../../servers/dynamodb_server.ts"
import { kinesisServer, reach } from "../../servers/kinesis_server.ts"

const server = kinesisServer(import.meta.url)
const dynamo = dynamoServer(import.meta.url)

const SHARDS = 3
const shardOf = (record: string): number => Number(record) % SHARDS

/** What the stream is checked with: the records of the shards, and a stream that begins with the oldest one. */
const subject = async (options: (streamName: string) => Partial<Kinesis.StreamOptions>) => {
  const streamName = await server.stream(SHARDS)
  return {
    streamName,
    stream: () =>
      Kinesis.textStream({
        ...reach(server.port()),
        streamName,
        initialPosition: "trimHorizon",
        readInterval: 0,
        ...options(streamName),
      }),
    add: (records: ReadonlyArray<string>) =>
      Effect.promise(async () => {
        for (const [shard, some] of Map.groupBy(records, shardOf)) await server.put(streamName, some, shard, SHARDS)
      }),
    record: String,
    partOf: (record: string) => String(shardOf(record)),
  }
}

Deno.test({
  name: "textStream keeps the contract of positions",
  ignore: !server.available,
  fn: async () => Effect.runPromise(Testing.checkPositions(await subject(() => ({})))),
})

Deno.test({
  name: "textStream with leases keeps the contract of positions",
  ignore: !server.available || !dynamo.available,
  fn: async () => {
    const { streamName, ...source } = await subject((streamName) => ({
      applicationName: `leases-of-${streamName}`,
      dynamodb: { endpoint: `http://127.0.0.1:${dynamo.port()}` },
    }))
    /** The records up to the positions that are written in the leases. */
    const committed = Effect.promise(async () => {
      let done = 0
      for (const [shardId, { checkpoint }] of await dynamo.leases(`leases-of-${streamName}`)) {
        const numbers = await server.sequenceNumbers(streamName, shardId)
        done += numbers.indexOf(checkpoint?.S ?? "") + 1
      }
      return done
    })
    await Effect.runPromise(Testing.checkPositions({ ...source, committed }))
  },
})
