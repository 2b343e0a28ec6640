/**
 * How tasks fail: with a place in the task, and the reason.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import { TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import type { Place, Task } from "../plan/task.ts"

/** A value, or an Effect of it where something has to be waited for. Effects fail with {@link PlaceFailed}. */
export type Maybe<A> = A | Effect.Effect<A, PlaceFailed, unknown>

/** A failure at a place of a task. Plain code throws it, Effects fail with it. */
export class PlaceFailed {
  readonly place: Place
  readonly reason: unknown
  constructor(place: Place, reason: unknown) {
    this.place = place
    this.reason = reason
  }
}

/** Runs plain code of an operation. What it throws becomes the failure of its place. */
export const attempt = <A>(place: Place, body: () => A): A => {
  try {
    return body()
  } catch (cause) {
    throw cause instanceof PlaceFailed ? cause : new PlaceFailed(place, reasonOf(cause))
  }
}

/** Continues with a value: at once, or when it has been waited for. */
export const andThen = <A, B>(given: Maybe<A>, f: (a: A) => Maybe<B>): Maybe<B> =>
  isWaiting(given) ? Effect.flatMap(given, (a) => toEffect(() => f(a))) : f(given)

/** Whether a value has to be waited for. Blocks and buckets are no Effects. */
export const isWaiting = <A>(given: Maybe<A>): given is Effect.Effect<A, PlaceFailed, unknown> => Effect.isEffect(given)

/** Makes an Effect of plain code that may have to wait. What the code throws is a defect of the Effect. */
export const toEffect = <A>(body: () => Maybe<A>): Effect.Effect<A, PlaceFailed, unknown> =>
  Effect.suspend(() => {
    const given = body()
    return isWaiting(given) ? given : Effect.succeed(given)
  })

/** Makes the failure of one place the failure of its task. */
export const taskFailure = (task: Task, { place, reason }: PlaceFailed): TaskFailed =>
  new TaskFailed(placesOf(task).indexOf(place), reason)
