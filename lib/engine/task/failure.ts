/**
 * How tasks fail: with a place in the task, and the reason.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { reasonOf } from "../../core/errors.ts"
import type { Piecewise } from "../../core/pace.ts"
import { TaskFailed } from "../plan/executor.ts"
import { placesOf } from "../plan/places.ts"
import type { Place, Task } from "../plan/task.ts"

/**
 * Part of a task that gives an `A`. It yields an Effect to wait for, and goes on with what that gives; it yields undefined
 * when the event loop is due. Throws {@link PlaceFailed}, and so do the Effects fail.
 */
export type Running<A> = Generator<Effect.Effect<unknown, PlaceFailed, unknown> | undefined, A, unknown>

/** A failure at a place of a task. Plain code throws it, Effects fail with it. */
export class PlaceFailed {
  readonly place: Place
  readonly reason: unknown
  constructor(place: Place, reason: unknown) {
    this.place = place
    this.reason = reason
  }
}

/** What was thrown, as a failure at a place. A failure that has a place already keeps it. */
export const placed = (place: Place, cause: unknown): PlaceFailed =>
  cause instanceof PlaceFailed ? cause : new PlaceFailed(place, reasonOf(cause))

/** Runs plain code of an operation. What it throws becomes the failure of its place. */
export const attempt = <A>(place: Place, body: () => A): A => {
  try {
    return body()
  } catch (cause) {
    throw placed(place, cause)
  }
}

/** Does work of an operation in pieces. What it throws becomes the failure of its place. */
export function* attemptInPieces<A>(place: Place, work: () => Piecewise<A>): Running<A> {
  try {
    return yield* work()
  } catch (cause) {
    throw placed(place, cause)
  }
}

/** Waits for an Effect. */
export function* waiting<A>(effect: Effect.Effect<A, PlaceFailed, unknown>): Running<A> {
  // The driver of the generator hands back what the Effect has given.
  return (yield effect) as A
}

/** Makes the failure of one place the failure of its task. */
export const taskFailure = (task: Task, { place, reason }: PlaceFailed): TaskFailed =>
  new TaskFailed(placesOf(task).indexOf(place), reason)
