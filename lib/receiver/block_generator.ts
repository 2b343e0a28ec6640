/**
 * The buffer that a receiver stores records in, and how it is cut into blocks.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { ReceiverStopped } from "../dstream/inputs/receiver_stopped.ts"
import { type Block, fromArray } from "../rdd/block.ts"
import type { BlockQueue } from "./block_queue.ts"
import type { Part } from "./parts.ts"
import type { RateLimiter } from "./rate_limiter.ts"
import { weigh, weighAll } from "../core/weight.ts"

/**
 * Collects records until {@link cut} makes one block of them.
 *
 * Storing waits for room in the block queue and, except with `block`, for the rate limit. When neither requires
 * waiting, storing costs a few comparisons and an append. After {@link close}, storing fails with `ReceiverStopped`.
 */
export class BlockGenerator {
  readonly #queue: BlockQueue
  readonly #limiter: RateLimiter
  readonly #streamName: string
  /** Finished parts of the open buffer. Single records collect in `#tail` and become a part of their own. */
  #parts: Array<Part> = []
  #tail: Array<unknown> = []
  #tailWeight = 0
  /** The number of fibers that wait to store something. */
  #pending = 0
  #isClosed = false

  constructor(queue: BlockQueue, limiter: RateLimiter, streamName: string) {
    this.#streamName = streamName
    this.#queue = queue
    this.#limiter = limiter
  }

  /** Adds one record to the buffer. */
  one(record: unknown): Effect.Effect<void, ReceiverStopped> {
    return this.#store(() => 1, () => weigh(record), (weight) => {
      this.#tail.push(record)
      this.#tailWeight += weight
    })
  }

  /** Adds records to the buffer. They end up in one block, which only the bound of a batch splits. */
  all(records: ReadonlyArray<unknown>): Effect.Effect<void, ReceiverStopped> {
    return records.length === 0
      ? this.#storeNothing()
      : this.#store(() => records.length, () => weighAll(records), (weight) => {
        for (let i = 0; i < records.length; i++) this.#tail.push(records[i])
        this.#tailWeight += weight
      })
  }

  /**
   * Adds the records of a block to the buffer. `bytes` is its size. The block is not read unless `bytes` is missing or
   * zero, or a rate limit applies: then its records are counted.
   */
  append(block: Block<unknown>, bytes?: number): Effect.Effect<void, ReceiverStopped> {
    if (!bytes && block.length === 0) return this.#storeNothing()
    return this.#store(() => block.length, () => bytes ? Math.ceil(bytes) : weighAll(block.records), (weight) => {
      this.#closeTail()
      this.#parts.push({ block, weight })
    })
  }

  /**
   * Stores records as a block of their own, after a block of what is in the buffer. Not subject to the rate limit. Waits until
   * the log has the block, if there is one.
   */
  block(records: ReadonlyArray<unknown>, position?: unknown): Effect.Effect<void, ReceiverStopped> {
    return Effect.suspend(() => {
      let stored: Effect.Effect<void> = Effect.void
      const admitted = this.#store(undefined, () => weighAll(records), (weight) => {
        this.cut()
        if (records.length > 0 || position !== undefined) {
          stored = this.#queue.put(fromArray(records.slice()), weight, position)
        }
      })
      return Effect.andThen(admitted, Effect.suspend(() => stored))
    })
  }

  /** Makes one block of everything in the buffer. Does nothing if the buffer is empty. */
  cut(): void {
    this.#closeTail()
    if (this.#parts.length === 0) return
    this.#queue.putParts(this.#parts)
    this.#parts = []
  }

  /** The position that was stored last. */
  get last(): Option.Option<unknown> {
    return this.#queue.last
  }

  /** Removes the capacity and rate limits for good, and waits until no fiber waits to store any more. */
  drain(): Effect.Effect<void> {
    const untilIdle: Effect.Effect<void> = Effect.suspend(() =>
      this.#pending === 0 ? Effect.void : Effect.andThen(Effect.yieldNow, untilIdle)
    )
    return Effect.suspend(() => {
      this.#queue.removeLimit()
      this.#limiter.removeLimit()
      return untilIdle
    })
  }

  /** Cuts the last block and accepts no more records. */
  close(): void {
    this.cut()
    this.#isClosed = true
  }

  #closeTail(): void {
    if (this.#tail.length === 0) return
    this.#parts.push({ block: fromArray(this.#tail), weight: this.#tailWeight })
    this.#tail = []
    this.#tailWeight = 0
  }

  /**
   * Runs `add` when the rate limit lets `count` records through and the queue has room for their weight. `count` is
   * undefined where the rate limit does not apply. It is called only under a rate limit, because it may decode a block.
   */
  #store(
    count: (() => number) | undefined,
    weightOf: () => number,
    add: (weight: number) => void,
  ): Effect.Effect<void, ReceiverStopped> {
    return Effect.suspend((): Effect.Effect<void, ReceiverStopped> => {
      if (this.#isClosed) return this.#stopped()
      const records = count === undefined || this.#limiter.rate === Infinity ? 0 : count()
      const weight = weightOf()
      if (!this.#limiter.tryTake(records)) return this.#wait(records, weight, () => add(weight))
      if (!this.#queue.tryAdmit(weight)) return this.#wait(0, weight, () => add(weight))
      add(weight)
      return Effect.void
    })
  }

  /** Waits neither for room nor for the rate limit. */
  #storeNothing(): Effect.Effect<void, ReceiverStopped> {
    return Effect.suspend(() => this.#isClosed ? this.#stopped() : Effect.void)
  }

  #stopped(): Effect.Effect<never, ReceiverStopped> {
    return Effect.fail(new ReceiverStopped({ streamName: this.#streamName }))
  }

  #wait(records: number, weight: number, add: () => void): Effect.Effect<void> {
    this.#pending++
    const permit = records === 0 ? Effect.void : this.#limiter.take(records)
    return Effect.ensuring(
      Effect.andThen(permit, this.#queue.admit(weight, add)),
      Effect.sync(() => this.#pending--),
    )
  }
}
