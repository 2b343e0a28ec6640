/**
 * The engine contract: what an action needs, and what an engine is given to know about the batch it works for.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { NotPortable } from "../core/codec.ts"
import type {
  EmptyCollection,
  FunctionFailed,
  InvalidOption,
  JobFailed,
  Mismatch,
  SparkContextStopped,
} from "../core/errors.ts"
import type { UnsupportedKey } from "../core/keys.ts"
import type { Block } from "./block.ts"
import type { BroadcastDestroyed } from "./broadcast.ts"
import type { Partitioner } from "./partitioner.ts"
import type { AnyRDD, RDD } from "./rdd.ts"

/** What can go wrong in a job besides the typed errors of the user's own effects. */
export type EngineError =
  | FunctionFailed
  | UnsupportedKey
  | NotPortable
  | InvalidOption
  | Mismatch
  | EmptyCollection
  | BroadcastDestroyed
  | SparkContextStopped

/** The error of an action: why it failed, and where. */
export type ActionError<E> = JobFailed<E | EngineError>

/** How an RDD lies in the engine: its number of partitions, and its partitioner if it has one. */
export interface Layout {
  readonly partitions: number
  readonly partitioner: Partitioner | undefined
}

/** Runs RDDs. Actions need it; `SparkContext.layer` provides the one that its master URL names. */
export interface Engine {
  /** Partitions where nothing else says how many: `N` of `local[N]`. Spark: `defaultParallelism`. */
  readonly defaultParallelism: number
  /**
   * Computes the partitions of an RDD (or just those named) and gives their blocks in order. `each` is run with the block
   * of every partition when it is there, in any order; the job goes on when `each` has ended.
   */
  readonly run: <A, E, R>(
    rdd: RDD<A, E, R>,
    partitions?: ReadonlyArray<number>,
    each?: (block: Block<A>, partition: number) => Effect.Effect<void>,
  ) => Effect.Effect<ReadonlyArray<Block<A>>, ActionError<E>, R>
  /** How an RDD lies, without computing more of it than that takes. */
  readonly layout: <A, E, R>(rdd: RDD<A, E, R>) => Effect.Effect<Layout, ActionError<E>, R>
  /** Forgets the persisted blocks of an RDD. Those of state are not for users to forget. */
  readonly release: (rdd: AnyRDD) => Effect.Effect<void>
  /** Says that an RDD that is kept (state, or persisted) is empty for good, if it has not been computed by now. */
  readonly abandon: (rdd: AnyRDD) => Effect.Effect<void>
  /** Drops whole states, by their addresses: nobody will ask for them again. */
  readonly forgetStates: (ids: Iterable<string>) => Effect.Effect<void>
  /** Ends a batch: the state versions pending in it become the current ones, or are dropped, with those after it. */
  readonly endBatch: (time: number, outcome: "commit" | "abort") => Effect.Effect<void>
  /** The batch time of the current version of a state; undefined if it has none. */
  readonly stateVersion: (id: string) => number | undefined
  /** Whether it finds operations in a copy of the graph, so that a batch must be able to say where they stand. */
  readonly looksUp: boolean
}

/** Where an operation stands in a graph that several isolates have made. */
export interface Address {
  readonly time: number
  readonly stream: number
  readonly place: number
}

/** The graph as it was made again where tasks run. */
export interface GraphCopy {
  readonly evaluate: (notes: unknown) => Effect.Effect<void, unknown, unknown>
  readonly operationAt: (address: Address) => AnyRDD | undefined
  readonly release: (time: number) => void
}

/** The engine service. */
export const Engine: Context.Service<Engine, Engine> = Context.Service<Engine>("@dstream/dstream/Engine")

/** What an engine may know about the batch that a job belongs to. */
export interface JobContext {
  /** The batch time, for messages; undefined outside of batches. */
  readonly batchTime: number | undefined
  /** The position of the output that runs, and how often it ran before in this batch. */
  readonly outputId: number
  readonly attempt: number
  /** RDDs with several consumers in this batch, and their blocks once computed. */
  readonly shared: Map<AnyRDD, ReadonlyArray<Block<unknown>> | undefined>
  /** What is kept (state, or persisted) and could not be computed, or was interrupted, though all below it could. */
  readonly failed?: Set<AnyRDD> | undefined
  /** Finds the operation that another isolate, calling the same graph, has in the place of this one. */
  readonly lookUp: (rdd: AnyRDD) => AnyRDD
}

/** The batch that the current fiber's jobs belong to. */
export const CurrentJob: Context.Reference<JobContext> = Context.Reference<JobContext>("@dstream/dstream/CurrentJob", {
  defaultValue: () => ({ batchTime: undefined, outputId: 0, attempt: 0, shared: new Map(), lookUp: (rdd) => rdd }),
})
