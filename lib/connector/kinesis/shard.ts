/**
 * Shards of a stream, and positions in them.
 *
 * @module
 */

/** The hash keys whose records are in a shard, the first and the last one. */
export interface HashKeys {
  readonly from: bigint
  readonly to: bigint
}

/** A shard, as the service describes it. */
export interface Shard {
  readonly id: string
  /** The shards that were split or merged into this one, also those whose records have expired. */
  readonly parents: ReadonlyArray<string>
  /** Whether it has been split or merged: it gets no more records. */
  readonly isClosed: boolean
  readonly hashKeys: HashKeys
}

/** Where to go on in a shard. */
export type Cursor =
  /** With the oldest record. */
  | { readonly kind: "trimHorizon" }
  /** With the first record that did not arrive before this time, in milliseconds since the epoch. */
  | { readonly kind: "time"; readonly time: number }
  /** Behind the record with this number. */
  | { readonly kind: "after"; readonly sequenceNumber: string }
  /** All records of a closed shard have been read. */
  | { readonly kind: "end" }

/** The position at the oldest record. */
export const TRIM_HORIZON: Extract<Cursor, { kind: "trimHorizon" }> = { kind: "trimHorizon" }

/** The position behind the last record of a closed shard. */
export const END: Cursor = { kind: "end" }

/** Whether two positions are the same. */
export const isSame = (a: Cursor, b: Cursor): boolean => {
  if (a.kind === "after" && b.kind === "after") return a.sequenceNumber === b.sequenceNumber
  if (a.kind === "time" && b.kind === "time") return a.time === b.time
  return a.kind === b.kind
}

/** Whether a position is behind another one of the same shard. A sequence number is behind what has none. */
export const isBehind = (a: Cursor, b: Cursor): boolean => {
  if (a.kind === "after" && b.kind === "after") return BigInt(a.sequenceNumber) > BigInt(b.sequenceNumber)
  const rank = ({ kind }: Cursor) => kind === "end" ? 2 : kind === "after" ? 1 : 0
  return rank(a) > rank(b)
}

/**
 * Where a stream begins without a checkpoint, and without leases of an earlier program: with the records that arrive after its start
 * (`latest`), with the oldest ones (`trimHorizon`), or with the first one that did not arrive before a time. Shards that are split
 * or merged later are followed by their children from the oldest record on.
 */
export type InitialPosition = "latest" | "trimHorizon" | { readonly at: number | Date }

/** Where a shard begins that the stream has when a program reads it for the first time, at the time `now`. */
export const initialCursor = (position: InitialPosition, shard: Shard, now: number): Cursor => {
  if (position === "trimHorizon") return TRIM_HORIZON
  if (position === "latest") return shard.isClosed ? END : { kind: "time", time: now }
  return { kind: "time", time: Number(position.at) }
}

/** A record of a stream. */
export interface KinesisRecord {
  /** The shard that the record is in. */
  readonly shardId: string
  /** The key that decides about the shard. */
  readonly partitionKey: string
  /** The number of the record in its shard. It grows from record to record; compare numbers as `BigInt`. */
  readonly sequenceNumber: string
  /** The place of the record, from 0, among those that the Kinesis Producer Library has sent as one; undefined for others. */
  readonly subSequenceNumber: number | undefined
  /** When the record has arrived, about; in milliseconds since the epoch. */
  readonly approximateArrivalTimestamp: number
  /** The bytes that the producer has sent. */
  readonly data: Uint8Array
}

/** What a batch reads of a shard. */
export interface ShardRange {
  readonly shardId: string
  /** Where the batch begins, and where the next one goes on. */
  readonly from: Cursor
  readonly to: Cursor
  /** The numbers of its first and its last record; undefined without records. */
  readonly first?: string
  readonly last?: string
  readonly records: number
}
