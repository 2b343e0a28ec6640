/**
 * The implementation of the state that the function of `mapWithState` gets.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Option from "effect/Option"
import { valueOf } from "../../core/results.ts"
import { showRecord } from "../../core/show.ts"
import { InvalidStateChange, type State } from "./key_state.ts"

/**
 * The state of the key that the function is called for. One object serves all keys of a partition, one after another.
 */
export class CurrentState<S> implements State<S> {
  #some = false
  #value: S | undefined
  #isTimingOut = false
  /** Whether the function removed the state of the current key. */
  isRemoved = false
  /** Whether the function set the state of the current key. */
  isUpdated = false

  /** Moves to another key: whether it has a state, which one, and whether it is timing out. */
  load(some: boolean, value: S | undefined, isTimingOut: boolean): void {
    this.#some = some
    this.#value = value
    this.#isTimingOut = isTimingOut
    this.isRemoved = false
    this.isUpdated = false
  }

  /** The state of the current key; undefined if it has none. */
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
    this.#value = valueOf(state)
    this.#some = true
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
