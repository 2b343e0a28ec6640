/** A mock of Kinesis for tests, which `tests/servers/kinesis.sh` starts and removes. */
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { testServer } from "./launching.ts"

/** How a program reaches the mock, as options of the library. */
export const reach = (port: number) => ({
  region: "us-east-1",
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
})

/** A server for the tests of one file. Its members other than `available` are for use inside tests. */
export interface KinesisServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  readonly port: () => number
  /** Makes a stream with a new name, and gives the name. */
  readonly stream: (shards?: number, name?: string) => Promise<string>
  readonly remove: (stream: string) => Promise<void>
  /** Puts text or bytes into the shard that is the n-th of so many equal ones, in this order. */
  readonly put: (stream: string, records: ReadonlyArray<string | Uint8Array>, n?: number, of?: number) => Promise<void>
  /** The sequence numbers of the records of a shard. */
  readonly sequenceNumbers: (stream: string, shardId: string) => Promise<ReadonlyArray<string>>
  readonly shards: (stream: string) => Promise<ReadonlyArray<Shard>>
  /** Splits a shard into two halves. */
  readonly split: (stream: string, shardId: string) => Promise<void>
  readonly merge: (stream: string, shardId: string, adjacent: string) => Promise<void>
  readonly setCount: (stream: string, shards: number) => Promise<void>
}

const HASH_KEYS = 2n ** 128n

/** The most records that a request may have. */
const MOST_PUT = 500

/** Called in a test file before its tests. Without a server it prints why there is none. */
export const kinesisServer = (file: string): KinesisServer => {
  const { available, setting } = testServer(file, {
    name: "a mock of Kinesis",
    script: "kinesis.sh",
    variable: "KINESIS_ENDPOINT",
    advice: "Install Node and npm; the mock is then downloaded once",
  })
  const port = () => Number(new URL(setting("KINESIS_ENDPOINT")).port)
  const using = async <A>(use: (client: KinesisClient) => Promise<A>): Promise<A> => {
    const client = new KinesisClient({ ...reach(port()), requestHandler: new NodeHttpHandler() })
    try {
      return await use(client)
    } finally {
      client.destroy()
    }
  }
  const shards = (stream: string) =>
    using(async (client) => (await client.send(new ListShardsCommand({ StreamName: stream }))).Shards ?? [])
  /** Waits until a stream has changed as it should. */
  const until = async (stream: string, isDone: (shards: ReadonlyArray<Shard>) => boolean) => {
    for (let i = 0; i < 500; i++) {
      if (isDone(await shards(stream).catch(() => []))) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`the stream ${stream} does not change`)
  }
  const open = (shards: ReadonlyArray<Shard>) =>
    shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined).length
  /** Changes the shards of a stream. The mock needs a moment for it. */
  const change = async (stream: string, count: (open: number) => number, send: Parameters<typeof using>[0]) => {
    const wanted = count(open(await shards(stream)))
    await using(send)
    await until(stream, (shards) => open(shards) === wanted)
  }
  const sequenceNumbers = (stream: string, shardId: string) =>
    using(async (client) => {
      const start = { StreamName: stream, ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" } as const
      const { ShardIterator } = await client.send(new GetShardIteratorCommand(start))
      const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }))
      return Records.map(({ SequenceNumber }) => SequenceNumber ?? "")
    })
  return {
    available,
    port,
    sequenceNumbers,
    shards,
    stream: async (shards = 1, name = `test-${crypto.randomUUID()}`) => {
      await using((client) => client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards })))
      await until(name, (found) => open(found) === shards)
      return name
    },
    remove: async (stream) => {
      await using((client) => client.send(new DeleteStreamCommand({ StreamName: stream })))
      for (let i = 0; i < 500 && (await shards(stream).catch(() => [])).length > 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    put: (stream, records, n = 0, of = 1) =>
      using(async (client) => {
        const key = String(HASH_KEYS * BigInt(n) / BigInt(of) + 1n)
        for (let from = 0; from < records.length; from += MOST_PUT) {
          const { FailedRecordCount } = await client.send(
            new PutRecordsCommand({
              StreamName: stream,
              Records: records.slice(from, from + MOST_PUT).map((record) => ({
                PartitionKey: typeof record === "string" ? `key ${record}` : "key",
                ExplicitHashKey: key,
                Data: typeof record === "string" ? new TextEncoder().encode(record) : record,
              })),
            }),
          )
          if (FailedRecordCount !== 0) throw new Error(`${FailedRecordCount} records could not be put`)
        }
      }),
    split: async (stream, shardId) => {
      const shard = (await shards(stream)).find(({ ShardId }) => ShardId === shardId)
      const { EndingHashKey = "0", StartingHashKey = "0" } = shard?.HashKeyRange ?? {}
      const middle = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n + 1n)
      await change(stream, (open) => open + 1, (client) =>
        client.send(
          new SplitShardCommand({ StreamName: stream, ShardToSplit: shardId, NewStartingHashKey: middle }),
        ))
    },
    merge: (stream, shardId, adjacent) =>
      change(stream, (open) => open - 1, (client) =>
        client.send(
          new MergeShardsCommand({ StreamName: stream, ShardToMerge: shardId, AdjacentShardToMerge: adjacent }),
        )),
    setCount: (stream, shards) =>
      change(stream, () => shards, (client) =>
        client.send(
          new UpdateShardCountCommand({
            StreamName: stream,
            TargetShardCount: shards,
            ScalingType: "UNIFORM_SCALING",
          }),
        )),
  }
}
