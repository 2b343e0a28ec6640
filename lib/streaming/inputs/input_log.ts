/**
 * What inputs need of a checkpoint.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { LoggedBlock } from "../../dstream/inputs/allocation.ts"
import type { Block } from "../../rdd/block.ts"
import type { BlockLog } from "../../receiver/block_log.ts"

/** The part of a checkpoint that inputs see. */
export interface InputLog {
  /** The write-ahead log of the receiver of a stream; undefined if the stream has none. */
  readonly blocks: (stream: AnyDStream) => BlockLog | undefined
  /** Reads the records that a batch takes of a block. */
  readonly read: (logged: LoggedBlock, records: number) => Effect.Effect<Block<unknown>, unknown>
  /** The positions behind which a source goes on, oldest first; undefined if it is new. */
  readonly positions: (stream: AnyDStream) => ReadonlyArray<unknown> | undefined
  /** Tells how a source gives one position that stands for all that it has planned; undefined if it has planned none. */
  readonly summarizes: (stream: AnyDStream, position: Effect.Effect<unknown, unknown, unknown>) => void
}
