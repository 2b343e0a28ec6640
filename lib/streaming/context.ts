/**
 * Contexts as values: their states, their settings, and how they are made.
 *
 * @module
 */
import type * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type * as Types from "effect/Types"
import type { CallSite } from "../core/call_site.ts"
import { InvalidOption } from "../core/errors.ts"
import type { OutputPolicy } from "../dstream/policy.ts"
import { Engine } from "../rdd/engine.ts"
import { NotStarted } from "./errors.ts"
import type { ReceiverSettings } from "./inputs.ts"
import * as Bus from "./listener_bus.ts"
import type { Runtime } from "./runtime.ts"
import { positiveMillis, Scheduler } from "./scheduler.ts"
import { SparkContext } from "./spark_context.ts"

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

/** What a context is made of. */
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
  state: State
  remember: number | undefined
  startedAt: CallSite | undefined
  /** Whether somebody has waited for its end. */
  isAwaited: boolean
  runtime: Runtime | undefined
  stopping: Deferred.Deferred<void> | undefined
}

/** A handle on a context. */
export const handle = <S extends State, E>(internals: Internals, state: S): StreamingContext<S, E> => ({
  [TypeId]: { _E: (_: never) => _, internals },
  state,
})

/** What a handle stands for. */
export const internalsOf = (ssc: StreamingContext<State, unknown>): Internals => ssc[TypeId].internals

/**
 * A new context with settings of your own. Needs a `Scheduler` for the interval and a `SparkContext` for the engine.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { OutputPolicy, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const layer = Layer.merge(
 *   Scheduler.layer("1 second"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 * )
 * const made = StreamingContext.makeWith({ onFailure: OutputPolicy.continueOn })
 * assert.equal((await Effect.runPromise(Effect.provide(made, layer))).state, "Initialized")
 * ```
 */
export const makeWith: (
  settings: Settings,
) => Effect.Effect<StreamingContext<"Initialized">, InvalidOption, Scheduler | SparkContext | Engine> = Effect
  .fnUntraced(function* (settings: Settings) {
    const where = "StreamingContext.makeWith"
    const positive = (option: "maxRate" | "receiverCapacity") => {
      const value = settings[option]
      return value === undefined || value > 0
        ? Effect.succeed(value)
        : Effect.fail(new InvalidOption({ where, option, value, expected: "a number above 0" }))
    }
    const maxPendingBatches = settings.maxPendingBatches ?? 8
    if (!Number.isInteger(maxPendingBatches) || maxPendingBatches < 1) {
      const expected = "a whole number of 1 or more"
      return yield* new InvalidOption({ where, option: "maxPendingBatches", value: maxPendingBatches, expected })
    }
    const { batchDuration } = yield* Scheduler
    const timeout = settings.gracefulStopTimeout ?? 10 * batchDuration
    const blockInterval = settings.blockInterval ?? 200
    const scope = yield* Scope.make()
    const internals: Internals = {
      batchDuration,
      settings,
      resolved: {
        gracefulStopTimeout: yield* positiveMillis(where, "gracefulStopTimeout", timeout),
        maxPendingBatches,
        receivers: {
          blockInterval: yield* positiveMillis(where, "blockInterval", blockInterval),
          maxRate: yield* positive("maxRate"),
          capacity: yield* positive("receiverCapacity"),
        },
      },
      spark: yield* SparkContext,
      engine: yield* Engine,
      scope,
      bus: Bus.make(scope),
      state: "Initialized",
      remember: undefined,
      startedAt: undefined,
      isAwaited: false,
      runtime: undefined,
      stopping: undefined,
    }
    return handle<"Initialized", never>(internals, "Initialized")
  })

/**
 * A new context with default settings. Needs a `Scheduler` for the interval and a `SparkContext` for the engine. Spark:
 * `new StreamingContext(sparkContext, batchDuration)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const layer = Layer.merge(
 *   Scheduler.layer("1 second"),
 *   SparkContext.layer({ master: "local[2]", appName: "doc" }),
 * )
 * const ssc = await Effect.runPromise(Effect.provide(StreamingContext.make, layer))
 * assert.equal(ssc.state, "Initialized")
 * ```
 */
export const make: Effect.Effect<StreamingContext<"Initialized">, never, Scheduler | SparkContext | Engine> = Effect
  .orDie(makeWith({}))

/** The running part of a context, for the test kit and for `slice`. */
export const runtimeOf = (
  operation: string,
  active: StreamingContext<State, unknown>,
): Effect.Effect<Runtime, NotStarted> =>
  Effect.suspend(() => {
    const { runtime } = internalsOf(active)
    return runtime === undefined ? Effect.fail(new NotStarted({ operation })) : Effect.succeed(runtime)
  })
