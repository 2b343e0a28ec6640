/**
 * The contract of the block store, which keeps the blocks of persisted RDDs and of receivers in memory or in files.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { BlockUnreadable } from "../core/errors.ts"
import type { Block } from "./block.ts"
import type { Flow } from "./flow.ts"
import type { StorageLevel } from "./storage_level.ts"

/**
 * A block in the block store. While it is in memory, it can be read as any other block; otherwise `records` throws, and
 * {@link HeldBlock.open} gives a flow. The store does not keep it alive: when it is no longer referenced, its memory and its
 * file are freed.
 */
export interface HeldBlock extends Block<unknown> {
  /** The block, if it is in memory. To look at it does not mark it as used, as {@link HeldBlock.open} does. */
  readonly block: Block<unknown> | undefined
  /** Whether it is in memory. */
  readonly isInMemory: boolean
  /** Whether it has been released or dropped, so that its memory no longer counts. */
  readonly isReleased: boolean
  /** The block if it is in memory, or else a flow that reads its file. Marks it as used. */
  readonly open: () => Block<unknown> | Flow<unknown, BlockUnreadable>
  /** The records from index `from` to `to` of a block that is in a file. They share the file. */
  readonly part: (from: number, to: number) => HeldBlock
}

/** Whether a block is one of a block store. */
export const isHeld = (block: Block<unknown>): block is HeldBlock => "isInMemory" in block

/** How a block is kept. */
export interface Holding {
  readonly level: StorageLevel
  /** An estimate of the memory it takes, in bytes. By default it is estimated from some of its records. */
  readonly weight?: number | undefined
  /** Drops the block, which can be computed again. Undefined: it must be kept. */
  readonly drop?: (() => void) | undefined
}

/** What a block store holds, and how much of it may be in memory. */
export interface StorageMeasures {
  /** The limit of the blocks in memory, in bytes. */
  readonly limit: number
  /** The estimated bytes of the blocks in memory. */
  readonly memory: number
  /** The bytes of the blocks in files. */
  readonly disk: number
}

/**
 * Keeps blocks within a limit of memory. When it is exceeded, the blocks that were used least recently are written to
 * files, if their level has a disk, or dropped, if they can be computed again. Others stay in memory.
 */
export interface Storage {
  /** Takes a block, without waiting for room. {@link Storage.makeRoom} does that. */
  readonly hold: (block: Block<unknown>, holding: Holding) => HeldBlock
  /** Takes a block, in the form of its level: encoded, or in a file. Then waits until the limit is kept, if that is possible. */
  readonly put: (block: Block<unknown>, holding: Holding) => Effect.Effect<HeldBlock>
  /** Frees the memory that a block counts for. Tasks that have the block can still read it. */
  readonly release: (block: HeldBlock) => void
  /** Whether so many further bytes are within the limit. If nothing is in memory, there is room for anything. */
  readonly hasRoom: (weight: number) => boolean
  /** Makes room for so many bytes in the background. Listeners of {@link Storage.onRoom} are called afterwards. */
  readonly makeRoom: (weight: number) => void
  /** Calls a function whenever memory has been freed. Returns a function that ends this. */
  readonly onRoom: (listener: () => void) => () => void
  /** What the store holds now. */
  readonly measures: () => StorageMeasures
}
