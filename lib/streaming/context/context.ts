/**
 * Streaming contexts: handles, settings, and the state behind a handle.
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
import type { Backpressure, BackpressureSettings } from "../inputs/rate_estimator.ts"
import type { ReceiverSettings } from "../inputs/input_blocks.ts"
import type * as Bus from "../listeners/listener_bus.ts"
import type { Runtime } from "../runtime.ts"
import { type Life, runningOf } from "./life.ts"
import type { SparkContext } from "../../engine/spark_context.ts"

const TypeId = "~dstream/StreamingContext"

/** The three states of a context, in their only order. */
export type State = "Initialized" | "Active" | "Stopped"

/**
 * A handle of a streaming context, with the state in its type: calls that the state does not allow do not compile. Because a
 * program can keep an old handle, the same rules are also checked at run time. Spark: `StreamingContext`.
 */
export interface StreamingContext<out S extends State, out E = never> {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly internals: Internals }
  /** The state of the context when this handle was made. */
  readonly state: S
}

/** Settings of a streaming context. */
export interface Settings {
  /** The failure policy of outputs without their own: `OutputPolicy.fail`. */
  readonly onFailure?: OutputPolicy<unknown, never> | undefined
  /** How long a graceful stop may take: 10 batch intervals. Spark: `spark.streaming.gracefulStopTimeout`. */
  readonly gracefulStopTimeout?: Duration.Input | undefined
  /**
   * Whether the context stops gracefully when its scope closes, for example on Ctrl-C under `runMain`: false. Spark:
   * `spark.streaming.stopGracefullyOnShutdown`.
   */
  readonly stopGracefullyOnShutdown?: boolean | undefined
  /**
   * How many batches can be allocated and not have ended: 8. While there are that many, ticks wait. They follow in order
   * afterwards and none is skipped, so a program that falls behind or was suspended does not allocate hundreds of batches at
   * once. Spark has no such limit.
   */
  readonly maxPendingBatches?: number | undefined
  /** How often a receiver's open buffer becomes a block: 200 ms. Spark: `spark.streaming.blockInterval`. */
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
   * is less. The memory that records take is estimated, within a factor of two.
   */
  readonly receiverCapacity?: number | undefined
}

/** What a handle stands for: the parts of a context, and its state. */
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
  /** Milliseconds, if `remember` was called. */
  remember: number | undefined
  /** Whether the program has called `awaitTermination`. */
  isAwaited: boolean
}

/** Makes a handle. */
export const handle = <S extends State, E>(internals: Internals, state: S): StreamingContext<S, E> => ({
  [TypeId]: { _E: (_: never) => _, internals },
  state,
})

/** Returns what a handle stands for. */
export const internalsOf = (ssc: StreamingContext<State, unknown>): Internals => ssc[TypeId].internals

/** Returns the runtime of a context, for the test kit and for `slice`. */
export const runtimeOf = (
  operation: string,
  active: StreamingContext<State, unknown>,
): Effect.Effect<Runtime, NotStarted> =>
  Effect.suspend(() => {
    const running = runningOf(internalsOf(active))
    return running === undefined ? Effect.fail(new NotStarted({ operation })) : Effect.succeed(running.runtime)
  })
