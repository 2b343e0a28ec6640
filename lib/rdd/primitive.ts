/**
 * What the engine can do: the primitives that RDDs are made of.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Block } from "./block.ts"
import type { Partitioner } from "./partitioner.ts"
import type { AnyRDD } from "./rdd.ts"
import type { StateStep, StateView } from "./state.ts"
import type { StorageLevel } from "./storage_level.ts"

// deno-lint-ignore no-explicit-any
type Fn = (...args: ReadonlyArray<any>) => any

/** A function as the engine calls it; the operators' types say what it really takes and gives. */
export type Callable = Fn

/** One of the library's own steps: every executor finds its function by name. `args` are portable data. */
export interface Known {
  readonly name: string
  readonly args: unknown
}

/** An operation on one partition that needs no other partition. `known`: its function is the library's own. */
export type Narrow =
  & (
    /** One record in, one, some or none out; neighbouring ones run as one loop. */
    | { readonly kind: "map" | "filter" | "flatMap" | "mapValues" | "flatMapValues"; readonly f: Callable }
    /** Folds the partition to one record; `reduce` gives none for an empty partition. */
    | { readonly kind: "reduce"; readonly f: Callable }
    | { readonly kind: "fold"; readonly f: Callable; readonly zero: () => unknown }
    /** The first `n` records. What comes before it computes no more records than that takes. */
    | { readonly kind: "take"; readonly n: number }
    /** All records of the partition at once. */
    | { readonly kind: "partition"; readonly f: (records: ReadonlyArray<never>, index: number) => Iterable<unknown> }
    /** The same, effectful. `each`: what comes of a record does not depend on the others. */
    | {
      readonly kind: "effect"
      readonly each?: boolean | undefined
      readonly f: (
        records: ReadonlyArray<never>,
        index: number,
      ) => Effect.Effect<ReadonlyArray<unknown>, unknown, unknown>
    }
  )
  & { readonly known?: Known | undefined }

/** How records of one key become one: Spark's `Aggregator`. */
export interface Combine {
  readonly create: Callable
  readonly mergeValue: Callable
  readonly mergeCombiners: Callable
  /** Whether to combine before the shuffle as well. */
  readonly mapSide: boolean
  /** Where the functions are the library's own. */
  readonly known?: Known | undefined
}

/** Makes the partitioner of a sort from (a sample of) the keys, once they are known. */
export interface RangeSpec {
  readonly partitions: number | undefined
  readonly make: (keys: ReadonlyArray<unknown>, partitions: number) => Partitioner
}

/**
 * Pairs of values in place of groups: for each key, every left value with every right one. Values of a side are missing if
 * it is `optional`, and `Option`s then.
 */
export interface Join {
  readonly left: "required" | "optional"
  readonly right: "required" | "optional"
}

/** What the engine can do. Every RDD operation is one of these, or a few of them after one another. */
export type Primitive =
  | {
    readonly kind: "source"
    readonly partitions: number | "default"
    readonly partitioner?: Partitioner | undefined
    readonly load: (
      partition: number,
      partitions: number,
    ) => Block<unknown> | Effect.Effect<Block<unknown>, unknown, unknown>
  }
  | { readonly kind: "narrow"; readonly step: Narrow; readonly preserves: boolean }
  | { readonly kind: "union" }
  | { readonly kind: "coalesce"; readonly partitions: number }
  | {
    readonly kind: "zip"
    readonly preserves: boolean
    readonly f: (parts: ReadonlyArray<ReadonlyArray<never>>, index: number) => Iterable<unknown>
  }
  | { readonly kind: "cartesian" }
  /**
   * Equal records once: `inPlace` where the parent's partitioner has brought them together and its partitions are as many as
   * the result is to have (undefined: any number will do), if it is given, or else `shuffled`.
   */
  | {
    readonly kind: "distinct"
    readonly partitions: number | undefined
    readonly inPlace: AnyRDD | undefined
    readonly shuffled: AnyRDD
  }
  | {
    readonly kind: "shuffle"
    readonly by: Partitioner | RangeSpec | "default" | "own"
    readonly combine: Combine | undefined
  }
  | { readonly kind: "balance"; readonly partitions: number }
  | { readonly kind: "cogroup"; readonly by: Partitioner | "default"; readonly join?: Join | undefined }
  | {
    readonly kind: "state"
    readonly by: Partitioner | "default"
    readonly step: StateStep
    /** Whether the results are pairs that lie where the partitioner says (true). */
    readonly keyed?: boolean | undefined
  }
  /** What the state of its parent, a `state`, is after the parent's batch. */
  | { readonly kind: "view"; readonly f: (state: StateView, partition: number) => Iterable<unknown> }
  | { readonly kind: "indexed"; readonly f: (offsets: ReadonlyArray<number>, index: number) => Narrow }
  | { readonly kind: "persist"; readonly level: StorageLevel }
  | { readonly kind: "input" }
  | { readonly kind: "provide"; readonly layer: Layer.Layer<never, unknown, unknown> }
