/**
 * Specs of `DStream.mapWithState`: its function and the state that the function gets, the initial state, the partitions
 * of the state, and when idle keys time out. Spark: `StateSpec`, `State`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const toggle = StateSpec.function((key: string, _: Option.Option<string>, state: StateSpec.State<string>) => {
 *   if (state.exists()) state.remove()
 *   else state.update("on")
 *   return [key, String(state)]
 * }).pipe(StateSpec.initialState([["a", "on"]]), StateSpec.numPartitions(1))
 *
 * const switches = Testing.input<[string, string]>([[["a", "!"], ["b", "!"]], [["b", "!"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(DStream.mapWithState(switches, toggle))), [
 *   [["a", "<state not set>"], ["b", "on"]],
 *   [["b", "<state not set>"]],
 * ])
 * ```
 *
 * @module
 */
export { InvalidStateChange, type State } from "./dstream/state/key_state.ts"
export {
  type Described,
  format,
  function,
  initialState,
  numPartitions,
  partitioner,
  type StateSpec,
  timed,
  timeout,
} from "./dstream/state/state_spec.ts"
