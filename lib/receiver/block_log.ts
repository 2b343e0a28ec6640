/**
 * The write-ahead log of a receiver, as the receiver sees it.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { LoggedBlock } from "../dstream/inputs/allocation.ts"
import type { Place } from "../durable/log/writer.ts"
import type { Part } from "./parts.ts"

/** A block of an earlier process that no batch has taken, or the part of it that is left. */
export interface Unread extends LoggedBlock {
  readonly records: number
}

/** A block that is being written to the log. */
export interface Written {
  readonly place: Place
  /**
   * Ends when the block is durable. If the log fails, it never ends: the failure stops the streaming context, and with it
   * the receiver that waits for this.
   */
  readonly done: Effect.Effect<void>
}

/** The log of the blocks of one receiver. */
export interface BlockLog {
  /** Writes a block behind those that were written before. */
  readonly write: (number: number, parts: ReadonlyArray<Part>, position: unknown) => Written
  /** The number of the next block. */
  readonly next: number
  /** What earlier processes have stored and no batch has taken, oldest first. */
  readonly unread: ReadonlyArray<Unread>
  /** The position that was stored last. */
  readonly last: Option.Option<unknown>
}
