/**
 * The open buffer of a stream: what a receiver stores is collected here and cut into blocks.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Block, concat, fromArray } from "../rdd/block.ts"
import { type HandOver, weigh } from "./block_queue.ts"
import type { RateLimiter } from "./rate_limiter.ts"

/**
 * Collects records until {@link cut}, which makes one block of them. Every way of storing passes the hand-over's
 * admission, and all but `block` the rate limit; where there is no need to wait, it is a few comparisons and an append.
 * Once closed it takes nothing in: who still stores is interrupted.
 */
export class BlockGenerator {
  readonly #handOver: HandOver
  readonly #limiter: RateLimiter
  #parts: Array<Block<unknown>> = []
  #tail: Array<unknown> = []
  #weight = 0
  #pending = 0
  #closed = false

  constructor(handOver: HandOver, limiter: RateLimiter) {
    this.#handOver = handOver
    this.#limiter = limiter
  }

  /** Adds one record. */
  one(record: unknown): Effect.Effect<void> {
    return this.#offer(() => 1, () => weigh(record), (weight) => {
      this.#tail.push(record)
      this.#weight += weight
    })
  }

  /** Adds records, never split over two blocks. */
  all(records: ReadonlyArray<unknown>): Effect.Effect<void> {
    return records.length === 0 ? Effect.void : this.#offer(() => records.length, () => weighAll(records), (weight) => {
      for (let i = 0; i < records.length; i++) this.#tail.push(records[i])
      this.#weight += weight
    })
  }

  /** Adds the records of a block unread, unless its size or a rate limit need them counted. */
  append(block: Block<unknown>, bytes?: number): Effect.Effect<void> {
    if (!bytes && block.length === 0) return Effect.void
    return this.#offer(() => block.length, () => bytes ?? 64 * block.length, (weight) => {
      this.#closeTail()
      this.#parts.push(block)
      this.#weight += weight
    })
  }

  /** Stores records as one block of their own, after what is in the buffer. */
  block(records: ReadonlyArray<unknown>): Effect.Effect<void> {
    return this.#offer(undefined, () => weighAll(records), (weight) => {
      this.cut()
      if (records.length > 0) this.#handOver.put(fromArray(records.slice()), weight)
    })
  }

  /** Makes a block of what is in the buffer, if there is anything. */
  cut(): void {
    this.#closeTail()
    if (this.#parts.length === 0) return
    this.#handOver.put(concat(this.#parts), this.#weight)
    this.#parts = []
    this.#weight = 0
  }

  /** Lets in all who wait, and whoever comes until {@link close}; returns when nobody waits any more. */
  open(): Effect.Effect<void> {
    const settled: Effect.Effect<void> = Effect.suspend(() =>
      this.#pending === 0 ? Effect.void : Effect.andThen(Effect.yieldNow, settled)
    )
    return Effect.suspend(() => {
      this.#handOver.open()
      this.#limiter.open()
      return settled
    })
  }

  /** Cuts what is left and takes nothing in any more. */
  close(): void {
    this.cut()
    this.#closed = true
  }

  #closeTail(): void {
    if (this.#tail.length === 0) return
    this.#parts.push(fromArray(this.#tail))
    this.#tail = []
  }

  #offer(
    count: (() => number) | undefined,
    weightOf: () => number,
    commit: (weight: number) => void,
  ): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#closed) return Effect.interrupt
      const records = count === undefined || this.#limiter.rate === Infinity ? 0 : count()
      const weight = weightOf()
      if (!this.#limiter.tryTake(records)) return this.#wait(records, weight, () => commit(weight))
      if (!this.#handOver.tryAdmit(weight)) return this.#wait(0, weight, () => commit(weight))
      commit(weight)
      return Effect.void
    })
  }

  #wait(records: number, weight: number, commit: () => void): Effect.Effect<void> {
    this.#pending++
    const permit = records === 0 ? Effect.void : this.#limiter.take(records)
    return Effect.ensuring(
      Effect.andThen(permit, this.#handOver.admit(weight, commit)),
      Effect.sync(() => this.#pending--),
    )
  }
}

const weighAll = (records: ReadonlyArray<unknown>): number => {
  let weight = 0
  for (let i = 0; i < records.length; i++) weight += weigh(records[i])
  return weight
}
