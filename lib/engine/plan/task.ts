/**
 * Tasks as data: what has to be done for one partition.
 *
 * A task holds records and the addresses of operations, but no functions: the executor finds the functions behind the
 * addresses. So the same task can run where the program runs, in another isolate, or in another process. Every operation in
 * a task is a {@link Place}. A failure names its place by a number, in the order of `placesOf`.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Block } from "../../rdd/block.ts"
import type { ActionError, Address } from "../../rdd/engine.ts"
import type { Columns } from "../../rdd/column_block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { Join } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { HeldBlock } from "../../rdd/storage.ts"

/** How a task refers to an operation, and so to its functions. */
export type Operation =
  /** An operation of the graph, by its address. For executors that have a copy of the graph. */
  | { readonly kind: "address"; readonly address: Address }
  /** One of the library's own operations, by its name. Every executor has these. */
  | { readonly kind: "known"; readonly name: string; readonly args: unknown }
  /** An operation that only the driver has, such as one made in `foreachRDD`. */
  | { readonly kind: "local"; readonly rdd: AnyRDD }
  /** A local operation in a task that was decoded. None of its functions is called. */
  | { readonly kind: "absent" }

/** An operation in one partition: what failures name. */
export interface Place {
  readonly operation: Operation
  /** The index of the partition in the RDD of the operation. Undefined for operations on no partition in particular. */
  readonly index: number | undefined
}

/** A narrow operation, which takes the records of the input or of the step before. */
export interface Step extends Place {
  readonly index: number
  /** Whether the step waits for effects: other partitions may then run side by side with it. */
  readonly waits: boolean
  /** For an `indexed` operation: how many records come before each partition. */
  readonly offsets?: ReadonlyArray<number> | undefined
}

/** What one task has written for one partition of the next stage. */
export type Bucket = Columns

/** What one task has written, by partition of the next stage. Partitions that got nothing have no bucket: there may be many. */
export type Cut = ReadonlyArray<Bucket | undefined>

/** Where the records of a partition come from. */
export type Input =
  /** A block that has been computed. `isCounted`: its records were counted when another part of the task read them. */
  | { readonly kind: "block"; readonly block: Block<unknown>; readonly isCounted?: boolean }
  /** A block of a persisted RDD, which may be in a file. Only the driver can read it. */
  | Place & { readonly kind: "held"; readonly index: number; readonly held: HeldBlock }
  /**
   * Partition `index` of a source that has `partitions` of them. `waits`: other partitions may run side by side with it. `fits`:
   * although it waits, it can be sent to a worker.
   */
  | Place & {
    readonly kind: "load"
    readonly index: number
    readonly partitions: number
    readonly waits?: boolean | undefined
    readonly fits?: boolean | undefined
  }
  /** The pairs that a shuffle has brought to this partition. */
  | { readonly kind: "pairs"; readonly buckets: ReadonlyArray<Bucket> }
  /** The records that were dealt out to this partition. */
  | { readonly kind: "dealt"; readonly buckets: ReadonlyArray<Bucket> }
  /** The pairs that a shuffle has brought to this partition, combined by key. */
  | Place & { readonly kind: "combined"; readonly buckets: ReadonlyArray<Bucket> }
  /** The pairs of a partition combined by key, where no shuffle is needed. */
  | Place & { readonly kind: "combine"; readonly index: number; readonly of: Partition }
  /** Partitions after one another. */
  | { readonly kind: "concat"; readonly parts: ReadonlyArray<Partition> }
  /** The result of a function over several partitions. */
  | Place & { readonly kind: "zip"; readonly index: number; readonly sides: ReadonlyArray<Partition> }
  /** Pairs of each record on the left with each record on the right. */
  | { readonly kind: "cartesian"; readonly left: Partition; readonly right: Partition }
  /** The values of each key, by side. With a `join`: pairs of values. */
  | Place & { readonly kind: "cogroup"; readonly sides: ReadonlyArray<Partition>; readonly join: Join | undefined }
  /** The results of a stateful operation: it writes version `at` of a state on top of version `from`, or of nothing. */
  | Place & {
    readonly kind: "state"
    readonly index: number
    readonly id: string
    readonly from: number | undefined
    readonly at: number
    readonly data: Partition
    /** The pairs to begin with where the state starts from nothing. */
    readonly initial: Partition | undefined
  }
  /** The result of a function over version `at` of a state. */
  | Place & { readonly kind: "view"; readonly index: number; readonly id: string; readonly at: number }
  /** A partition that is computed with the services of the operation's layer. */
  | Place & { readonly kind: "provide"; readonly of: Partition }
  /** Partition `index` of a persisted or shared RDD. The planner puts its block in its place before a task runs. */
  | { readonly kind: "once"; readonly index: number; readonly from: Once }

/** A persisted or shared RDD, of which partitions are computed when a stage needs them. */
export interface Once {
  /** Computes the partitions that are not kept yet, and gives all that are named, with their blocks. */
  readonly compute: (
    indices: ReadonlyArray<number>,
  ) => Effect.Effect<ReadonlyMap<number, Partition>, ActionError<unknown>, unknown>
}

/** One partition of an RDD: an input, and the steps to be run over it. */
export interface Partition {
  readonly input: Input
  readonly steps: ReadonlyArray<Step>
}

/** How a task finds the partitioner of its records. */
export type By =
  | { readonly kind: "hash"; readonly partitions: number }
  /** The partitioner that an operation was given. */
  | { readonly kind: "own"; readonly operation: Operation; readonly partitions: number }
  /** The partitioner that an operation makes of the bounds between ranges of keys. */
  | {
    readonly kind: "range"
    readonly operation: Operation
    readonly upperBounds: ReadonlyArray<unknown>
    readonly partitions: number
  }
  /** A partitioner that only the driver has. */
  | { readonly kind: "local"; readonly partitioner: Partitioner }

/** A partitioner, and how tasks find it. */
export interface Placed {
  readonly partitioner: Partitioner
  readonly by: By
}

/** The task writes its records as a block. */
export interface ToBlock {
  readonly kind: "block"
  /**
   * Only tasks of later stages read the block, so it need not come to the driver. They are those of the batch and of batches that
   * look back at it, or, for a persisted RDD, those of any batch. Undefined: it comes to the driver.
   */
  readonly stays?: "batch" | "persisted" | undefined
  /** The records are pairs, and are written as columns: the driver reads the keys, and tasks of a later stage the pairs. */
  readonly areColumns?: true | undefined
}

/** The task writes a bucket for each partition of the next stage. */
export type ToBuckets =
  /** Combines the pairs by key first, with the functions of the operation. */
  | Place & { readonly kind: "table"; readonly index: number; readonly by: By }
  /** Writes the pairs as they are. */
  | Place & { readonly kind: "pairs"; readonly by: By }
  /** Deals the records out one by one, beginning with partition `index`. */
  | { readonly kind: "deal"; readonly index: number; readonly partitions: number }

/** How a task writes its records. */
export type Write = ToBlock | ToBuckets

/** What has to be done for one partition. */
export interface Task<W extends Write = Write> {
  readonly partition: Partition
  readonly write: W
  /** The `provide` operations whose layers the task runs with, the outermost first. */
  readonly layers: ReadonlyArray<Place>
}

/** What a task has written. */
export type Written<W extends Write = Write> = W extends ToBlock ? Block<unknown> : Cut

/** Whether a task has written buckets. */
export const isCut = (written: Written): written is Cut => Array.isArray(written)

/** An RDD as the planner sees it. */
export interface Lowered {
  readonly partitions: ReadonlyArray<Partition>
  /** The partitioner that the keys lie by; undefined if there is none. */
  readonly placed: Placed | undefined
  /** For a state operation: the version that it writes. */
  readonly version?: { readonly id: string; readonly at: number } | undefined
  /** Keeps that version readable as long as this object is referenced, also after later versions have replaced it. */
  readonly hold?: object | undefined
}

/** Makes an input of a block whose records were counted where they were read. */
export const counted = (block: Block<unknown>): Input => ({ kind: "block", block, isCounted: true })

/** Makes a partition of a block that has been computed. */
export const there = (block: Block<unknown>): Partition => ({ input: { kind: "block", block }, steps: [] })
