/**
 * The state of one key, as the function of `mapWithState` gets it.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Option from "effect/Option"

/** The error of a function that changes a {@link State} when that is not allowed. The messages are Spark's. */
export class InvalidStateChange extends Data.Error<{ readonly problem: string }> {
  readonly _tag = "InvalidStateChange" as const
  override get message(): string {
    return this.problem
  }
}

/**
 * The state of one key during one call of the function. Do not use it after the call, and do not change the value in
 * it: set a new one with `update`. Spark: `State[S]`.
 */
export interface State<in out S> {
  /** Whether the key has a state. */
  readonly exists: () => boolean
  /** The state. Throws a `NoSuchElementError` with Spark's message `State is not set` if the key has none. */
  readonly get: () => S
  /** The state, or `None` if the key has none. */
  readonly getOption: () => Option.Option<S>
  /** Sets the state. Throws {@link InvalidStateChange} after `remove`, and while timing out. */
  readonly update: (state: S) => void
  /** Removes the state, if the key has one. Throws {@link InvalidStateChange} after `remove`, and while timing out. */
  readonly remove: () => void
  /** Whether the key is timing out. This call is then its last one, and has no value. */
  readonly isTimingOut: () => boolean
  /** The state as text, or `<state not set>`. */
  readonly toString: () => string
}
