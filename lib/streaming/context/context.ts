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
   * Whether the context stops gracefully, within `gracefulStopTimeout`, when it is stopped by something other than `stop`:
   * false. That is on Ctrl-C or SIGTERM under `runMain`, when its scope or the layer of the SparkContext closes, and when
   * the fiber that has started it is interrupted in `awaitTermination`. Spark: `spark.streaming.stopGracefullyOnShutdown`.
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
  /** Records per second of each receiver: no limit. Spark: `spark.streaming.receiver.maxRate`. */
  readonly maxRate?: number | undefined
  /** Bytes that each receiver can hold before it waits for the batches: 256 MiB. */
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
  /** How the context is stopped when the fiber that started it is interrupted; undefined before the start. */
  shutdown: { readonly fiberId: number; readonly stop: Effect.Effect<void> } | undefined
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
