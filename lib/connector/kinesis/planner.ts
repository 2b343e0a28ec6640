/**
 * Plans what batches read of a stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { shareByLag } from "../share_by_lag.ts"
import type { Assigned, Assignment } from "./assignment.ts"
import { elapsed } from "./calling.ts"
import type { StreamClient } from "./client.ts"
import type { KinesisError } from "./errors.ts"
import { PlannedRecords } from "./planned_records.ts"
import type { Cursor, ShardRange } from "./shard.ts"
import { ShardReader, type ShardReading } from "./shard_reader.ts"

/** What a batch reads: a range for each shard that the program reads, also for those without new records. */
export interface Plan {
  readonly ranges: ReadonlyArray<ShardRange>
  /** The name of the program among those that share the stream; empty without leases. */
  readonly worker: string
}

/** How to plan. */
export interface PlannerOptions extends ShardReading {
  /** How many bytes of records may be in memory, fetched ahead or planned, before fetching stops. */
  readonly bufferBytes: number
}

/** How long a batch goes on fetching while there are more records, in milliseconds. */
const FILL_MS = 500

/** How many shards are asked at once. */
const CONCURRENCY = 8

interface Read {
  readonly reader: ShardReader
  readonly term: number
  isReadable: boolean
}

/** Knows up to where each shard has been planned, and fetches ahead of that. */
export class Planner {
  readonly #client: StreamClient
  readonly #assignment: Assignment
  readonly #options: PlannerOptions
  readonly #filling = Semaphore.makeUnsafe(1)
  /** The shards that the program reads, in the order of their ids. */
  #reads: ReadonlyMap<string, Read> = new Map()
  /** Where an earlier process has planned shards. They are read when they are assigned. */
  #resumed: ReadonlyMap<string, Cursor> = new Map()
  readonly planned: PlannedRecords = new PlannedRecords()

  constructor(client: StreamClient, assignment: Assignment, options: PlannerOptions) {
    this.#client = client
    this.#assignment = assignment
    this.#options = options
  }

  /** A plan without records. */
  get idle(): Plan {
    const ranges = Array.from(this.#reads.values(), ({ reader }) => reader.idle)
    const isResuming = ([shardId]: readonly [string, Cursor]) => !this.#reads.has(shardId)
    const resumed = [...this.#resumed].filter(isResuming).map(([shardId, cursor]) => ({
      shardId,
      from: cursor,
      to: cursor,
      records: 0,
    }))
    return { ranges: [...ranges, ...resumed], worker: this.#assignment.worker }
  }

  /** Goes on behind plans of an earlier process. */
  resume(plans: ReadonlyArray<Plan>): void {
    const last = plans.at(-1) ?? this.idle
    this.#resumed = new Map(last.ranges.map(({ shardId, to }) => [shardId, to]))
    this.#assignment.resume(last.worker, last.ranges)
  }

  /** Finds the shards to read, and fetches what they have, until there are enough records. Called before each plan. */
  readonly fetch = (enough: number): Effect.Effect<void, KinesisError> =>
    Effect.gen({ self: this }, function* () {
      const planned = (shardId: string) => this.#reads.get(shardId)?.reader.planned ?? this.#resumed.get(shardId)
      this.#assign(yield* this.#assignment.assigned(planned))
      yield* this.fill(enough)
    })

  #assign(assigned: ReadonlyArray<Assigned>): void {
    const reads = assigned.map(({ cursor, isReadable, shardId, startsLatest, term }) => {
      const known = this.#reads.get(shardId)
      if (known?.term === term) {
        known.isReadable = isReadable
        return [shardId, known] as const
      }
      // What an earlier process has planned counts for the shards that this one has gone on with.
      const resumed = known === undefined && term === 0 ? this.#resumed.get(shardId) : undefined
      const reader = resumed === undefined
        ? new ShardReader(this.#client, shardId, cursor, startsLatest, this.#options)
        : new ShardReader(this.#client, shardId, resumed, false, this.#options)
      return [shardId, { reader, term, isReadable }] as const
    })
    this.#reads = new Map(reads)
    this.#resumed = new Map()
  }

  /** Fetches new records of the shards that are known, until `enough` records wait. */
  readonly fill = (enough: number): Effect.Effect<void, KinesisError> => {
    const { bufferBytes } = this.#options
    return this.#filling.withPermit(Effect.gen({ self: this }, function* () {
      const deadline = (yield* elapsed) + FILL_MS
      const readers = [...this.#reads.values()].filter(({ isReadable }) => isReadable).map(({ reader }) => reader)
        // Shards that were asked longest ago come first: there may be more shards than can be asked in time.
        .toSorted((a, b) => a.askedAt - b.askedAt)
      const bytesInMemory = () => this.planned.bytes + readers.reduce((sum, { bytes }) => sum + bytes, 0)
      const isEnough = () => readers.reduce((sum, { buffered }) => sum + buffered, 0) >= enough
      // Each shard has its share, so that none keeps others from being read.
      const hasRoom = ({ bytes }: ShardReader) =>
        !isEnough() && bytes < bufferBytes / readers.length && bytesInMemory() < bufferBytes
      yield* Effect.forEach(readers, (reader) => reader.fill(deadline, () => hasRoom(reader)), {
        concurrency: CONCURRENCY,
        discard: true,
      })
    }))
  }

  /** Plans a batch of at most `limit` records, out of those that have been fetched. The next batch goes on behind them. */
  plan(time: number, limit: number): Plan {
    const reads = [...this.#reads.values()]
    const shares = shareByLag(reads.map(({ isReadable, reader }) => isReadable ? reader.buffered : 0), limit)
    const ranges = reads.map(({ isReadable, reader }, i) => {
      if (!isReadable) return reader.idle
      const { range, records } = reader.take(shares[i] ?? 0)
      this.planned.add(range, records, time)
      return range
    })
    return { ranges, worker: this.#assignment.worker }
  }

  /** Notes that a batch has succeeded. */
  readonly commit = ({ ranges }: Plan, time: number): Effect.Effect<void, KinesisError> =>
    Effect.suspend(() => {
      this.planned.release(time)
      return this.#assignment.commit(ranges)
    })
}
