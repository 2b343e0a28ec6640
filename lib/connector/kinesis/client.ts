/**
 * A client of one stream.
 *
 * @module
 */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { millisOf } from "../durations.ts"
import type { SettingError } from "../settings.ts"
import { isAggregated, unpacked } from "./aggregated.ts"
import { openClient } from "./calling.ts"
import { type KinesisError, thrown } from "./errors.ts"
import { DEFAULT_RETRY, type KinesisConnection, readService } from "./options.ts"
import type { Cursor, HashKeys, KinesisRecord, Shard } from "./shard.ts"

/** Where an iterator begins: at a position, at the next record that arrives, or at the record with a number. */
export type IteratorStart = Exclude<Cursor, { kind: "end" }> | { readonly kind: "latest" } | {
  readonly kind: "at"
  readonly sequenceNumber: string
}

/** The records that one call returns, and where the next call begins. */
export interface Page {
  readonly records: ReadonlyArray<KinesisRecord>
  /** Where to go on; undefined at the end of a closed shard. */
  readonly next: string | undefined
  /** Whether there are no more records at the moment. */
  readonly isLatest: boolean
}

/** The most records that the service gives at once. */
const PAGE_RECORDS = 10_000

const startOf = (from: IteratorStart): Omit<GetShardIteratorCommandInput, "ShardId"> => {
  switch (from.kind) {
    case "latest":
      return { ShardIteratorType: "LATEST" }
    case "trimHorizon":
      return { ShardIteratorType: "TRIM_HORIZON" }
    case "time":
      return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(from.time) }
    case "at":
      return { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: from.sequenceNumber }
    case "after":
      return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: from.sequenceNumber }
  }
}

/** The calls that read a stream. Each makes one attempt. */
export class StreamClient {
  readonly streamName: string
  /** How many milliseconds a job asks again while the service does not answer. */
  readonly retryMs: number
  readonly #client: KinesisClient
  /** The hash keys of the shards that were listed last. */
  #hashKeys: ReadonlyMap<string, HashKeys> = new Map()

  constructor(streamName: string, retryMs: number, client: KinesisClient) {
    this.streamName = streamName
    this.retryMs = retryMs
    this.#client = client
  }

  #call<A>(operation: string, send: (client: KinesisClient, abortSignal: AbortSignal) => Promise<A>) {
    return Effect.tryPromise({
      try: (signal) => send(this.#client, signal),
      catch: thrown("Kinesis", operation),
    })
  }

  /** All shards whose records have not expired, in the order of their ids. */
  get shards(): Effect.Effect<ReadonlyArray<Shard>, KinesisError> {
    const operation = `list the shards of ${this.streamName}`
    return Effect.gen({ self: this }, function* () {
      const shards: Array<Shard> = []
      let token: string | undefined
      do {
        const input = token === undefined ? { StreamName: this.streamName } : { NextToken: token }
        const page = yield* this.#call(
          operation,
          (client, abortSignal) => client.send(new ListShardsCommand(input), { abortSignal }),
        )
        for (const shard of page.Shards ?? []) {
          const { AdjacentParentShardId, HashKeyRange, ParentShardId, SequenceNumberRange, ShardId } = shard
          if (ShardId === undefined) continue
          shards.push({
            id: ShardId,
            parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
            isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
            hashKeys: {
              from: BigInt(HashKeyRange?.StartingHashKey ?? 0),
              to: BigInt(HashKeyRange?.EndingHashKey ?? 0),
            },
          })
        }
        token = page.NextToken
      } while (token !== undefined)
      this.#hashKeys = new Map(shards.map(({ hashKeys, id }) => [id, hashKeys]))
      return shards.toSorted((a, b) => a.id < b.id ? -1 : 1)
    })
  }

  /** Makes an iterator, which is good for five minutes. */
  readonly iterator = (shardId: string, from: IteratorStart): Effect.Effect<string, KinesisError> => {
    const input = { StreamName: this.streamName, ShardId: shardId, ...startOf(from) }
    return Effect.map(
      this.#call(
        `find a position in ${shardId} of ${this.streamName}`,
        (client, abortSignal) => client.send(new GetShardIteratorCommand(input), { abortSignal }),
      ),
      ({ ShardIterator }) => ShardIterator ?? "",
    )
  }

  /** Reads what is behind an iterator. */
  readonly page = (shardId: string, iterator: string): Effect.Effect<Page, KinesisError> =>
    Effect.flatMap(this.#stored(shardId, iterator), (page) => {
      if (!page.records.some(isAggregated)) return Effect.succeed(page)
      // A process that goes on with a batch may not have listed the shards yet.
      const listed = this.#hashKeys.has(shardId) ? Effect.void : Effect.asVoid(this.shards)
      return Effect.map(listed, () => ({
        ...page,
        records: page.records.flatMap((record) => unpacked(record, this.#hashKeys.get(shardId))),
      }))
    })

  /** Reads records as they are stored. */
  readonly #stored = (shardId: string, iterator: string): Effect.Effect<Page, KinesisError> =>
    Effect.map(
      this.#call(
        `read ${shardId} of ${this.streamName}`,
        (client, abortSignal) =>
          client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE_RECORDS }), { abortSignal }),
      ),
      ({ MillisBehindLatest, NextShardIterator, Records }) => ({
        records: (Records ?? []).map(({ ApproximateArrivalTimestamp, Data, PartitionKey, SequenceNumber }) => ({
          shardId,
          partitionKey: PartitionKey ?? "",
          sequenceNumber: SequenceNumber ?? "",
          subSequenceNumber: undefined,
          approximateArrivalTimestamp: Number(ApproximateArrivalTimestamp ?? 0),
          data: Data ?? new Uint8Array(0),
        })),
        next: NextShardIterator,
        isLatest: (MillisBehindLatest ?? 0) === 0,
      }),
    )
}

/** Makes a client of a stream. The end of the scope closes its connections. Nothing is sent yet. */
export const openStream = (
  options: KinesisConnection,
): Effect.Effect<StreamClient, SettingError | KinesisError, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = yield* readService(options, options.region)
    const client = yield* openClient(
      "Kinesis",
      `open the stream ${options.streamName}`,
      (calling) => new KinesisClient({ ...settings, ...calling }),
    )
    return new StreamClient(options.streamName, millisOf(options.retryFor ?? DEFAULT_RETRY), client)
  })
