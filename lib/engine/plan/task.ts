/**
 * Tasks as data: what has to be done for one partition, wherever it is done.
 *
 * A task holds records and the addresses of operations, never functions. Whoever runs it finds the functions behind the
 * addresses. Every operation in a task is a {@link Place}, and places are numbered in the order of {@link placesOf}, so
 * that a failure can name the place that it comes from by its number.
 *
 * @module
 */
import type { Block } from "../../rdd/block.ts"
import type { Address } from "../../rdd/engine.ts"
import type { Columns } from "../../rdd/pair_block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { Join } from "../../rdd/primitive.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** How a task refers to an operation, that is, to functions. */
export type Operation =
  /** An operation of the graph, for executors that have a copy of it. */
  | { readonly kind: "address"; readonly address: Address }
  /** One of the library's own steps, which every executor knows by name. */
  | { readonly kind: "known"; readonly name: string; readonly args: unknown }
  /** An operation that only the driver has. */
  | { readonly kind: "local"; readonly rdd: AnyRDD }
  /** A local operation in a task that has travelled, where none of its functions is called. */
  | { readonly kind: "absent" }

/** An operation at work in one partition: what failures name. */
export interface Place {
  readonly operation: Operation
  /** The index that the partition has at this point; undefined where the operation is not about one partition. */
  readonly index: number | undefined
}

/** A narrow operation on what the input, and the steps before, have given. */
export interface Step extends Place {
  readonly index: number
  /** Whether the step waits for effects, so that other partitions may run meanwhile. */
  readonly waits: boolean
  /** For an `indexed` operation: how many records come before each partition. */
  readonly offsets?: ReadonlyArray<number> | undefined
}

/** What one task has written for one partition of the stage after it. */
export type Bucket = Columns

/** What one task has written, by partition. Partitions that got nothing have no bucket: there may be very many of them. */
export type Cut = ReadonlyArray<Bucket | undefined>

/** Where the records of a partition come from. */
export type Input =
  /** A block that is there. */
  | { readonly kind: "block"; readonly block: Block<unknown> }
  /** Partition `index` of a source that has so many partitions. */
  | Place & { readonly kind: "load"; readonly index: number; readonly partitions: number }
  /** Pairs that a shuffle has brought here. */
  | { readonly kind: "pairs"; readonly buckets: ReadonlyArray<Bucket> }
  /** Records that were dealt out. */
  | { readonly kind: "dealt"; readonly buckets: ReadonlyArray<Bucket> }
  /** Pairs that a shuffle has brought here, combined by key. */
  | Place & { readonly kind: "combined"; readonly buckets: ReadonlyArray<Bucket> }
  /** The pairs of a partition, which lie where they should, combined by key. */
  | Place & { readonly kind: "combine"; readonly index: number; readonly of: Partition }
  /** Partitions after one another. */
  | { readonly kind: "concat"; readonly parts: ReadonlyArray<Partition> }
  /** Partitions given to a function at once. */
  | Place & { readonly kind: "zip"; readonly index: number; readonly sides: ReadonlyArray<Partition> }
  /** Each record of the one with each record of the other. */
  | { readonly kind: "cartesian"; readonly left: Partition; readonly right: Partition }
  /** The values of each key, by side; pairs of values where a join is given. */
  | Place & { readonly kind: "cogroup"; readonly sides: ReadonlyArray<Partition>; readonly join: Join | undefined }
  /** The results of a stateful operation, which writes version `at` of a state on top of version `from` (undefined: none). */
  | Place & {
    readonly kind: "state"
    readonly index: number
    readonly id: string
    readonly from: number | undefined
    readonly at: number
    readonly data: Partition
    /** The pairs to start with where the state is built on nothing. */
    readonly initial: Partition | undefined
  }
  /** What a function shows of version `at` of a state. */
  | Place & { readonly kind: "view"; readonly index: number; readonly id: string; readonly at: number }
  /** A partition that is computed with the services of a layer. */
  | Place & { readonly kind: "provide"; readonly of: Partition }

/** One partition of an RDD: an input, and the steps still to be run over it. */
export interface Partition {
  readonly input: Input
  readonly steps: ReadonlyArray<Step>
}

/** How a task finds the partitioner that its records are cut by. */
export type By =
  | { readonly kind: "hash"; readonly partitions: number }
  /** The partitioner that an operation has. */
  | { readonly kind: "own"; readonly operation: Operation }
  /** The partitioner that an operation makes from (a sample of) the keys. */
  | {
    readonly kind: "range"
    readonly operation: Operation
    readonly keys: ReadonlyArray<unknown>
    readonly partitions: number
  }
  /** A partitioner that only the driver has. */
  | { readonly kind: "local"; readonly partitioner: Partitioner }

/** A partitioner, and how tasks find it. */
export interface Placed {
  readonly partitioner: Partitioner
  readonly by: By
}

/** The task gives its records as a block. */
export interface ToBlock {
  readonly kind: "block"
}

/** The task cuts its records for the partitions of the next stage. */
export type ToBuckets =
  /** Pairs, combined by key first with the functions of the operation. */
  | Place & { readonly kind: "table"; readonly index: number; readonly by: By }
  /** Pairs as they are. */
  | Place & { readonly kind: "pairs"; readonly by: By }
  /** Records dealt out one by one to so many partitions, beginning with partition `index`. */
  | { readonly kind: "deal"; readonly index: number; readonly partitions: number }

/** What becomes of the records of a task. */
export type Write = ToBlock | ToBuckets

/** What has to be done for one partition. */
export interface Task<W extends Write = Write> {
  readonly partition: Partition
  readonly write: W
  /** The `provide` operations with whose layers the task runs, the outermost first. */
  readonly layers: ReadonlyArray<Place>
}

/** What a task gives. */
export type Written<W extends Write = Write> = W extends ToBlock ? Block<unknown> : Cut

/** An RDD as the planner sees it. */
export interface Lowered {
  readonly partitions: ReadonlyArray<Partition>
  /** Where keys lie; undefined where that is not known. */
  readonly placed: Placed | undefined
  /** For a state operation: the version that it writes. */
  readonly version?: { readonly id: string; readonly at: number } | undefined
  /** Keeps that version readable after later ones have replaced it, as long as this object is referenced. */
  readonly hold?: object | undefined
}

/** A partition that is there already. */
export const there = (block: Block<unknown>): Partition => ({ input: { kind: "block", block }, steps: [] })

/** The block of a partition that is there already. */
export const blockOf = ({ input, steps }: Partition): Block<unknown> | undefined =>
  input.kind === "block" && steps.length === 0 ? input.block : undefined
