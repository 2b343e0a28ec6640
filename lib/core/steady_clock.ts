/**
 * A clock that no step of the wall clock moves: it is set on the wall clock once and then follows the monotonic clock.
 *
 * The wall clock can step back or forth at any time, when it is corrected by hand or over the network. Ticks, rates and
 * delays must not follow such a step. A streaming context makes one steady clock when it starts, and everything that it
 * runs reads its time there. Its times can be read as wall times, and their differences are true durations.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

const NANOS_PER_MILLI = 1_000_000n

/** The steady clock of the current fiber; undefined outside of a streaming context. */
export const SteadyClock: Context.Reference<Clock.Clock | undefined> = Context.Reference<Clock.Clock | undefined>(
  "@dstream/dstream/SteadyClock",
  { defaultValue: () => undefined },
)

/** Sets a steady clock on the current time of a clock. */
export const fromClock = (clock: Clock.Clock): Clock.Clock => {
  const wall = BigInt(Math.floor(clock.currentTimeMillisUnsafe())) * NANOS_PER_MILLI
  const origin = wall - clock.monotonicTimeNanosUnsafe()
  const nanos = () => origin + clock.monotonicTimeNanosUnsafe()
  const millis = () => Number(nanos() / NANOS_PER_MILLI)
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration),
  }
}

/** Makes a steady clock, set on the current time. */
export const make: Effect.Effect<Clock.Clock> = Effect.map(Clock.Clock, fromClock)

/** The milliseconds since the epoch on the steady clock, or on the current clock where there is none. */
export const currentTimeMillis: Effect.Effect<number> = Effect.withFiberSucceed(
  (fiber) => (fiber.getRef(SteadyClock) ?? fiber.getRef(Clock.Clock)).currentTimeMillisUnsafe(),
)

/**
 * Runs an effect in real time, whatever clock the caller has: services, brokers and workers do not know the clock of a test.
 * Schedules, timeouts and sleeps in the effect follow the clock of the runtime.
 */
export const inRealTime = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(self, Clock.Clock, Clock.Clock.defaultValue())

/**
 * Runs an effect around another one, with the steady clock as its clock: `around` gets the other effect, which keeps the
 * clock of the caller. For schedules, which measure the time that has passed on the current clock.
 */
export const keepingTime = <A, E, R, A2, E2, R2>(
  self: Effect.Effect<A, E, R>,
  around: (self: Effect.Effect<A, E, R>) => Effect.Effect<A2, E2, R2>,
): Effect.Effect<A2, E2, R2> =>
  Effect.flatMap(
    SteadyClock,
    (steady) =>
      steady === undefined ? around(self) : Effect.flatMap(
        Clock.Clock,
        (clock) => Effect.provideService(around(Effect.provideService(self, Clock.Clock, clock)), Clock.Clock, steady),
      ),
  )
