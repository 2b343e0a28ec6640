/**
 * Allocations: what each batch reads, as plain data.
 *
 * @module
 */

import type { Place } from "../../durable/log/writer.ts"

/** Where the write-ahead log of a receiver has a block, or the part of it that a batch takes. */
export interface LoggedBlock {
  /** Blocks of an input are numbered from 0, also beyond the end of a process. */
  readonly number: number
  /** Where the whole block lies in the log. */
  readonly place: Place
  /** How many records of the block earlier batches have taken. */
  readonly from: number
  /** The position that the receiver has stored with the block. */
  readonly position?: unknown
}

/** The name of a block that a receiver stored. */
export interface BlockRef {
  /** The id of the block, unique in the context. */
  readonly id: string
  /** How many records the block holds. */
  readonly records: number
  /** Where the write-ahead log has it. Undefined if the input has no such log. */
  readonly logged?: LoggedBlock | undefined
}

/** The share of one input in a batch. */
export type InputAllocation =
  | { readonly _tag: "Blocks"; readonly blocks: ReadonlyArray<BlockRef> }
  | {
    readonly _tag: "Position"
    readonly position: unknown
    readonly records?: number | undefined
    readonly metadata?: Readonly<Record<string, unknown>> | undefined
  }
  /** The source has nothing for this batch: its stream has no RDD. It may have a position to go on from nevertheless. */
  | { readonly _tag: "Nothing"; readonly position?: unknown }

/**
 * What a batch reads from each input. It is plain data, so that it can be logged, replayed and sent. The sub-path `allocation`
 * exports its Schema.
 */
export interface Allocation {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** The share of each input, by the name of the input. */
  readonly inputs: Readonly<Record<string, InputAllocation>>
}

/** Returns how many records a share has; undefined if that is not known. */
export const recordsOf = (input: InputAllocation): number | undefined => {
  switch (input._tag) {
    case "Blocks":
      return input.blocks.reduce((sum, block) => sum + block.records, 0)
    case "Position":
      return input.records
    case "Nothing":
      return undefined
  }
}
