/**
 * The constructors of contexts. They check the settings and have the defaults.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { checkDuration } from "../../core/check_duration.ts"
import { InvalidOption } from "../../core/errors.ts"
import type { PositiveDuration } from "../../core/literals.ts"
import { Engine } from "../../rdd/engine.ts"
import { handle, type Internals, type Settings, type StreamingContext } from "./context.ts"
import * as Bus from "../listeners/listener_bus.ts"
import { BACKPRESSURE, type Backpressure } from "../../receiver/rate_estimator.ts"
import { Scheduler } from "../scheduler.ts"
import { SparkContext } from "../../engine/spark_context.ts"

const bounds = {
  proportional: { least: 0, expected: "a number of 0 or more" },
  integral: { least: 0, expected: "a number of 0 or more" },
  derived: { least: 0, expected: "a number of 0 or more" },
  minRate: { least: Number.MIN_VALUE, expected: "a number above 0" },
  initialRate: { least: Number.MIN_VALUE, expected: "a number above 0" },
} as const

/** The parameters of back-pressure, with their defaults; undefined if it is off. */
const backpressureOf = (
  where: string,
  settings: Settings["backpressure"],
): Effect.Effect<Backpressure | undefined, InvalidOption> => {
  if (settings === false) return Effect.succeed(undefined)
  const valueOf = (name: keyof Backpressure): Effect.Effect<number, InvalidOption> => {
    const value = settings?.[name] ?? BACKPRESSURE[name]
    const { expected, least } = bounds[name]
    return Number.isFinite(value) && value >= least
      ? Effect.succeed(value)
      : Effect.fail(new InvalidOption({ where, option: `backpressure.${name}`, value, expected }))
  }
  return Effect.all({
    proportional: valueOf("proportional"),
    integral: valueOf("integral"),
    derived: valueOf("derived"),
    minRate: valueOf("minRate"),
    initialRate: valueOf("initialRate"),
  })
}

/**
 * Makes a context with the given settings. The `Scheduler` gives the batch interval, the `SparkContext` the engine. Fails with
 * `InvalidOption` if a setting is out of range.
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
export const makeWith: <const G, const B>(
  settings: Settings & {
    readonly gracefulStopTimeout?: PositiveDuration<G> | undefined
    readonly blockInterval?: PositiveDuration<B> | undefined
  },
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
    const gracefulStopTimeout = yield* checkDuration(where, "gracefulStopTimeout", timeout)
    const blockInterval = settings.blockInterval ?? 200
    const scope = yield* Scope.make()
    const internals: Internals = {
      batchDuration,
      settings,
      resolved: {
        gracefulStopTimeout,
        maxPendingBatches,
        receivers: {
          blockInterval: yield* checkDuration(where, "blockInterval", blockInterval),
          maxRate: yield* positive("maxRate"),
          capacity: yield* positive("receiverCapacity"),
          batchDuration,
          gracefulStopTimeout,
        },
        backpressure: yield* backpressureOf(where, settings.backpressure),
      },
      spark: yield* SparkContext,
      engine: yield* Engine,
      scope,
      bus: Bus.make(scope),
      life: { _tag: "Initialized" },
      checkpoint: undefined,
      remember: undefined,
      isAwaited: false,
      shutdown: undefined,
    }
    return handle<"Initialized", never>(internals, "Initialized")
  })

/**
 * Makes a context with default settings. The `Scheduler` gives the batch interval, the `SparkContext` the engine. Spark:
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
