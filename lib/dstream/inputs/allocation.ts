/**
 * Allocations: what each batch reads, as plain data.
 *
 * @module
 */

/** The name of a block that a receiver stored. */
export interface BlockRef {
  /** The id of the block, unique in the context. */
  readonly id: string
  /** How many records the block holds. */
  readonly records: number
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
  /** The source has nothing for this batch: its stream has no RDD. */
  | { readonly _tag: "Nothing" }

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
