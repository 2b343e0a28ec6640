/**
 * The scheduler: the batch interval, and when batches are due.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { checkDuration } from "../core/check_duration.ts"
import type { InvalidOption } from "../core/errors.ts"
import type { PositiveDuration } from "../core/literals.ts"
import { currentTimeMillis } from "../core/steady_clock.ts"

/** Decides when the batches of a streaming context are due. */
export interface Scheduler {
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
}

/**
 * The scheduler service, which gives a streaming context its batch interval.
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

/**
 * Provides a scheduler with the given batch interval, a whole number of milliseconds. Batches are due at multiples of the interval
 * since the epoch. The wall clock is read once, when the context starts; from then on the monotonic clock counts, so that no
 * step of the wall clock delays or repeats a batch. Spark: the batch duration of a `StreamingContext`.
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
export const layer = <const D>(
  batchDuration: PositiveDuration<D>,
): Layer.Layer<Scheduler, InvalidOption> =>
  Layer.effect(
    Scheduler,
    Effect.map(checkDuration("Scheduler.layer", "batchDuration", batchDuration as D & Duration.Input), (millis) => ({
      batchDuration: millis,
    })),
  )

/** Returns the first multiple of `period` after `now`. */
export const firstTick = (now: number, period: number): number => (Math.floor(now / period) + 1) * period

/**
 * Runs `tick` at `first` and then every `period` milliseconds, on the steady clock. If a tick takes longer than the period, the ticks that were missed
 * follow immediately, in order. None is skipped.
 */
export const ticks = <E, R>(
  first: number,
  period: number,
  tick: (time: number) => Effect.Effect<void, E, R>,
): Effect.Effect<never, E, R> => {
  const at = (time: number): Effect.Effect<void, E, R> =>
    Effect.flatMap(
      currentTimeMillis,
      (now) => time > now ? Effect.andThen(Effect.sleep(time - now), Effect.suspend(() => at(time))) : tick(time),
    )
  let next = first
  const nextTick = Effect.suspend(() => {
    const time = next
    next += period
    return at(time)
  })
  return Effect.forever(nextTick, { disableYield: true })
}
