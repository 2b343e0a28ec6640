/**
 * How tasks fail: with the place in the task, and the reason.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import type { Place, Task } from "../plan/task.ts"

/** A value, or an Effect that gives it after it has waited for something. Throws or fails with {@link PlaceFailed}. */
export type Maybe<A> = A | Effect.Effect<A, PlaceFailed, unknown>

/** Thrown, or failed with, inside a task. */
export class PlaceFailed {
  readonly place: Place
  readonly reason: unknown
  constructor(place: Place, reason: unknown) {
    this.place = place
    this.reason = reason
  }
}

/** Runs plain code of one operation; what it throws becomes the failure of its place. */
export const attempt = <A>(place: Place, body: () => A): A => {
  try {
    return body()
  } catch (cause) {
    throw cause instanceof PlaceFailed ? cause : new PlaceFailed(place, reasonOf(cause))
  }
}

/** Goes on with a value, at once if it is there. */
export const andThen = <A, B>(given: Maybe<A>, f: (a: A) => Maybe<B>): Maybe<B> =>
  isWaiting(given) ? Effect.flatMap(given, (a) => toEffect(() => f(a))) : f(given)

/** Whether a value is still to be waited for. No records, blocks or buckets are Effects. */
export const isWaiting = <A>(given: Maybe<A>): given is Effect.Effect<A, PlaceFailed, unknown> => Effect.isEffect(given)

/** An Effect that runs plain code, and waits for what that gives if it has to. What is thrown stays thrown: a defect. */
export const toEffect = <A>(body: () => Maybe<A>): Effect.Effect<A, PlaceFailed, unknown> =>
  Effect.suspend(() => {
    const given = body()
    return isWaiting(given) ? given : Effect.succeed(given)
  })

/** The failure of a task, of that of one of its places. */
export const taskFailure = (task: Task, { place, reason }: PlaceFailed): TaskFailed =>
  new TaskFailed(placesOf(task).indexOf(place), reason)
