/**
 * Waiting with patience, also where nothing can be interrupted.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** How long a stop waits for something of the user's that has no limit of its own, in milliseconds. */
export const PATIENCE = 10_000

/** Waits for a fiber, no longer than so. Gives whether it has ended; it goes on if not. */
export const endsWithin = <A, E>(fiber: Fiber.Fiber<A, E>, patience: Duration.Input): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const ended = Deferred.makeUnsafe<boolean>()
    fiber.addObserver(() => Deferred.doneUnsafe(ended, Effect.succeed(true)))
    if (Deferred.isDoneUnsafe(ended)) return true
    const alarm = Effect.andThen(Effect.sleep(patience), Deferred.succeed(ended, false))
    const timer = yield* Effect.forkDetach(alarm, { startImmediately: true })
    return yield* Effect.ensuring(Deferred.await(ended), Fiber.interrupt(timer))
  })

/** Runs an effect in a fiber of its own and waits for it, no longer than so. Gives whether it has ended. */
export const within = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  patience: Duration.Input,
): Effect.Effect<boolean, never, R> =>
  Effect.flatMap(Effect.forkDetach(self, { startImmediately: true }), (fiber) => endsWithin(fiber, patience))
