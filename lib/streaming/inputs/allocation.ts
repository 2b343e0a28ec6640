/**
 * Allocations: what each batch will read, as plain data.
 *
 * @module
 */

/** A block that a receiver stored, by name. */
export interface BlockRef {
  /** Its name, unique among all blocks of the context. */
  readonly id: string
  /** How many records it holds. */
  readonly records: number
}

/** What one input contributes to a batch. */
export type InputAllocation =
  | { readonly _tag: "Blocks"; readonly blocks: ReadonlyArray<BlockRef> }
  | {
    readonly _tag: "Position"
    readonly position: unknown
    readonly records?: number | undefined
    readonly metadata?: Readonly<Record<string, unknown>> | undefined
  }
  /** The source gave nothing: its stream has no RDD in this batch. */
  | { readonly _tag: "Nothing" }

/**
 * What a batch will read, by the name of the input. Plain data: logged, replayed, shown and sent as it is. Its Schema
 * stands in `Allocation.Allocation` of the sub-path `allocation`.
 */
export interface Allocation {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** What each input gives, by its name. */
  readonly inputs: Readonly<Record<string, InputAllocation>>
}

/** How many records an input contributes; undefined where that is not known. */
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
