/**
 * Contexts as values: their states, their settings, and what is behind a handle.
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
 * A streaming context, with its state in its type: what the state does not allow does not compile. A handle can be kept
 * and used twice, so every rule is checked when the program runs as well. Spark: `StreamingContext`.
 */
export interface StreamingContext<out S extends State, out E = never> {
  readonly [TypeId]: { readonly _E: Types.Covariant<E>; readonly internals: Internals }
  /** The state this handle stands for. */
  readonly state: S
}

/** How a streaming context works, where the defaults do not fit. Durations take everything that Effect's do. */
export interface Settings {
  /** What happens when an output fails, unless the output says so itself: `OutputPolicy.fail`. */
  readonly onFailure?: OutputPolicy<unknown, never> | undefined
  /** How long a graceful stop may take: 10 batch intervals. Spark: `spark.streaming.gracefulStopTimeout`. */
  readonly gracefulStopTimeout?: Duration.Input | undefined
  /**
   * Whether the end of the scope, which Ctrl-C is under `runMain`, stops the context gracefully: false. Spark:
   * `spark.streaming.stopGracefullyOnShutdown`.
   */
  readonly stopGracefullyOnShutdown?: boolean | undefined
  /**
   * How many batches may be submitted and not have ended: 8. While there are as many, ticks wait; they follow in order
   * afterwards and none is left out, so that a program that falls behind, or wakes up after hours, does not make hundreds of
   * batches at once. Spark has no such limit.
   */
  readonly maxPendingBatches?: number | undefined
  /** How often a receiver's open buffer becomes a block: 200 ms. Spark: `spark.streaming.blockInterval`. */
  readonly blockInterval?: Duration.Input | undefined
  /** Records per second of each receiver: no limit. Spark: `spark.streaming.receiver.maxRate`. */
  readonly maxRate?: number | undefined
  /** Bytes that each receiver may hold before it waits for the batches: 256 MiB. */
  readonly receiverCapacity?: number | undefined
}

/** What a context is made of, and its state. */
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
  /** Milliseconds, where `remember` has set them. */
  remember: number | undefined
  /** Whether the program has waited for its end. */
  isAwaited: boolean
}

/** A handle on a context. */
export const handle = <S extends State, E>(internals: Internals, state: S): StreamingContext<S, E> => ({
  [TypeId]: { _E: (_: never) => _, internals },
  state,
})

/** What a handle stands for. */
export const internalsOf = (ssc: StreamingContext<State, unknown>): Internals => ssc[TypeId].internals

/** The running part of a context, for the test kit and for `slice`. */
export const runtimeOf = (
  operation: string,
  active: StreamingContext<State, unknown>,
): Effect.Effect<Runtime, NotStarted> =>
  Effect.suspend(() => {
    const running = runningOf(internalsOf(active))
    return running === undefined ? Effect.fail(new NotStarted({ operation })) : Effect.succeed(running.runtime)
  })
