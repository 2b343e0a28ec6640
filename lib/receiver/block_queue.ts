/**
 * The hand-over of blocks from a receiver to batches, bounded by weight: who stores while the batches are behind waits.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Block } from "../rdd/block.ts"

/** A block that a receiver has stored. */
export interface StoredBlock {
  /** `input-<streamId>-<n>`, counted from 0. */
  readonly id: string
  readonly block: Block<unknown>
  /** About how many bytes of memory it takes. */
  readonly weight: number
}

/** The default capacity of a hand-over: 256 MiB. */
export const CAPACITY: number = 256 * 1024 * 1024

/** About how many bytes a record takes. Cheap rather than exact: nothing is looked into. */
export const weigh = (record: unknown): number =>
  typeof record === "string" ? 2 * record.length + 32 : record instanceof Uint8Array ? record.byteLength + 64 : 64

interface Waiter {
  readonly weight: number
  readonly commit: () => void
  readonly resume: (effect: Effect.Effect<void>) => void
}

/**
 * Admits what is stored, keeps it until a batch takes it, and counts its weight until that batch has ended. What is held
 * never weighs more than the capacity, but for a single thing that is heavier and is held alone. Waiting is in order of
 * arrival. Cutting a block needs no admission, because the records in it already had theirs.
 */
export class HandOver {
  readonly #streamId: number
  readonly #capacity: number
  readonly #waiters = new Set<Waiter>()
  readonly #taken = new Set<StoredBlock>()
  #stored: Array<StoredBlock> = []
  #held = 0
  #next = 0
  #open = false

  constructor(streamId: number, capacity: number = CAPACITY) {
    this.#streamId = streamId
    this.#capacity = capacity
  }

  /** How much is admitted and not released. */
  get held(): number {
    return this.#held
  }

  /** How many blocks are stored and not taken. */
  get waiting(): number {
    return this.#stored.length
  }

  /** Admits at once, or not at all: where others wait, or where there is no room. */
  tryAdmit(weight: number): boolean {
    if (this.#waiters.size > 0 || !this.#fits(weight)) return false
    this.#held += weight
    return true
  }

  /** Waits for admission. `commit` runs in that very moment, so that nobody who comes later gets in before. */
  admit(weight: number, commit: () => void): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.tryAdmit(weight)) {
        commit()
        return resume(Effect.void)
      }
      const waiter = { weight, commit, resume }
      this.#waiters.add(waiter)
      return Effect.sync(() => {
        if (this.#waiters.delete(waiter)) this.#wake()
      })
    })
  }

  /** Stores a block of admitted records. */
  put(block: Block<unknown>, weight: number): void {
    this.#stored.push({ id: `input-${this.#streamId}-${this.#next++}`, block, weight })
  }

  /** Hands over all blocks that are stored. */
  take(): ReadonlyArray<StoredBlock> {
    const blocks = this.#stored
    this.#stored = []
    for (const block of blocks) this.#taken.add(block)
    return blocks
  }

  /** Makes room: the batch of these blocks has ended. Releasing a block again does nothing. */
  release(blocks: ReadonlyArray<StoredBlock>): void {
    for (const block of blocks) if (this.#taken.delete(block)) this.#held -= block.weight
    this.#wake()
  }

  /** Admits everybody from now on: what has been received when the receiver is stopped is kept. */
  open(): void {
    this.#open = true
    this.#wake()
  }

  #fits(weight: number): boolean {
    return this.#open || this.#held === 0 || this.#held + weight <= this.#capacity
  }

  #wake(): void {
    const admitted: Array<Waiter> = []
    for (const waiter of this.#waiters) {
      if (!this.#fits(waiter.weight)) break
      this.#waiters.delete(waiter)
      this.#held += waiter.weight
      waiter.commit()
      admitted.push(waiter)
    }
    // A resumed fiber runs on the spot and may come back here, so the state is settled first.
    for (const waiter of admitted) waiter.resume(Effect.void)
  }
}
