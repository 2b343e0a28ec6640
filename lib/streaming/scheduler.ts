/**
 * The scheduler: the batch interval, and when batches are due.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { forever } from "../core/forever.ts"
import { InvalidOption } from "../core/errors.ts"
import type { PositiveDuration } from "../core/literals.ts"

/** Gives a streaming context its batch interval. */
export interface Scheduler {
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
}

/**
 * The scheduler service: a streaming context takes its batch interval from it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Scheduler } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const interval = Effect.map(Scheduler.Scheduler, ({ batchDuration }) => batchDuration)
 * assert.equal(await Effect.runPromise(Effect.provide(interval, Scheduler.layer("1 minute"))), 60_000)
 * ```
 */
export const Scheduler: Context.Service<Scheduler, Scheduler> = Context.Service<Scheduler>("@dstream/dstream/Scheduler")

/** A duration in whole milliseconds of at least 1, or what is wrong with it. */
export const positiveMillis = (
  where: string,
  option: string,
  input: Duration.Input,
): Effect.Effect<number, InvalidOption> => {
  const millis = Option.map(Duration.fromInput(input), Duration.toMillis)
  return Option.isSome(millis) && Number.isSafeInteger(millis.value) && millis.value >= 1
    ? Effect.succeed(millis.value)
    : Effect.fail(
      new InvalidOption({ where, option, value: input, expected: "a duration of whole milliseconds, at least 1" }),
    )
}

/**
 * A scheduler with the given batch interval. Batches are due at its multiples since the epoch, on Effect's `Clock`.
 * Spark: the batch duration of a `StreamingContext`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Scheduler } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const program = Scheduler.Scheduler.use(({ batchDuration }) => Effect.succeed(batchDuration))
 * assert.equal(await Effect.runPromise(Effect.provide(program, Scheduler.layer("2 seconds"))), 2000)
 * ```
 */
export const layer = <const D extends Duration.Input>(
  batchDuration: PositiveDuration<D>,
): Layer.Layer<Scheduler, InvalidOption> =>
  Layer.effect(
    Scheduler,
    Effect.map(positiveMillis("Scheduler.layer", "batchDuration", batchDuration as D), (millis) => ({
      batchDuration: millis,
    })),
  )

/** The first multiple of `period` after `now`. */
export const firstTick = (now: number, period: number): number => (Math.floor(now / period) + 1) * period

/** Runs `tick` at `first`, then every `period`; ticks that are late follow one another at once, none is left out. */
export const ticks = <E, R>(
  first: number,
  period: number,
  tick: (time: number) => Effect.Effect<void, E, R>,
): Effect.Effect<never, E, R> => {
  const at = (time: number): Effect.Effect<void, E, R> =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => time > now ? Effect.andThen(Effect.sleep(time - now), Effect.suspend(() => at(time))) : tick(time),
    )
  let next = first
  return forever(Effect.suspend(() => {
    const time = next
    next += period
    return at(time)
  }))
}
