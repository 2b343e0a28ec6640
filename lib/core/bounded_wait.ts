/**
 * Waiting for a fiber, an effect or a result with a time limit that holds even in uninterruptible regions.
 *
 * `Effect.timeout` interrupts the effect and then waits until the interruption is done. A finalizer of the user that
 * never returns would block it for ever. The functions here leave the fiber running when the time is up.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** How long a stop waits, in milliseconds, for code of the user that has no time limit of its own. */
export const STOP_TIMEOUT = 10_000

/** Waits until `done` is completed, or until `limit` ends, which completes it with false. Returns what it was completed with. */
export const doneWithin = (done: Deferred.Deferred<boolean>, limit: Effect.Effect<void>): Effect.Effect<boolean> =>
  Effect.flatMap(
    Effect.forkDetach(Effect.andThen(limit, Deferred.succeed(done, false)), { startImmediately: true }),
    (timer) => Effect.ensuring(Deferred.await(done), Fiber.interrupt(timer)),
  )

/** Waits until a fiber ends or the timeout passes. Returns whether the fiber has ended; if not, it keeps running. */
export const fiberEndsWithin: <A, E>(fiber: Fiber.Fiber<A, E>, timeout: Duration.Input) => Effect.Effect<boolean> =
  Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>, timeout: Duration.Input) {
    const hasEnded = Deferred.makeUnsafe<boolean>()
    fiber.addObserver(() => Deferred.doneUnsafe(hasEnded, Effect.succeed(true)))
    if (Deferred.isDoneUnsafe(hasEnded)) return true
    return yield* doneWithin(hasEnded, Effect.sleep(timeout))
  })

/**
 * Runs an effect in a fiber of its own and waits until it ends or the timeout passes. Returns whether it has ended; if
 * not, it keeps running.
 */
export const endsWithin = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  timeout: Duration.Input,
): Effect.Effect<boolean, never, R> =>
  Effect.flatMap(Effect.forkDetach(self, { startImmediately: true }), (fiber) => fiberEndsWithin(fiber, timeout))
