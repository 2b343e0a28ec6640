/**
 * The queue of blocks between a receiver and the batches, bounded by the memory that its blocks take.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { LoggedBlock } from "../dstream/inputs/allocation.ts"
import { type Block, concat, empty } from "../rdd/block.ts"
import { joined } from "../rdd/flow.ts"
import type { Loaded } from "../rdd/primitive.ts"
import { isHeld } from "../rdd/storage.ts"
import type { BlockLog } from "./block_log.ts"
import { defaultCapacity } from "./capacity.ts"
import { countUpTo, type Part, split, weightOf } from "./parts.ts"
import type { StoredParts } from "./stored_parts.ts"

/** A block that a receiver has stored, or a piece of it, as a batch takes it. */
export interface StoredBlock {
  /** `input-<streamId>-<n>`, with `n` counted from 0. A block that is split has several. */
  readonly id: string
  /** Undefined: it is in the log only, because an earlier process has received it. */
  readonly block: Block<unknown> | undefined
  /** Gives the records of `block`, also where they are in files. */
  readonly open: () => Loaded
  /** How many records it has. */
  readonly records: number
  /** An estimate of the memory it takes, in bytes. */
  readonly weight: number
  /** Where the log has it; undefined if there is no log. */
  readonly logged: LoggedBlock | undefined
  /** Ends when the block is durable. */
  readonly done: Effect.Effect<void>
}

/** A block in the queue, or what batches have left of it. */
type Stored =
  | {
    readonly parts: ReadonlyArray<Part>
    readonly logged: LoggedBlock | undefined
    readonly done: Effect.Effect<void>
  }
  /** The log has it. */
  | { readonly unread: number; readonly logged: LoggedBlock }

const countOf = (stored: Stored, limit: number): number =>
  "parts" in stored ? countUpTo(stored.parts, limit) : stored.unread

const behind = (logged: LoggedBlock, records: number): LoggedBlock => ({ ...logged, from: logged.from + records })

/** Cuts a block after `limit` records; `rest` is undefined if it has no more. */
const cutAfter = (
  stored: Stored,
  limit: number,
  held: StoredParts | undefined,
): { readonly head: Stored; readonly rest: Stored | undefined } => {
  if ("unread" in stored) {
    const { logged, unread } = stored
    if (unread <= limit) return { head: stored, rest: undefined }
    return { head: { logged, unread: limit }, rest: { logged: behind(logged, limit), unread: unread - limit } }
  }
  const { head, records, rest } = split(stored.parts, limit, held)
  if (rest.length === 0) return { head: stored, rest: undefined }
  const { done, logged } = stored
  return {
    head: { parts: head, logged, done },
    rest: { parts: rest, logged: logged && behind(logged, records), done },
  }
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
 * nothing else is held. Records that would exceed the memory of the engine's block store wait until it has moved blocks to
 * files, or batches have ended. Waiting callers are admitted in the order in which they came.
 */
export class BlockQueue {
  readonly #streamId: number
  #capacity: number
  readonly #waiters = new Set<Waiter>()
  readonly #taken = new Map<StoredBlock, ReadonlyArray<Part>>()
  readonly #held: StoredParts | undefined
  readonly #log: BlockLog | undefined
  #stored: Array<Stored> = []
  /** The weight that has been admitted and not been released, in bytes. */
  #weight = 0
  /** The weight of this that no batch has taken. */
  #untaken = 0
  /** How much of it may be untaken. */
  #untakenLimit = Infinity
  /** The number of the next block. */
  #next = 0
  /** The position that was stored last. */
  #last: Option.Option<unknown> = Option.none()

  /** `capacity` in bytes. What `log` has of earlier processes comes first. Without `held`, blocks stay in memory. */
  constructor(streamId: number, capacity: number = defaultCapacity(), log?: BlockLog, held?: StoredParts) {
    this.#streamId = streamId
    this.#capacity = capacity
    this.#log = log
    this.#held = held
    if (log === undefined) return
    this.#next = log.next
    this.#last = log.last
    this.#stored = log.unread.map(({ records, ...logged }) => ({ unread: records, logged }))
  }

  /** The position that was stored last. */
  get last(): Option.Option<unknown> {
    return this.#last
  }

  /** The weight that has been admitted and not been released, in bytes. */
  get held(): number {
    return this.#weight
  }

  /** The number of blocks that are stored and not taken. */
  get waiting(): number {
    return this.#stored.length
  }

  /** The number of records that are stored and not taken, or a number of `limit` or more if there are as many. */
  countUpTo(limit: number): number {
    let records = 0
    for (let i = 0; i < this.#stored.length && records < limit; i++) {
      records += countOf(this.#stored[i]!, limit - records)
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

  /** Stores a block of records that have been admitted already. What this gives ends when the block is durable. */
  put(block: Block<unknown>, weight: number, position?: unknown): Effect.Effect<void> {
    return this.putParts([{ block, weight }], position)
  }

  /** Stores a block that consists of these parts. Their records have been admitted already. */
  putParts(parts: ReadonlyArray<Part>, position?: unknown): Effect.Effect<void> {
    if (position !== undefined) this.#last = Option.some(position)
    const held = this.#held?.hold(parts) ?? parts
    if (this.#log === undefined) {
      this.#stored.push({ parts: held, logged: undefined, done: Effect.void })
      return Effect.void
    }
    const number = this.#next++
    const { done, place } = this.#log.write(number, parts, position)
    this.#stored.push({
      parts: held,
      logged: { number, place, from: 0, ...(position === undefined ? {} : { position }) },
      done,
    })
    return done
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
    for (; whole < this.#stored.length && left > 0; whole++) {
      const stored = this.#stored[whole]!
      const { head, rest } = left === Infinity ? { head: stored, rest: undefined } : cutAfter(stored, left, this.#held)
      const block = this.#taking(head)
      weight += block.weight
      blocks.push(block)
      this.#taken.set(block, "parts" in head ? head.parts : [])
      if (left !== Infinity) left -= block.records
      if (rest === undefined) continue
      this.#stored[whole] = rest
      break
    }
    this.#stored = this.#stored.slice(whole)
    this.#untaken -= weight
    this.#untakenLimit = isBehind && this.#stored.length > 0 ? 2 * weight : Infinity
    this.#admitWaiters()
    return blocks
  }

  /**
   * Frees the capacity that taken blocks hold, once their batch has ended. Releasing a block twice has no effect. If
   * `isRemembered`, later batches may read their records: then they count as long as their RDD is referenced.
   */
  release(blocks: ReadonlyArray<StoredBlock>, isRemembered: boolean = false): void {
    for (const block of blocks) {
      const parts = this.#taken.get(block)
      if (parts === undefined) continue
      this.#taken.delete(block)
      this.#weight -= block.weight
      if (!isRemembered) this.#held?.release(parts)
    }
    this.#admitWaiters()
  }

  /** Admits what waits when the block store has room. Returns a function that ends this. */
  watchRoom(): () => void {
    return this.#held?.onRoom(() => this.#admitWaiters()) ?? (() => {})
  }

  /** Removes the limit for good. A receiver that stops can then store what it has received. */
  removeLimit(): void {
    this.#capacity = Infinity
    this.#admitWaiters()
  }

  #taking(stored: Stored): StoredBlock {
    const { logged } = stored
    const id = `input-${this.#streamId}-${logged === undefined ? this.#next++ : logged.number}` +
      (logged !== undefined && logged.from > 0 ? `.${logged.from}` : "")
    if ("unread" in stored) {
      const open = () => empty
      return { id, block: undefined, open, records: stored.unread, weight: 0, logged, done: Effect.void }
    }
    const { done, parts } = stored
    const block = concat(parts.map((part) => part.block))
    return {
      id,
      block,
      open: () => joined(parts.map(({ block }) => isHeld(block) ? block.open() : block)),
      // Lines are counted only where the number is asked for.
      get records() {
        return block.length
      },
      weight: weightOf(parts),
      logged,
      done,
    }
  }

  #admit(weight: number): void {
    this.#weight += weight
    this.#untaken += weight
  }

  #fits(weight: number): boolean {
    if (this.#weight === 0 || this.#capacity === Infinity) return true
    // A large chunk may exceed the second limit: else it would wait until a batch had nothing left to take.
    const isWithin = this.#weight + weight <= this.#capacity && this.#untaken < this.#untakenLimit
    return isWithin && this.#held?.hasRoom(weight) !== false
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
