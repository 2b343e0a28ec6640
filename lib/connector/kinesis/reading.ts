/**
 * RDDs of ranges of shards: each range is a partition.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Block, concat, empty, fromArray } from "../../rdd/block.ts"
import { Flow, type Pull } from "../../rdd/flow.ts"
import { make, type RDD } from "../../rdd/rdd.ts"
import { retrying } from "./calling.ts"
import type { Page, StreamClient } from "./client.ts"
import { hasName, type KinesisError, lasting } from "./errors.ts"
import type { PlannedRecords } from "./planned_records.ts"
import type { KinesisRecord, ShardRange } from "./shard.ts"
import { warnOfLoss } from "./loss.ts"

/** Makes the elements of a stream from records of a shard. */
export type Decode<A> = (records: ReadonlyArray<KinesisRecord>) => ReadonlyArray<A>

/** Gives the records as they are. */
export const wholeRecords: Decode<KinesisRecord> = (records) => records

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Gives the data as UTF-8 text. */
export const textData: Decode<string> = (records) => records.map(({ data }) => decoder.decode(data))

/** How ranges are read. */
export interface RangeReading<A> {
  readonly decode: Decode<A>
  readonly failOnDataLoss: boolean
  /** Records that are still in memory from planning. Other ranges are fetched again. */
  readonly planned: PlannedRecords
}

/** Fetches a range that is not in memory, from its first record to its last one. */
const pullRange = <A>(
  client: StreamClient,
  range: ShardRange,
  { decode, failOnDataLoss }: RangeReading<A>,
): Pull<A, KinesisError> => {
  const { first = "", last = "", shardId } = range
  const operation = `read ${shardId} of ${client.streamName} from ${first} to ${last}`
  let left = range.records
  /** The number of the last record that was read. */
  let read: string | undefined
  let iterator: string | undefined
  let isDone = left === 0
  const attempt: Effect.Effect<Page, KinesisError> = Effect.suspend(() => {
    const current = iterator === undefined
      ? client.iterator(
        shardId,
        read === undefined ? { kind: "at", sequenceNumber: first } : { kind: "after", sequenceNumber: read },
      )
      : Effect.succeed(iterator)
    return Effect.flatMap(current, (found) => client.page(shardId, found))
  })
  const missing = () => lasting("DataLost", operation, `${left} of its ${range.records} records do not exist any more`)
  const lost = (error: KinesisError) =>
    Effect.suspend(() => {
      isDone = true
      return failOnDataLoss ? Effect.fail(error) : warnOfLoss(error)
    })
  /** The records of a page that belong to the range. */
  const take = ({ isLatest, next, records }: Page): Effect.Effect<Block<A>, KinesisError> => {
    iterator = next
    const end = BigInt(last)
    const wanted = records.filter(({ sequenceNumber }) => BigInt(sequenceNumber) <= end)
    read = wanted.at(-1)?.sequenceNumber ?? read
    left -= wanted.length
    const isBehind = read === last || wanted.length < records.length || next === undefined
    const isMissing = isBehind ? left > 0 : isLatest && records.length === 0
    if (isBehind) isDone = true
    return Effect.as(isMissing ? lost(missing()) : Effect.void, fromArray(decode(wanted)))
  }
  // After any error the next attempt begins with a new iterator.
  const renewed = Effect.tapError(attempt, () => Effect.sync(() => iterator = undefined))
  const isExpired = (error: KinesisError) => hasName(error, "ExpiredIteratorException")
  const page = retrying(Effect.catchIf(renewed, isExpired, () => renewed), client.retryMs)
  const pull: Pull<A, KinesisError> = Effect.suspend(() => {
    if (isDone) return Effect.succeed(undefined)
    return Effect.matchEffect(page, {
      onFailure: (error): Pull<A, KinesisError> => {
        const isForeign = hasName(error, "InvalidArgumentException")
        if (error.reason !== "UnknownStream" && !isForeign) return Effect.fail(error)
        return Effect.andThen(lost(isForeign ? missing() : error), pull)
      },
      onSuccess: (found): Pull<A, KinesisError> =>
        Effect.flatMap(take(found), (block) => block.length === 0 ? pull : Effect.succeed(block)),
    })
  })
  return pull
}

/** The records of a range that are in memory. */
const once = <A>(block: Block<A>): Pull<A> => {
  let isDone = false
  return Effect.sync(() => {
    if (isDone) return undefined
    isDone = true
    return block
  })
}

/** Makes the RDD of ranges, one partition each. */
export const rangesRDD = <A>(
  operation: string,
  client: StreamClient,
  ranges: ReadonlyArray<ShardRange>,
  reading: RangeReading<A>,
): RDD<A, KinesisError> => {
  const flows = ranges.map((range) =>
    new Flow<A, KinesisError>(Effect.sync(() => {
      if (range.records === 0) return once(empty)
      const found = reading.planned.get(range)
      return found === undefined ? pullRange(client, range, reading) : once(fromArray(reading.decode(found)))
    }))
  )
  return make<A, KinesisError>(operation, [], {
    kind: "source",
    partitions: flows.length,
    waits: true,
    fits: true,
    load: (i) => flows[i] ?? concat([]),
  })
}
