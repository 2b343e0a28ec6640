/**
 * Reads a shard ahead of the batches.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { elapsed, waitAfter } from "./calling.ts"
import type { Page, StreamClient } from "./client.ts"
import { hasName, type KinesisError, lasting } from "./errors.ts"
import { warnOfLoss } from "./loss.ts"
import { type Cursor, END, type KinesisRecord, type ShardRange, TRIM_HORIZON } from "./shard.ts"

/** How a shard is read. */
export interface ShardReading {
  /** Whether a batch fails if records have been deleted that it was to read. Otherwise they are left out, with a warning. */
  readonly failOnDataLoss: boolean
  /** For how many milliseconds a shard is not asked again that has no more records. */
  readonly readIntervalMs: number
}

/** About how many bytes a record takes besides its data. */
const RECORD_BYTES = 200

/** How many bytes records take in memory, about. */
export const sizeOf = (records: ReadonlyArray<KinesisRecord>): number =>
  records.reduce((sum, { data }) => sum + data.length + RECORD_BYTES, 0)

/** How often in a row an iterator may have expired before it was used. */
const MOST_EXPIRED = 3

/** The records of a shard that have been fetched and belong to no batch yet. */
export class ShardReader {
  readonly shardId: string
  readonly #client: StreamClient
  readonly #reading: ShardReading
  /** Up to where batches have been planned. */
  #planned: Cursor
  /** Up to where records have been fetched. */
  #fetched: Cursor
  #records: ReadonlyArray<KinesisRecord> = []
  #bytes = 0
  #iterator: string | undefined
  /** Whether to begin with the next record that arrives. */
  #startsLatest: boolean
  #askedAt = 0
  /** When the shard may be asked again, in milliseconds of `elapsed`. */
  #waitUntil = 0
  #failures = 0

  constructor(client: StreamClient, shardId: string, cursor: Cursor, startsLatest: boolean, reading: ShardReading) {
    this.#client = client
    this.shardId = shardId
    this.#planned = cursor
    this.#fetched = cursor
    this.#startsLatest = startsLatest
    this.#reading = reading
  }

  get planned(): Cursor {
    return this.#planned
  }

  /** When the shard was asked last, in milliseconds of `elapsed`. */
  get askedAt(): number {
    return this.#askedAt
  }

  /** How many records have been fetched and not been planned. */
  get buffered(): number {
    return this.#records.length
  }

  /** How many bytes these take. */
  get bytes(): number {
    return this.#bytes
  }

  /** A range without records. */
  get idle(): ShardRange {
    return { shardId: this.shardId, from: this.#planned, to: this.#planned, records: 0 }
  }

  /** How many records to take, at most so many: those that were sent as one stay together. */
  #cut(count: number): number {
    const isWithin = (at: number) =>
      at > 0 && this.#records[at]?.sequenceNumber === this.#records[at - 1]?.sequenceNumber
    let cut = Math.min(count, this.#records.length)
    if (cut === this.#records.length) return cut
    while (isWithin(cut)) cut--
    if (cut > 0 || count <= 0) return cut
    // They are more than a batch should have, and are taken all the same.
    for (cut = count; isWithin(cut);) cut++
    return cut
  }

  /** Takes the next records, at most so many. */
  take(count: number): { readonly range: ShardRange; readonly records: ReadonlyArray<KinesisRecord> } {
    const records = this.#records.slice(0, this.#cut(count))
    this.#records = this.#records.slice(records.length)
    this.#bytes -= sizeOf(records)
    const [from, first, last] = [this.#planned, records[0], records.at(-1)]
    if (last !== undefined) this.#planned = { kind: "after", sequenceNumber: last.sequenceNumber }
    if (this.#records.length === 0 && this.#fetched.kind === "end") this.#planned = END
    const numbers = first === undefined || last === undefined
      ? {}
      : { first: first.sequenceNumber, last: last.sequenceNumber }
    const range = { shardId: this.shardId, from, to: this.#planned, ...numbers, records: records.length }
    return { range, records }
  }

  /**
   * Fetches records until there are no more, or until the time `deadline` of `elapsed`, and while `hasRoom`. One call at
   * a time.
   */
  readonly fill = (deadline: number, hasRoom: () => boolean): Effect.Effect<void, KinesisError> =>
    Effect.gen({ self: this }, function* () {
      while (this.#fetched.kind !== "end" && hasRoom()) {
        const now = yield* elapsed
        if (now >= deadline || now < this.#waitUntil) return
        this.#askedAt = now
        const page = yield* this.#page
        if (page === undefined) {
          this.#waitUntil = (yield* elapsed) + waitAfter(this.#failures++)
          return
        }
        this.#failures = 0
        this.#append(page)
        if (page.isLatest && page.next !== undefined) {
          this.#waitUntil = (yield* elapsed) + this.#reading.readIntervalMs
          return
        }
      }
    })

  #append({ next, records }: Page): void {
    const last = records.at(-1)
    if (last !== undefined) {
      this.#records = [...this.#records, ...records]
      this.#bytes += sizeOf(records)
      this.#fetched = { kind: "after", sequenceNumber: last.sequenceNumber }
    }
    this.#iterator = next
    if (next === undefined) this.#fetched = END
  }

  /** Fetches the next page; undefined if the service throttles the shard. */
  get #page(): Effect.Effect<Page | undefined, KinesisError> {
    const attempt = (expired: number): Effect.Effect<Page | undefined, KinesisError> =>
      Effect.gen({ self: this }, function* () {
        const iterator = this.#iterator ?? (yield* this.#begin())
        if (iterator === undefined) return { records: [], next: undefined, isLatest: true }
        this.#iterator = iterator
        return yield* this.#client.page(this.shardId, iterator)
      }).pipe(
        Effect.catch((error): Effect.Effect<Page | undefined, KinesisError> => {
          if (error.reason === "Throttled") return Effect.succeed(undefined)
          // Whatever was wrong, the next attempt begins with a new iterator.
          this.#iterator = undefined
          const isExpired = hasName(error, "ExpiredIteratorException")
          return isExpired && expired < MOST_EXPIRED ? attempt(expired + 1) : Effect.fail(error)
        }),
      )
    return attempt(0)
  }

  /** Makes an iterator for the next records. Undefined if the shard is gone, and `failOnDataLoss` is false. */
  #begin(): Effect.Effect<string | undefined, KinesisError> {
    const fetched = this.#fetched
    if (fetched.kind === "end") return Effect.succeed(undefined)
    const from = this.#startsLatest ? { kind: "latest" as const } : fetched
    const { failOnDataLoss } = this.#reading
    return Effect.matchEffect(this.#client.iterator(this.shardId, from), {
      onFailure: (error): Effect.Effect<string | undefined, KinesisError> => {
        const isGone = error.reason === "UnknownStream"
        // A number that is not one of this shard: the stream has been deleted and made again.
        const isForeign = fetched.kind === "after" && hasName(error, "InvalidArgumentException")
        if (!isGone && !isForeign) return Effect.fail(error)
        const lost = isGone ? error : lasting("DataLost", error.operation, error.cause)
        if (failOnDataLoss) return Effect.fail(lost)
        if (isForeign) this.#fetched = TRIM_HORIZON
        return Effect.andThen(
          warnOfLoss(lost),
          isGone ? Effect.succeed(undefined) : this.#client.iterator(this.shardId, TRIM_HORIZON),
        )
      },
      onSuccess: (iterator) =>
        Effect.sync(() => {
          // If this iterator expires, the time of the start says where to begin.
          this.#startsLatest = false
          return iterator
        }),
    })
  }
}
