/**
 * Streaming contexts: handles, settings, and the internals that a handle refers to.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Types from "effect/Types"
import type { OutputPolicy } from "../../dstream/outputs/policy.ts"
import type { Engine } from "../../rdd/engine.ts"
import { NotStarted } from "../errors.ts"
import type { Backpressure, BackpressureSettings } from "../../receiver/rate_estimator.ts"
import type { ReceiverSettings } from "../inputs/input_blocks.ts"
import type { CheckpointSettings } from "../checkpoint/checkpoint.ts"
import type * as Bus from "../listeners/listener_bus.ts"
import type { Runtime } from "../runtime.ts"
import { type Life, runningOf } from "./life.ts"
import type { SparkContext } from "../../engine/spark_context.ts"

const TypeId = "~dstream/StreamingContext"

/** The three states of a context. They follow each other in this order. */
export type State = "Initialized" | "Active" | "Stopped"

/**
 * A handle of a streaming context, with the context's state in its type. Calls that the state does not allow do not compile.
 *
 * Because a program can keep an old handle, the same rules are also checked at run time. Spark: `StreamingContext`.
 */
export interface StreamingContext<out S extends State, out E = never> {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly internals: Internals }
  /** The state of the context when this handle was made. */
  readonly state: S
}

/** The settings of a streaming context. All are optional. */
export interface Settings {
  /** The failure policy of outputs without their own. Default: `OutputPolicy.fail`. */
  readonly onFailure?: OutputPolicy<unknown, never> | undefined
  /** The time limit of a graceful stop. Default: 10 batch intervals. Spark: `spark.streaming.gracefulStopTimeout`. */
  readonly gracefulStopTimeout?: Duration.Input | undefined
  /**
   * Whether the context stops gracefully, within `gracefulStopTimeout`, when it is stopped by something other than `stop`:
   * false. That is on Ctrl-C or SIGTERM under `runMain`, when its scope or the layer of the SparkContext closes, and when
   * the fiber that has started it is interrupted in `awaitTermination`. Spark: `spark.streaming.stopGracefullyOnShutdown`.
   */
  readonly stopGracefullyOnShutdown?: boolean | undefined
  /**
   * The maximum number of pending batches: allocated, but not ended. Default: 8. While there are that many, ticks wait; they
   * follow later, in order, and none is skipped. So a program that falls behind or was suspended does not allocate hundreds of
   * batches at once. Spark has no such limit.
   */
  readonly maxPendingBatches?: number | undefined
  /**
   * How often a receiver makes a block of the records it has buffered. Default: 200 ms. Spark:
   * `spark.streaming.blockInterval`.
   */
  readonly blockInterval?: Duration.Input | undefined
  /**
   * Records per second of each receiver: no limit. A batch never takes more than this rate times the batch interval from
   * a receiver, rounded down, however its records were stored; what is above it is left for later batches. Only during a
   * graceful stop do batches take more, if the rest would otherwise be lost. Spark: `spark.streaming.receiver.maxRate`.
   */
  readonly maxRate?: number | undefined
  /**
   * Bounds batches by what can be processed: on. How much that is, is estimated from the batches that have ended. What a
   * batch leaves waits for later batches, and senders are slowed down. Batches that are processed faster than records
   * arrive are not bounded, except for the first one. An object sets parameters, `false` removes the bound. Spark:
   * `spark.streaming.backpressure.enabled`.
   */
  readonly backpressure?: BackpressureSettings | false | undefined
  /**
   * Bytes that each receiver can hold before it waits for the batches: 256 MiB, or an eighth of the heap's limit if that
   * is less. The memory that records take is estimated, within a factor of two for plain data: strings, numbers,
   * bytes, arrays, objects, maps and sets. Private fields, and strings that were cut out of longer ones or joined of many
   * short ones, can take far more than the estimate. Set a lower capacity for such records.
   *
   * All receivers share the memory for blocks (`storageMemory` of `SparkContext.layer`) with windows and persisted RDDs. With a
   * capacity above it, what has no room in memory goes to files.
   */
  readonly receiverCapacity?: number | undefined
}

/** The internals of a context: its parts, its settings and its life. All handles of a context share them. */
export interface Internals {
  readonly batchDuration: number
  readonly settings: Settings
  readonly resolved: {
    readonly gracefulStopTimeout: number
    readonly maxPendingBatches: number
    readonly receivers: ReceiverSettings
    readonly backpressure: Backpressure | undefined
  }
  readonly spark: SparkContext
  readonly engine: Engine
  readonly scope: Scope.Closeable
  readonly bus: Bus.ListenerBus
  life: Life
  /** Where the checkpoint is; undefined if there is none. */
  checkpoint: CheckpointSettings | undefined
  /** The duration given to `remember`, in milliseconds; undefined if it was not called. */
  remember: number | undefined
  /** Whether the program has called `awaitTermination`. */
  isAwaited: boolean
  /** How the context is stopped when the fiber that started it is interrupted; undefined before the start. */
  shutdown: { readonly fiberId: number; readonly stop: Effect.Effect<void> } | undefined
}

/** Makes a handle. */
export const handle = <S extends State, E>(internals: Internals, state: S): StreamingContext<S, E> => ({
  [TypeId]: { _E: (_: never) => _, internals },
  state,
})

/** Returns the internals of the context that a handle refers to. */
export const internalsOf = (ssc: StreamingContext<State, unknown>): Internals => ssc[TypeId].internals

/** Returns the runtime of a context, for the test kit and for `slice`. Fails with `NotStarted` before the start. */
export const runtimeOf = (
  operation: string,
  active: StreamingContext<State, unknown>,
): Effect.Effect<Runtime, NotStarted> =>
  Effect.suspend(() => {
    const running = runningOf(internalsOf(active))
    return running === undefined ? Effect.fail(new NotStarted({ operation })) : Effect.succeed(running.runtime)
  })
