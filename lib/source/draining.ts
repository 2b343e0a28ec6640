/**
 * Loops that read a source to its end.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Runs `next` again and again, and `f` on each of its results, until `next` returns undefined. */
export const forEachUntilUndefined = <A, E, R, E2, R2>(
  next: Effect.Effect<A | undefined, E, R>,
  f: (a: A) => Effect.Effect<void, E2, R2>,
): Effect.Effect<void, E | E2, R | R2> => {
  const round: Effect.Effect<void, E | E2 | Cause.Done, R | R2> = Effect.flatMap(
    next,
    (a): Effect.Effect<void, E2 | Cause.Done, R2> => a === undefined ? Cause.done() : f(a),
  )
  return untilDone(round)
}

/** Runs `f` on each array that a stream emits. */
export const forEachArray = <A, E, R, E2, R2>(
  stream: Stream.Stream<A, E, R>,
  f: (records: ReadonlyArray<A>) => Effect.Effect<void, E2, R2>,
): Effect.Effect<void, E | E2, R | R2> =>
  Effect.scoped(Effect.flatMap(Stream.toPull(stream), (pull) => untilDone(Effect.flatMap(pull, f))))

const untilDone = <E, R>(round: Effect.Effect<void, E | Cause.Done, R>): Effect.Effect<void, E, R> =>
  Effect.catch(
    Effect.forever(round, { disableYield: true }),
    (error): Effect.Effect<void, E> => Cause.isDone(error) ? Effect.void : Effect.fail(error as E),
  )
