/**
 * Records of batches that have been planned and have not succeeded yet.
 *
 * @module
 */
import type { KinesisRecord, ShardRange } from "./shard.ts"
import { sizeOf } from "./shard_reader.ts"

interface Held {
  readonly time: number
  readonly bytes: number
  readonly records: ReadonlyArray<KinesisRecord>
}

const keyOf = ({ first, last, shardId }: ShardRange): string => `${shardId} ${first} ${last}`

/** Keeps the records that were fetched for batches until these have succeeded. A range without records here is fetched again. */
export class PlannedRecords {
  readonly #held = new Map<string, Held>()
  #bytes = 0

  /** How many bytes all records take. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps the records of a range for the batch of a time. */
  add(range: ShardRange, records: ReadonlyArray<KinesisRecord>, time: number): void {
    if (records.length === 0) return
    const bytes = sizeOf(records)
    this.#held.set(keyOf(range), { time, bytes, records })
    this.#bytes += bytes
  }

  /** The records of a range, if they are here. */
  get(range: ShardRange): ReadonlyArray<KinesisRecord> | undefined {
    return this.#held.get(keyOf(range))?.records
  }

  /** Releases the records of all batches up to a time. */
  release(time: number): void {
    for (const [key, held] of this.#held) {
      if (held.time > time) continue
      this.#held.delete(key)
      this.#bytes -= held.bytes
    }
  }
}
