/**
 * The state that the function of `mapWithState` works on, while it is called.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Option from "effect/Option"
import { showRecord } from "../../core/show.ts"
import { InvalidStateChange, type State } from "./key_state.ts"

/** The state that functions are given: one object for all keys of a partition, put on one key after the other. */
export class CurrentState<S> implements State<S> {
  #some = false
  #value: S | undefined
  #isTimingOut = false
  /** Whether the function has removed it. */
  isRemoved = false
  /** Whether the function has set it. */
  isUpdated = false

  /** Puts it on a key. */
  load(some: boolean, value: S | undefined, isTimingOut: boolean): void {
    this.#some = some
    this.#value = value
    this.#isTimingOut = isTimingOut
    this.isRemoved = false
    this.isUpdated = false
  }

  /** What it holds. */
  get value(): S | undefined {
    return this.#value
  }

  exists(): boolean {
    return this.#some
  }

  get(): S {
    if (!this.#some) throw new Cause.NoSuchElementError("State is not set")
    return this.#value as S
  }

  getOption(): Option.Option<S> {
    return this.#some ? Option.some(this.#value as S) : Option.none()
  }

  update(state: S): void {
    if (this.isRemoved) throw new InvalidStateChange({ problem: "Cannot update the state after it has been removed" })
    if (this.#isTimingOut) throw new InvalidStateChange({ problem: "Cannot update the state that is timing out" })
    this.#some = true
    this.#value = state
    this.isUpdated = true
  }

  remove(): void {
    if (this.#isTimingOut) throw new InvalidStateChange({ problem: "Cannot remove the state that is timing out" })
    if (this.isRemoved) {
      throw new InvalidStateChange({ problem: "Cannot remove the state that has already been removed" })
    }
    this.#some = false
    this.#value = undefined
    this.isRemoved = true
    this.isUpdated = false
  }

  isTimingOut(): boolean {
    return this.#isTimingOut
  }

  toString(): string {
    return this.#some ? showRecord(this.#value) : "<state not set>"
  }
}
