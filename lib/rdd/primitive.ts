/**
 * What RDDs are: lineage made of primitives, which are all that an engine has to be able to do.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Pipeable } from "effect/Pipeable"
import type { Covariant } from "effect/Types"
import type { CallSite } from "../core/call_site.ts"
import type { InvalidOption } from "../core/errors.ts"
import type { Piecewise } from "../core/pace.ts"
import type { Block } from "./block.ts"
import type { Flow } from "./flow.ts"
import type { Columns } from "./column_block.ts"
import type { Partitioner } from "./partitioner.ts"
import type { PendingState, StateView } from "./state.ts"
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
    /** Takes the first `n` records. The steps before it compute no more records than are needed. */
    | { readonly kind: "take"; readonly n: number }
    /** Takes all records of the partition. */
    | {
      readonly kind: "partition"
      readonly f: (block: Block<never>, index: number) => Piecewise<ReadonlyArray<unknown>>
    }
    /**
     * Takes all records of the partition at once and gives an Effect. `each`: the results of a record do not depend on
     * other records.
     */
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

/** Functions that combine the values of a key. Spark: `Aggregator`. */
export interface Combine {
  readonly create: Callable
  readonly mergeValue: Callable
  readonly mergeCombiners: Callable
  /** Whether to combine before the shuffle as well. */
  readonly mapSide: boolean
  /**
   * Whether the combined value of a key is the array of its values in order, and `mapSide` is not set. The engine then makes
   * the arrays without these functions.
   */
  readonly givesLists?: boolean | undefined
  /** Set where the functions are the library's own. */
  readonly known?: Known | undefined
}

/** Makes the partitioner of a sort, from the keys or a sample of them. */
export interface RangeSpec {
  readonly partitions: number | undefined
  /** The upper bounds, inclusive, of all ranges but the last. */
  readonly boundsOf: (keys: ReadonlyArray<unknown>, partitions: number) => Piecewise<ReadonlyArray<unknown>>
  readonly between: (upperBounds: ReadonlyArray<unknown>) => Partitioner
}

/**
 * Makes a cogroup give pairs of values: for each key, every left value with every right one. The values of an `optional`
 * side are `Option`s: a key without values on that side is paired with `none`.
 */
export interface Join {
  readonly left: "required" | "optional"
  readonly right: "required" | "optional"
}

/** The records of a partition of a source: all of them, or as they arrive. */
export type Loaded = Block<unknown> | Flow<unknown, unknown, unknown>

/** What an engine can do. Every RDD operation is one primitive, or a few of them after one another. */
export type Primitive =
  | {
    readonly kind: "source"
    readonly partitions: number | "default"
    readonly partitioner?: Partitioner | undefined
    /** Whether partitions are read from files or a network: several are then read side by side. Default: false. */
    readonly waits?: boolean | undefined
    /** Whether a partition that waits fits into the memory: a worker may then be sent its records. Default: false. */
    readonly fits?: boolean | undefined
    /** The file or directory that is read. Workers read it only where they have the same files as the driver. */
    readonly path?: string | undefined
    readonly load: (
      partition: number,
      partitions: number,
    ) => Loaded | Effect.Effect<Loaded, unknown, unknown>
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
    readonly f: (parts: ReadonlyArray<ReadonlyArray<never>>, index: number) => Piecewise<ReadonlyArray<unknown>>
  }
  /** Pairs each record of one parent with each record of the other. */
  | { readonly kind: "cartesian" }
  /**
   * Removes equal records: `inPlace` if the parent has a partitioner and as many partitions as are wanted (undefined: any
   * number), otherwise `shuffled`.
   */
  | {
    readonly kind: "distinct"
    readonly partitions: number | undefined
    readonly inPlace: AnyRDD | undefined
    readonly shuffled: AnyRDD
  }
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
  | { readonly kind: "view"; readonly f: (state: StateView, partition: number) => Piecewise<ReadonlyArray<unknown>> }
  /** A narrow operation that is told how many records come before each partition. */
  | { readonly kind: "indexed"; readonly f: (offsets: ReadonlyArray<number>, index: number) => Narrow }
  /** Keeps the blocks of its parent until they are released. */
  | { readonly kind: "persist"; readonly level: StorageLevel }
  /**
   * Marks where data enters a graph: a graph copy has this node too. With `planned`, the copy makes the parent as well, from
   * that position, which is plain data. Otherwise it has no parent, and the driver sends the records.
   */
  | { readonly kind: "input"; readonly planned?: { readonly position: unknown } | undefined }
  /** Gives the services of a layer to everything below. */
  | { readonly kind: "provide"; readonly layer: Layer.Layer<never, unknown, unknown> }

/** Marks RDDs. */
export const TypeId = "~dstream/RDD"

/**
 * A distributed collection as a value: it describes what to compute and holds no data. Making one runs nothing; an action
 * ({@link collect}, {@link count}, …) runs it on the engine. `E` and `R` are the errors and services of the effectful
 * functions in it. Spark: `RDD[T]`.
 */
export interface RDD<out A, out E = never, out R = never> extends Pipeable {
  readonly [TypeId]: { readonly _A: Covariant<A>; readonly _E: Covariant<E>; readonly _R: Covariant<R> }
  /** The number of the RDD. RDDs are numbered as they are made. */
  readonly id: number
  /** The name of the RDD; undefined if it was given none. */
  readonly name: string | undefined
  /** The operation that made it, such as `map`. */
  readonly operation: string
  /** Where in the user's source the RDD was made. */
  readonly site: CallSite
  /** The RDDs that this one is computed from. */
  readonly parents: ReadonlyArray<AnyRDD>
  /** What the engine does to compute the RDD. */
  readonly primitive: Primitive
  /** What is wrong with the arguments of the operation. Running the RDD fails with this error. */
  readonly invalid: InvalidOption | undefined
}

/** An RDD of any type. */
export type AnyRDD = RDD<unknown, unknown, unknown>

/** The state of the batch before. The engine cuts this link when the state is computed: lineage must not grow with the batches. */
export interface Previous {
  rdd: AnyRDD | undefined
}

/**
 * What a stateful operation does in one batch: it opens version `at` on top of the newest version, reads the records of
 * its partition, and gives the result records. Where batches have failed, the newest version is older than the batch
 * before, so which one it is can be known only when the step runs.
 */
export interface StateStep {
  /** The id of the state, unique in the graph. */
  readonly id: string
  /** The batch time of the version to write. */
  readonly at: number
  /**
   * The version that the records of the first parent are to be added to. If the newest version is another one, or there is
   * none, the step starts from nothing with the records of `whole`. Undefined: any version will do.
   */
  readonly expects: number | undefined
  /** Gives the RDD whose records make the state from nothing. Called only if needed. Undefined: the first parent has them. */
  readonly whole: (() => AnyRDD) | undefined
  /** Pairs that `f` is given when the state starts from nothing. Computed only then. */
  readonly initial?: AnyRDD | undefined
  /**
   * A `view` that gives the pairs of a partition whose keys belong to other partitions. `f` is given the pairs of the
   * version before that belong to its partition, in the order of the partitions that they come from.
   */
  readonly moving?: AnyRDD | undefined
  /** The state that this one is built on. The engine computes it first if no job has done so. */
  readonly previous?: Previous | undefined
  /**
   * Changes the state by the pairs of its partition, and gives the result records. `fresh`: the state starts from nothing,
   * so that `pairs` are those of `whole`, and `others` has the initial pairs. Otherwise `others` has those that have moved.
   */
  readonly f: (
    state: PendingState,
    pairs: Columns,
    partition: number,
    fresh: boolean,
    others: Columns,
  ) => Piecewise<Block<unknown> | ReadonlyArray<unknown>>
}
