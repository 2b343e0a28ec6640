/**
 * The queue of blocks between a receiver and the batches, bounded by the memory that its blocks take.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Block } from "../rdd/block.ts"

/** A block that a receiver has stored. */
export interface StoredBlock {
  /** `input-<streamId>-<n>`, with `n` counted from 0. */
  readonly id: string
  readonly block: Block<unknown>
  /** An estimate of the memory it takes, in bytes. */
  readonly weight: number
}

/** The default capacity of a queue, in bytes: 256 MiB. */
export const CAPACITY: number = 256 * 1024 * 1024

/**
 * Estimates the memory that a record takes, in bytes. Fast rather than exact: the fields of objects are not visited.
 */
export const weigh = (record: unknown): number =>
  typeof record === "string" ? 2 * record.length + 32 : record instanceof Uint8Array ? record.byteLength + 64 : 64

interface Waiter {
  readonly weight: number
  readonly onAdmitted: () => void
  readonly resume: (effect: Effect.Effect<void>) => void
}

/**
 * Holds received blocks until a batch takes them, and limits how much is received while the batches fall behind.
 *
 * Records are admitted before they are buffered. Their weight counts from then until the batch that reads them has
 * ended. The total never exceeds the capacity, except that a single record or block that is heavier is admitted when
 * nothing else is held. Waiting callers are admitted in the order in which they came.
 */
export class BlockQueue {
  readonly #streamId: number
  readonly #capacity: number
  readonly #waiters = new Set<Waiter>()
  readonly #taken = new Set<StoredBlock>()
  #stored: Array<StoredBlock> = []
  #held = 0
  #nextId = 0
  #isUnlimited = false

  /** `capacity` in bytes. */
  constructor(streamId: number, capacity: number = CAPACITY) {
    this.#streamId = streamId
    this.#capacity = capacity
  }

  /** The weight that has been admitted and not been released, in bytes. */
  get held(): number {
    return this.#held
  }

  /** The number of blocks that are stored and not taken. */
  get waiting(): number {
    return this.#stored.length
  }

  /** Admits a weight now and returns true, or returns false if there is no room or others are waiting. */
  tryAdmit(weight: number): boolean {
    if (this.#waiters.size > 0 || !this.#fits(weight)) return false
    this.#held += weight
    return true
  }

  /** Waits until a weight is admitted. `onAdmitted` runs at that moment, before any later caller is admitted. */
  admit(weight: number, onAdmitted: () => void): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.tryAdmit(weight)) {
        onAdmitted()
        return resume(Effect.void)
      }
      const waiter = { weight, onAdmitted, resume }
      this.#waiters.add(waiter)
      return Effect.sync(() => {
        if (this.#waiters.delete(waiter)) this.#admitWaiters()
      })
    })
  }

  /** Stores a block of records that have been admitted already. */
  put(block: Block<unknown>, weight: number): void {
    this.#stored.push({ id: `input-${this.#streamId}-${this.#nextId++}`, block, weight })
  }

  /** Removes and returns all stored blocks, the oldest first. Their weight counts until they are released. */
  takeAll(): ReadonlyArray<StoredBlock> {
    const blocks = this.#stored
    this.#stored = []
    for (const block of blocks) this.#taken.add(block)
    return blocks
  }

  /** Frees the capacity that taken blocks hold, once their batch has ended. Releasing a block twice has no effect. */
  release(blocks: ReadonlyArray<StoredBlock>): void {
    for (const block of blocks) if (this.#taken.delete(block)) this.#held -= block.weight
    this.#admitWaiters()
  }

  /** Removes the limit for good. A receiver that stops can then store what it has received. */
  removeLimit(): void {
    this.#isUnlimited = true
    this.#admitWaiters()
  }

  #fits(weight: number): boolean {
    return this.#isUnlimited || this.#held === 0 || this.#held + weight <= this.#capacity
  }

  #admitWaiters(): void {
    const admitted: Array<Waiter> = []
    for (const waiter of this.#waiters) {
      if (!this.#fits(waiter.weight)) break
      this.#waiters.delete(waiter)
      this.#held += waiter.weight
      waiter.onAdmitted()
      admitted.push(waiter)
    }
    // A resumed fiber runs at once and may call back into this queue, so its state must be consistent by now.
    for (const waiter of admitted) waiter.resume(Effect.void)
  }
}
