/**
 * The engine contract: what actions, batches and graph copies need of an engine, and what they tell it.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CorruptBlock, NotPortable } from "../core/codec.ts"
import type {
  BlockUnreadable,
  EmptyCollection,
  FunctionFailed,
  InvalidOption,
  JobFailed,
  Mismatch,
  PartitionTooLarge,
  SparkContextStopped,
  TaskTimedOut,
  WorkerLost,
} from "../core/errors.ts"
import type { UnsupportedKey } from "../core/keys.ts"
import type { Block } from "./block.ts"
import type { BroadcastDestroyed } from "./broadcast.ts"
import type { Partitioner } from "./partitioner.ts"
import type { AnyRDD, RDD } from "./rdd.ts"
import type { Storage } from "./storage.ts"
import type { CapturedState, Capturing, Restoring, StateCoding, StateFormatFailed, StateMeasures } from "./state.ts"

/** The errors of jobs, besides the typed errors of the user's own effects. */
export type EngineError =
  | FunctionFailed
  | UnsupportedKey
  | NotPortable
  | InvalidOption
  | Mismatch
  | EmptyCollection
  | BroadcastDestroyed
  | BlockUnreadable
  | PartitionTooLarge
  | SparkContextStopped
  | TaskTimedOut
  | WorkerLost

/** The error of an action: the reason, and where it failed. */
export type ActionError<E> = JobFailed<E | EngineError>

/** The layout of an RDD: how many partitions it has, and its partitioner if there is one. */
export interface Layout {
  readonly partitions: number
  readonly partitioner: Partitioner | undefined
}

/** The address of an operation: where it stands in a graph that several isolates have made. */
export interface Address {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** The index of the stream in the graph. */
  readonly stream: number
  /** The place in a fixed walk of the RDDs that the stream made in that batch. */
  readonly place: number
}

/** The RDD of an output's job, which a batch computes. */
export interface Root {
  readonly rdd: AnyRDD
  /** Whether computing the RDD is what writes the output. Such an RDD is computed for each job anew. */
  readonly writes: boolean
}

/** Everything that will be computed in a batch. */
export interface BatchWork {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** The jobs, in the order in which they will run. */
  readonly jobs: ReadonlyArray<Root>
  /** The RDDs that later batches need (state, and what windows look back at), parents first. */
  readonly kept: ReadonlyArray<AnyRDD>
  /** The address of an operation. Undefined for operations that the graph copy does not have. */
  readonly addressOf: (rdd: AnyRDD) => Address | undefined
  /** What a graph copy needs to evaluate this batch: plain data, which the engine passes on. Undefined: there is no copy. */
  readonly notes: unknown
}

/** A batch that the engine has opened. */
export interface OpenBatch {
  /** The kept RDDs to be computed right after job `index`. Undefined: those that no job reads, after the last job. */
  readonly dueAfter: (index: number | undefined) => ReadonlyArray<AnyRDD>
  /** Ends job `index`, which is not tried again: releases what no later job needs. */
  readonly finish: (index: number) => void
  /** The kept RDDs that failed or were interrupted since the last {@link attempt}, though all below them could be computed. */
  readonly lost: ReadonlySet<AnyRDD>
  /** Begins an attempt of a job: clears {@link lost}. */
  readonly attempt: () => void
}

/** A class of errors that is made again from the fields of an error. */
export type ErrorClass = new (fields: never) => Error

/** The graph as it was made again where tasks run. */
export interface GraphCopy {
  /** Errors of the program that come back from tasks as instances of their classes. */
  readonly errors: ReadonlyArray<ErrorClass>
  /** Evaluates a batch from its notes. Fails where it is not made of the same operations. */
  readonly evaluate: (notes: unknown) => Effect.Effect<void, unknown, unknown>
  /** The copy's operation at an address; undefined if it has none there. */
  readonly operationAt: (address: Address) => AnyRDD | undefined
  /** How the values of a state are written and read, by the id of the state; undefined if they are plain data. */
  readonly codingOf: (id: string) => StateCoding | undefined
  /** Releases what no batch after this time can ask for. */
  readonly release: (time: number) => void
}

/** How workers make their copies of the graph of a run. */
export interface CopyPlan {
  /** The URL of the module that declares the graph. */
  readonly module: string
  /** What a worker needs to make its copy: plain data, which the engine passes on. */
  readonly data: unknown
  /** For how many milliseconds before the latest batch a copy needs the notes of batches. */
  readonly remembers: number
  /** How the values of a state are written and read, by the id of the state; undefined if they are plain data. */
  readonly codingOf: GraphCopy["codingOf"]
  /** The same classes as those of the copies, in the same order. */
  readonly errors: GraphCopy["errors"]
  /** Is told once why all tasks run on the driver, if workers cannot run them. */
  readonly onUnavailable: (reason: string) => void
  /** Is told once for each operation whose tasks run on the driver although it is in the copies, and why. */
  readonly onDriver: (rdd: AnyRDD, reason: string) => void
}

/** Why an engine cannot run a graph. Its message says what to do. */
export type StartFailed = Error & { readonly _tag: string }

/** Runs RDDs. Actions need it; `SparkContext.layer` provides the one that its master URL names. */
export interface Engine {
  /** Partitions where nothing else says how many: `N` of `local[N]`. Spark: `defaultParallelism`. */
  readonly defaultParallelism: number
  /** Keeps the blocks of persisted RDDs and of receivers. */
  readonly storage: Storage
  /**
   * Computes the partitions of an RDD, or only those named, and gives their blocks in order. `each` runs with the block of
   * every partition as soon as it has been computed, in any order; the job continues when `each` has ended.
   */
  readonly run: <A, E, R>(
    rdd: RDD<A, E, R>,
    partitions?: ReadonlyArray<number>,
    each?: (block: Block<A>, partition: number) => Effect.Effect<void>,
  ) => Effect.Effect<ReadonlyArray<Block<A>>, ActionError<E>, R>
  /** Computes an RDD that is kept, without bringing its blocks to the driver. */
  readonly compute: <E, R>(rdd: RDD<unknown, E, R>) => Effect.Effect<void, ActionError<E>, R>
  /** The layout of an RDD, found with as little computation as possible. */
  readonly layout: <A, E, R>(rdd: RDD<A, E, R>) => Effect.Effect<Layout, ActionError<E>, R>
  /**
   * Opens a batch: the engine decides which RDDs are computed once for all of its jobs, and how long their blocks are kept.
   * If there is a graph copy, it evaluates the batch first; opening fails if it does not make the same operations.
   */
  readonly openBatch: (work: BatchWork) => Effect.Effect<OpenBatch, unknown, unknown>
  /**
   * Ends a batch. `commit`: its pending state versions become the current ones. `abort`: they are dropped, with those of
   * later batches. The graph copy releases what no later batch can ask for.
   */
  readonly endBatch: (time: number, outcome: "commit" | "abort") => Effect.Effect<void>
  /** Releases the blocks of a persisted RDD; the next action computes it again. State is not released this way. */
  readonly release: (rdd: AnyRDD) => Effect.Effect<void>
  /** Gives up an RDD that is kept (state, or persisted): unless it has been computed, it counts as empty from now on. */
  readonly abandon: (rdd: AnyRDD) => Effect.Effect<void>
  /** Drops whole states, by their ids. No batch may ask for them afterwards. */
  readonly forgetStates: (ids: Iterable<string>) => Effect.Effect<void>
  /** The batch time of the current version of a state; undefined if it has none. */
  readonly stateVersion: (id: string) => number | undefined
  /**
   * Captures what batch `time` has changed in states, for a log. Values are frozen, but not what they contain: a function that
   * changes a state in place would change a value that is logged already. To be called when all jobs of the batch have ended, before
   * the batch is committed, and each time when the capture before has ended. All captures must be logged, in their order.
   * States whose oldest needed capture is of a batch before `refresh` are copied too, so that old captures can go.
   */
  readonly captureStates: (
    time: number,
    states: Iterable<Capturing>,
    refresh?: number,
  ) => Effect.Effect<ReadonlyArray<CapturedState>, NotPortable | StateFormatFailed>
  /** Makes a state of its captures, oldest first. `at` is the batch time of the last one. */
  readonly restoreState: (
    id: string,
    at: number,
    captures: ReadonlyArray<Uint8Array>,
    restoring?: Restoring,
  ) => Effect.Effect<void, CorruptBlock | StateFormatFailed>
  /** What a state holds, and what has been done for it so far; undefined for an unknown state. */
  readonly stateMeasures: (id: string) => StateMeasures | undefined
  /**
   * Gives the engine the graph copy of a run that starts; undefined when the run ends. Engines that run all functions where
   * the program runs do not have this method.
   */
  readonly useCopy?: (copy: GraphCopy | undefined) => void
  /**
   * Starts the workers of a run, which end with the scope. `plan` is undefined for a graph that they cannot make again. Threads make
   * their copies of the graph in the background; until then, and whenever they cannot, tasks run on the driver. A cluster fails if
   * its workers cannot make the graph. Engines without workers do not have this method.
   */
  readonly useWorkers?: (plan: CopyPlan | undefined) => Effect.Effect<void, StartFailed, Scope.Scope>
}

/** The engine service. */
export const Engine: Context.Service<Engine, Engine> = Context.Service<Engine>("@dstream/dstream/Engine")

/** The output and batch that a job belongs to. */
export interface JobContext {
  /** The batch time in epoch milliseconds, for messages; undefined outside of batches. */
  readonly batchTime: number | undefined
  /** The name of the output that runs; undefined if it has none. */
  readonly name?: string | undefined
  /** Whether an earlier process may have run the batch. */
  readonly recovered?: boolean | undefined
  /**
   * Whether what the output writes must survive a loss of power, because the context notes that it has been written. Default:
   * false.
   */
  readonly durable?: boolean | undefined
  /** The index of the output that runs. */
  readonly outputId: number
  /** How often the output ran before in this batch. */
  readonly attempt: number
  /** The open batch that the job belongs to; undefined outside of batches, and while a batch is evaluated. */
  readonly batch: OpenBatch | undefined
  /** Is told how many records a task of the job has read from an input, a kept RDD or a state. */
  readonly countRead?: ((records: number) => void) | undefined
}

/** The output and batch that the jobs of the current fiber belong to. */
export const CurrentJob: Context.Reference<JobContext> = Context.Reference<JobContext>("@dstream/dstream/CurrentJob", {
  defaultValue: () => ({ batchTime: undefined, outputId: 0, attempt: 0, batch: undefined }),
})
