import assert from "node:assert/strict"
import * as Option from "effect/Option"
import { CurrentState } from "../../../lib/dstream/state/current_state.ts"
import { InvalidStateChange } from "../../../lib/state_spec.ts"

const loaded = (some: boolean, isTimingOut = false): CurrentState<number> => {
  const state = new CurrentState<number>()
  state.load(some, some ? 5 : undefined, isTimingOut)
  return state
}

Deno.test("State gives its value, and says if it has none", () => {
  const [set, unset] = [loaded(true), loaded(false)]
  assert.deepEqual([set.exists(), set.get(), set.getOption(), String(set)], [true, 5, Option.some(5), "5"])
  assert.deepEqual([unset.exists(), unset.getOption(), `${unset}`], [false, Option.none(), "<state not set>"])
  assert.throws(() => unset.get(), { name: "NoSuchElementError", message: "State is not set" })
  assert.equal(set.isTimingOut(), false)
})

Deno.test("State.update() sets the state, whether or not there was one, also to undefined", () => {
  const state = loaded(false)
  state.update(7)
  state.update(8)
  assert.deepEqual([state.exists(), state.get(), String(state)], [true, 8, "8"])
  const nothing = new CurrentState<undefined>()
  nothing.load(false, undefined, false)
  nothing.update(undefined)
  assert.deepEqual([nothing.exists(), nothing.get(), nothing.getOption()], [true, undefined, Option.some(undefined)])
})

Deno.test("State.remove() removes the state, whether or not there is one; then update() and remove() fail", () => {
  for (const state of [loaded(true), loaded(false)]) {
    state.remove()
    assert.equal(state.exists(), false)
    assert.throws(() => state.remove(), { message: "Cannot remove the state that has already been removed" })
    assert.throws(() => state.update(1), { message: "Cannot update the state after it has been removed" })
  }
})

Deno.test("State that is timing out can only be read", () => {
  const state = loaded(true, true)
  assert.deepEqual([state.isTimingOut(), state.get()], [true, 5])
  const isMisuse = (message: string) => (error: unknown) =>
    error instanceof InvalidStateChange && error._tag === "InvalidStateChange" && error.message === message
  assert.throws(() => state.update(1), isMisuse("Cannot update the state that is timing out"))
  assert.throws(() => state.remove(), isMisuse("Cannot remove the state that is timing out"))
})
