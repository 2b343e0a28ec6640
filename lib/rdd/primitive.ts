/**
 * The primitives that RDDs are made of: all that an engine has to be able to do.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Block } from "./block.ts"
import type { Partitioner } from "./partitioner.ts"
import type { StateStep, StateView } from "./state.ts"
import type { StorageLevel } from "./storage_level.ts"

// deno-lint-ignore no-explicit-any
type Fn = (...args: ReadonlyArray<any>) => any

/** A user function as engines call it. The types of the operators say what it takes and returns. */
export type Callable = Fn

/** Names functions of the library itself, which every executor has. `args` are portable data. */
export interface Known {
  readonly name: string
  readonly args: unknown
}

/** An operation on one partition that needs no other partition. `known` is set where its function is the library's own. */
export type Narrow =
  & (
    /** Takes one record and gives one, several or none. Neighbouring ones run as one loop. */
    | { readonly kind: "map" | "filter" | "flatMap" | "mapValues" | "flatMapValues"; readonly f: Callable }
    /** Folds the partition to one record; `reduce` gives none for an empty partition. */
    | { readonly kind: "reduce"; readonly f: Callable }
    | { readonly kind: "fold"; readonly f: Callable; readonly zero: () => unknown }
    /** Takes all records of the partition at once. */
    | { readonly kind: "partition"; readonly f: (records: ReadonlyArray<never>, index: number) => Iterable<unknown> }
    /** Takes all records of the partition at once and gives an Effect. */
    | {
      readonly kind: "effect"
      readonly f: (
        records: ReadonlyArray<never>,
        index: number,
      ) => Effect.Effect<ReadonlyArray<unknown>, unknown, unknown>
    }
  )
  & { readonly known?: Known | undefined }

/** Functions that combine the values of a key. Spark: `Aggregator`. */
export interface Combine {
  readonly create: Callable
  readonly mergeValue: Callable
  readonly mergeCombiners: Callable
  /** Whether to combine before the shuffle as well. */
  readonly mapSide: boolean
  /** Set where the functions are the library's own. */
  readonly known?: Known | undefined
}

/** Makes the partitioner of a sort, from the keys or a sample of them. */
export interface RangeSpec {
  readonly partitions: number | undefined
  readonly make: (keys: ReadonlyArray<unknown>, partitions: number) => Partitioner
}

/**
 * Makes a cogroup give pairs of values: for each key, every left value with every right one. The values of an `optional`
 * side are `Option`s: a key without values on that side is paired with `none`.
 */
export interface Join {
  readonly left: "required" | "optional"
  readonly right: "required" | "optional"
}

/** What an engine can do. Every RDD operation is one primitive, or a few of them after one another. */
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
  /** `preserves`: keys stay where the partitioner of the parent has put them. */
  | { readonly kind: "narrow"; readonly step: Narrow; readonly preserves: boolean }
  /** The partitions of all parents, or one partition for each index where all parents have equal partitioners. */
  | { readonly kind: "union" }
  /** Joins neighbouring partitions until so many are left. */
  | { readonly kind: "coalesce"; readonly partitions: number }
  /** Gives the partitions of all parents that have the same index to one function. */
  | {
    readonly kind: "zip"
    readonly preserves: boolean
    readonly f: (parts: ReadonlyArray<ReadonlyArray<never>>, index: number) => Iterable<unknown>
  }
  /** Pairs each record of one parent with each record of the other. */
  | { readonly kind: "cartesian" }
  /**
   * Brings pairs to the partitions of their keys, and combines the values of each key. `own`: as many partitions as the
   * parent has, by its partitioner if it has one.
   */
  | {
    readonly kind: "shuffle"
    readonly by: Partitioner | RangeSpec | "default" | "own"
    readonly combine: Combine | undefined
  }
  /** Deals records out to so many partitions, in turns. */
  | { readonly kind: "balance"; readonly partitions: number }
  /** Groups the values of all parents by key, or joins those of two. */
  | { readonly kind: "cogroup"; readonly by: Partitioner | "default"; readonly join?: Join | undefined }
  /** Changes a state by the pairs of its parent. */
  | {
    readonly kind: "state"
    readonly by: Partitioner | "default"
    readonly step: StateStep
    /** Whether the results are pairs that lie where the partitioner puts them (true). */
    readonly keyed?: boolean | undefined
  }
  /** Reads the version of a state that its parent, a `state`, has written. */
  | { readonly kind: "view"; readonly f: (state: StateView, partition: number) => Iterable<unknown> }
  /** A narrow operation that is told how many records come before each partition. */
  | { readonly kind: "indexed"; readonly f: (offsets: ReadonlyArray<number>, index: number) => Narrow }
  /** Keeps the blocks of its parent until they are released. */
  | { readonly kind: "persist"; readonly level: StorageLevel }
  /** Marks where data enters a graph: a graph copy has this node too, without the parent. */
  | { readonly kind: "input" }
  /** Gives the services of a layer to everything below. */
  | { readonly kind: "provide"; readonly layer: Layer.Layer<never, unknown, unknown> }
