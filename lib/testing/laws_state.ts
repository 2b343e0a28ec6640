/**
 * Laws of the stateful operators.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { State } from "../dstream/state/key_state.ts"
import { mapWithState } from "../dstream/state/map_with_state.ts"
import * as StateSpec from "../dstream/state/state_spec.ts"
import { updateStateByKey } from "../dstream/state/update_state.ts"
import { equal } from "./compare.ts"
import type { Law } from "./law.ts"
import type { PairOptions } from "./laws_keyed.ts"
import { oracle } from "./oracle.ts"

/** Computes the state of a key from the values of a batch and the state before it. `None` removes the key. */
export type Update<V, S> = (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>

/** An operator with the meaning of `updateStateByKey`. */
export type StateOperator = <V, S extends Tupled>(
  update: Update<V, S>,
) => <K>(stream: DStream<readonly [K, V]>) => DStream<readonly [K, S], unknown>

/** Computes a record and the new state of a key from one pair and the state before it. */
export type Step<K, V, S, A> = (key: K, value: V, state: Option.Option<S>) => readonly [record: A, state: S]

/** An operator with the meaning of `mapWithState`. */
export type StepOperator = <K, V, S, A>(
  step: Step<K, V, S, A>,
) => (stream: DStream<readonly [K, V]>) => DStream<A, unknown>

const updateWith: StateOperator = (update) => (stream) => updateStateByKey(stream, update)

const stepWith: StepOperator = <K, V, S, A>(step: Step<K, V, S, A>) => {
  const spec = StateSpec.function((key: K, value: Option.Option<V>, state: State<S>): A => {
    const [record, next] = step(key, Option.getOrThrow(value), state.getOption())
    state.update(next)
    return record
  })
  return (stream: DStream<readonly [K, V]>) => mapWithState(stream, spec)
}

/** The states of all keys, in an array that is searched from the start. */
class States<K, S> {
  entries: ReadonlyArray<readonly [K, S]> = []
  get = (key: K): Option.Option<S> =>
    Option.map(Option.fromUndefinedOr(this.entries.find(([other]) => equal(other, key))), ([, state]) => state)
  set = (key: K, state: S): void => {
    this.entries = [...this.entries.filter(([other]) => !equal(other, key)), [key, state]]
  }
}

/**
 * States that the state of each key is the fold of `update` over the batches so far. A key is updated in every batch
 * from its first pair on, until `update` returns `None`.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 * import * as fc from "fast-check"
 *
 * const total = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
 *   Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))
 * const law = Testing.laws.stateIsFold(total, { input: Testing.arrivals(Testing.pairs(fc.integer())) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const stateIsFold = <K, V, S extends Tupled>(
  update: Update<V, S>,
  options: PairOptions<K, V> & { readonly updateStateByKey?: StateOperator | undefined },
): Law => {
  const { input, updateStateByKey = updateWith } = options
  return oracle(
    (pairs) => updateStateByKey(update)(pairs as DStream<readonly [K, V]>),
    (batches) => {
      const states = new States<K, S>()
      let hasBegun = false
      return batches.map((pairs) => {
        hasBegun ||= pairs !== null
        if (!hasBegun) return null
        const keys = [...states.entries, ...pairs ?? []].map(([key]) => key)
        const distinct = keys.filter((key, i) => keys.findIndex((other) => equal(key, other)) === i)
        states.entries = distinct.flatMap((key) => {
          const values = (pairs ?? []).filter(([other]) => equal(key, other)).map(([, value]) => value)
          return Option.match(update(values, states.get(key)), {
            onNone: () => [],
            onSome: (state) => [[key, state] as const],
          })
        })
        return states.entries
      })
    },
    { inputs: [input], name: "state = fold" },
  )
}

/**
 * States that `mapWithState` equals a loop over the pairs of all batches that updates the state of one key at a time.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 * import * as fc from "fast-check"
 *
 * const numbered = (key: string, _: number, seen: Option.Option<number>): [[string, number], number] => {
 *   const n = Option.getOrElse(seen, () => 0) + 1
 *   return [[key, n], n]
 * }
 * const law = Testing.laws.mapWithStateIsScan(numbered, { input: Testing.arrivals(Testing.pairs(fc.nat())) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const mapWithStateIsScan = <K, V, S, A>(
  step: Step<K, V, S, A>,
  options: PairOptions<K, V> & { readonly mapWithState?: StepOperator | undefined },
): Law => {
  const { input, mapWithState = stepWith } = options
  return oracle(
    (pairs) => mapWithState(step)(pairs as DStream<readonly [K, V]>),
    (batches) => {
      const states = new States<K, S>()
      return batches.map((pairs) =>
        (pairs ?? []).map(([key, value]) => {
          const [record, state] = step(key, value, states.get(key))
          states.set(key, state)
          return record
        })
      )
    },
    { inputs: [input], name: "mapWithState = scan" },
  )
}
