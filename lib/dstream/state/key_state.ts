/**
 * The state of one key, as the function of `mapWithState` is given it.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Option from "effect/Option"

/** A function has asked something of a {@link State} that cannot be. The message is Spark's. */
export class InvalidStateChange extends Data.Error<{ readonly problem: string }> {
  readonly _tag = "InvalidStateChange" as const
  override get message(): string {
    return this.problem
  }
}

/**
 * The state of one key, for the time of one call: it must not be kept, and the value in it not be changed, only replaced.
 * Spark: `State[S]`.
 */
export interface State<in out S> {
  /** Whether the key has a state. */
  readonly exists: () => boolean
  /** The state. Throws a `NoSuchElementError` with Spark's `State is not set` if there is none. */
  readonly get: () => S
  /** The state, if there is one. */
  readonly getOption: () => Option.Option<S>
  /** Sets the state. Throws {@link InvalidStateChange} after `remove`, and while timing out. */
  readonly update: (state: S) => void
  /** Removes the state, if there is one. Throws {@link InvalidStateChange} after `remove`, and while timing out. */
  readonly remove: () => void
  /** Whether the key has been idle for too long: this call is its last, and it has no value. */
  readonly isTimingOut: () => boolean
  /** The state as text, or `<state not set>`. */
  readonly toString: () => string
}
