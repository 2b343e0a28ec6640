/**
 * The queue of blocks between a receiver and the batches, bounded by the memory that its blocks take.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Block, concat } from "../rdd/block.ts"
import { defaultCapacity } from "./capacity.ts"
import { countUpTo, type Part, split, weightOf } from "./parts.ts"

/** A block that a receiver has stored, or a piece of it, as a batch takes it. */
export interface StoredBlock {
  /** `input-<streamId>-<n>`, with `n` counted from 0. A block that is split has several. */
  readonly id: string
  readonly block: Block<unknown>
  /** An estimate of the memory it takes, in bytes. */
  readonly weight: number
}

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
  #capacity: number
  readonly #waiters = new Set<Waiter>()
  readonly #taken = new Set<StoredBlock>()
  #stored: Array<ReadonlyArray<Part>> = []
  /** The weight that has been admitted and not been released, in bytes. */
  #held = 0
  /** The weight of this that no batch has taken. */
  #untaken = 0
  /** How much of it may be untaken. */
  #untakenLimit = Infinity
  #nextId = 0

  /** `capacity` in bytes. */
  constructor(streamId: number, capacity: number = defaultCapacity()) {
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

  /** The number of records that are stored and not taken, or a number of `limit` or more if there are as many. */
  countUpTo(limit: number): number {
    let records = 0
    for (let i = 0; i < this.#stored.length && records < limit; i++) {
      records += countUpTo(this.#stored[i] ?? [], limit - records)
    }
    return records
  }

  /** Admits a weight now and returns true, or returns false if there is no room or others are waiting. */
  tryAdmit(weight: number): boolean {
    if (this.#waiters.size > 0 || !this.#fits(weight)) return false
    this.#admit(weight)
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
    this.putParts([{ block, weight }])
  }

  /** Stores a block that consists of these parts. Their records have been admitted already. */
  putParts(parts: ReadonlyArray<Part>): void {
    this.#stored.push(parts)
  }

  /** Removes and returns all stored blocks, the oldest first. Their weight counts until they are released. */
  takeAll(): ReadonlyArray<StoredBlock> {
    return this.take(Infinity)
  }

  /**
   * Removes and returns the oldest blocks with at most `limit` records. The last one is split if it has more. The weight
   * of all counts until they are released.
   *
   * If `isBehind`, the batches cannot process what is received. Then storing waits while twice as much as this batch
   * takes is left for later ones.
   */
  take(limit: number, isBehind: boolean = false): ReadonlyArray<StoredBlock> {
    const blocks: Array<StoredBlock> = []
    let [left, whole, weight] = [limit, 0, 0]
    const add = (parts: ReadonlyArray<Part>) => {
      const block = { id: this.#newId(), block: concat(parts.map((part) => part.block)), weight: weightOf(parts) }
      weight += block.weight
      blocks.push(block)
      this.#taken.add(block)
    }
    for (; whole < this.#stored.length && left > 0; whole++) {
      const parts = this.#stored[whole] ?? []
      const { head, records, rest } = left === Infinity ? { head: parts, records: 0, rest: [] } : split(parts, left)
      if (head.length > 0) add(head)
      left -= records
      if (rest.length === 0) continue
      this.#stored[whole] = rest
      break
    }
    this.#stored = this.#stored.slice(whole)
    this.#untaken -= weight
    this.#untakenLimit = isBehind && this.#stored.length > 0 ? 2 * weight : Infinity
    this.#admitWaiters()
    return blocks
  }

  /** Frees the capacity that taken blocks hold, once their batch has ended. Releasing a block twice has no effect. */
  release(blocks: ReadonlyArray<StoredBlock>): void {
    for (const block of blocks) if (this.#taken.delete(block)) this.#held -= block.weight
    this.#admitWaiters()
  }

  /** Removes the limit for good. A receiver that stops can then store what it has received. */
  removeLimit(): void {
    this.#capacity = Infinity
    this.#admitWaiters()
  }

  #newId(): string {
    return `input-${this.#streamId}-${this.#nextId++}`
  }

  #admit(weight: number): void {
    this.#held += weight
    this.#untaken += weight
  }

  #fits(weight: number): boolean {
    if (this.#held === 0 || this.#capacity === Infinity) return true
    // A large chunk may exceed the second limit: else it would wait until a batch had nothing left to take.
    return this.#held + weight <= this.#capacity && this.#untaken < this.#untakenLimit
  }

  #admitWaiters(): void {
    const admitted: Array<Waiter> = []
    for (const waiter of this.#waiters) {
      if (!this.#fits(waiter.weight)) break
      this.#waiters.delete(waiter)
      this.#admit(waiter.weight)
      waiter.onAdmitted()
      admitted.push(waiter)
    }
    // A resumed fiber runs at once and may call back into this queue, so its state must be consistent by now.
    for (const waiter of admitted) waiter.resume(Effect.void)
  }
}
