/** The operations of recordings that keep a state for each key. */
import * as Option from "effect/Option"
import { DStream, StateSpec } from "../../mod.ts"
import { lookUp, type NodeSpec } from "./case.ts"
import type { Build, Stream } from "./nodes.ts"
import { partitions } from "./rdd_nodes.ts"
import { iteratorFn, stateFn, timedFn, updateFn } from "./state_functions.ts"
import { decode } from "./values.ts"

type Pairs = DStream.DStream<readonly [unknown, unknown], unknown>
type Pair = readonly [unknown, unknown]
type Snapshots = Parameters<typeof DStream.stateSnapshots>[0]

const initialOf = ({ initial }: NodeSpec): ReadonlyArray<Pair> | undefined =>
  initial === undefined ? undefined : decode(initial) as ReadonlyArray<Pair>

const optionsOf = (node: NodeSpec): DStream.StateOptions => {
  const initial = initialOf(node)
  const options = { ...partitions(node), rememberPartitioner: node.rememberPartitioner !== false }
  return initial === undefined ? options : { ...options, initial } as DStream.StateOptions
}

const forms: Readonly<Record<string, (s: Pairs, node: NodeSpec) => unknown>> = {
  simple: (s, node) => {
    const f = updateFn(node.f)
    const update = (values: ReadonlyArray<unknown>, state: Option.Option<unknown>) =>
      Option.fromUndefinedOr(f(values, Option.getOrUndefined(state)))
    return DStream.updateStateByKey(s, update, optionsOf(node))
  },
  iterator: (s, node) => {
    const f = iteratorFn(node.f)
    const update = (entries: ReadonlyArray<DStream.StateEntry<unknown, unknown, unknown>>) =>
      f(entries.map(([key, values, state]) => [key, values, Option.getOrUndefined(state)]))
    return DStream.updateStatePartitions(s, update, optionsOf(node))
  },
  timed: (s, node) => {
    const f = timedFn(node.f)
    const update = (time: number, key: unknown, values: ReadonlyArray<unknown>, state: Option.Option<unknown>) =>
      Option.fromUndefinedOr(f(time, key, values, Option.getOrUndefined(state)))
    return DStream.updateStateByKeyTimed(s, update, optionsOf(node))
  },
}

/** Makes the spec of a `mapWithState` node. */
const specOf = (node: NodeSpec): StateSpec.StateSpec<unknown, unknown, unknown, unknown> => {
  const f = stateFn(node.f)
  const started = node.arity === 4
    ? StateSpec.timed((time, key: unknown, value: Option.Option<unknown>, state: StateSpec.State<unknown>) =>
      Option.fromNullishOr(f(key, Option.getOrUndefined(value), state, time))
    )
    : StateSpec.function((key: unknown, value: Option.Option<unknown>, state: StateSpec.State<unknown>) =>
      f(key, Option.getOrUndefined(value), state, 0) ?? null
    )
  const initial = initialOf(node)
  const primed = initial === undefined ? started : StateSpec.initialState(started, initial)
  const timed = node.timeout === undefined ? primed : StateSpec.timeout(primed, Number(node.timeout))
  return node.n === undefined ? timed : StateSpec.numPartitions(timed, node.n)
}

/** The operations by their names. */
export const stateNodes: Readonly<Record<string, Build>> = {
  updateStateByKey: (node, [s]) =>
    lookUp(forms, String(node.form ?? "simple"), "form of updateStateByKey")(s as Pairs, node) as Stream,
  mapWithState: (node, [s]) => DStream.mapWithState(s as Pairs, specOf(node)),
  stateSnapshots: (_, [s]) => DStream.stateSnapshots(s as unknown as Snapshots) as never,
}
