/**
 * Which shards a program reads: all of a stream. Leases are the other way, for several programs that share a stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { wallTime } from "./calling.ts"
import type { StreamClient } from "./client.ts"
import type { KinesisError } from "./errors.ts"
import { leaveOut } from "./loss.ts"
import { type Cursor, initialCursor, type InitialPosition, type Shard, type ShardRange, TRIM_HORIZON } from "./shard.ts"

/** A shard that a program reads, now or once the shards that it was made of have been read. */
export interface Assigned {
  readonly shardId: string
  /** Where to begin, if the program does not read the shard yet. */
  readonly cursor: Cursor
  /** Whether to begin with the next record that arrives. */
  readonly startsLatest: boolean
  /** Distinguishes the times for which the program has had the shard. */
  readonly term: number
  /** Whether the shard may be read at the moment. */
  readonly isReadable: boolean
}

/** How far batches of this program have been planned in a shard; undefined for a shard that it does not read. */
export type PlannedOf = (shardId: string) => Cursor | undefined

/** Says which shards a program reads. */
export interface Assignment {
  /** The shards to read, in the order of their ids. `planned` says how far batches have been planned, at any time. Called before each plan. */
  readonly assigned: (planned: PlannedOf) => Effect.Effect<ReadonlyArray<Assigned>, KinesisError>
  /** Goes on behind ranges of an earlier process. Called before `assigned`, and not at all without a checkpoint. */
  readonly resume: (worker: string, ranges: ReadonlyArray<ShardRange>) => void
  /** Notes what a batch has read, which has succeeded. */
  readonly commit: (ranges: ReadonlyArray<ShardRange>) => Effect.Effect<void, KinesisError>
  /** The name of the program among those that share the stream, which stays the same after a restart from a checkpoint. */
  readonly worker: string
}

/** All shards of a stream. */
export class AllShards implements Assignment {
  readonly worker = ""
  readonly #client: StreamClient
  readonly #position: InitialPosition
  readonly #failOnDataLoss: boolean
  /** Shards that an earlier process has read, until the shards are listed. */
  #resumed: ReadonlyArray<string> = []
  /** Where shards begin, in the order of their ids. */
  #beginnings: ReadonlyMap<string, { readonly shard: Shard; readonly cursor: Cursor; readonly isNew: boolean }> =
    new Map()
  /** The shards that had been read to their end when the shards were listed; undefined if they have to be listed. */
  #ended: number | undefined
  /** Whether shards that are found now are newer than the stream. */
  #isBegun = false

  constructor(client: StreamClient, position: InitialPosition, failOnDataLoss: boolean) {
    this.#client = client
    this.#position = position
    this.#failOnDataLoss = failOnDataLoss
  }

  resume(_worker: string, ranges: ReadonlyArray<ShardRange>): void {
    // An earlier process that never reached the service has not begun.
    this.#isBegun = ranges.length > 0
    this.#resumed = ranges.map(({ shardId }) => shardId)
  }

  readonly commit = () => Effect.void

  readonly assigned = (planned: PlannedOf) =>
    Effect.gen({ self: this }, function* () {
      const isEnded = (id: string) => (planned(id) ?? this.#beginnings.get(id)?.cursor)?.kind === "end"
      const ended = () => [...this.#beginnings.keys()].filter(isEnded).length
      // New shards only come from those that were split or merged, and these have ended then.
      if (this.#ended !== ended()) {
        const now = yield* wallTime
        const before = this.#beginnings
        const shards = yield* this.#client.shards
        const listed = new Set(shards.map(({ id }) => id))
        for (const id of [...this.#resumed, ...before.keys()]) {
          if (!listed.has(id) && !isEnded(id)) {
            yield* leaveOut(id, this.#client.streamName, this.#failOnDataLoss)
          }
        }
        this.#resumed = []
        this.#beginnings = new Map(shards.map((shard) => [
          shard.id,
          before.get(shard.id) ?? {
            shard,
            cursor: this.#isBegun ? TRIM_HORIZON : initialCursor(this.#position, shard, now),
            isNew: !this.#isBegun,
          },
        ]))
        this.#isBegun = true
        this.#ended = ended()
      }
      const isAhead = (id: string) => !this.#beginnings.has(id) || isEnded(id)
      return Array.from(this.#beginnings.values(), ({ cursor, isNew, shard }): Assigned => ({
        shardId: shard.id,
        cursor,
        startsLatest: isNew && this.#position === "latest",
        term: 0,
        isReadable: shard.parents.every(isAhead),
      }))
    })
}
