/**
 * The description of a `mapWithState`: its function, the initial state, the partitions, and when idle keys time out.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { type Pipeable, Prototype } from "effect/Pipeable"
import { InvalidOption } from "../../core/errors.ts"
import type { Mistake } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"
import { parallelize } from "../../rdd/creation.ts"
import type { Partitioner, PartitionOptions } from "../../rdd/partitioner.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { type AnyRDD, isRDD, type RDD } from "../../rdd/rdd.ts"
import type { AnyFormat, StateFormat } from "../state_format.ts"
import type { State } from "./key_state.ts"

const TypeId = "~dstream/StateSpec"

/** A spec without its type parameters. */
export interface Described {
  /** The user's function. */
  readonly f: Callable
  /** Whether the function takes the batch time first and returns an `Option`. */
  readonly isTimed: boolean
  /** The pairs of key and state to start from. */
  readonly initial: AnyRDD | undefined
  /** How long a key may be idle, in milliseconds. Undefined if keys never time out. */
  readonly timeoutMillis: number | undefined
  /** Which partition the state of a key is in. */
  readonly partitioning: PartitionOptions | undefined
  /** How states are written to a checkpoint; undefined if they are plain data. */
  readonly format: AnyFormat | undefined
  /** What is wrong with the spec. It is reported before the context starts. */
  readonly invalid: InvalidOption | undefined
}

/** A description of a `mapWithState`, made by `StateSpec.function` or {@link timed}. Spark: `StateSpec`. */
export interface StateSpec<in K, in V, in out S, out A> extends Described, Pipeable {
  readonly [TypeId]: {
    readonly _K: (_: K) => void
    readonly _V: (_: V) => void
    readonly _S: (_: S) => S
    readonly _A: (_: never) => A
  }
}

const construct = <K, V, S, A>(fields: Described): StateSpec<K, V, S, A> => Object.assign(Object.create(Proto), fields)

const Proto = { ...Prototype, [TypeId]: { _K: () => {}, _V: () => {}, _S: (_: never) => _, _A: (_: never) => _ } }

const isStateSpec = (u: unknown): boolean => typeof u === "object" && u !== null && TypeId in u

const blank = {
  initial: undefined,
  timeoutMillis: undefined,
  partitioning: undefined,
  format: undefined,
  invalid: undefined,
}

/**
 * Makes a spec of a function of key, value and state. The function is called once for each record, in order, and its
 * results are the records of the stream. When a key times out, the function is called with the value `None`. Spark:
 * `StateSpec.function((key, value, state) => …)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const counting = StateSpec.function((word: string, one: Option.Option<number>, count: StateSpec.State<number>) => {
 *   const sum = Option.getOrElse(one, () => 0) + Option.getOrElse(count.getOption(), () => 0)
 *   count.update(sum)
 *   return [word, sum]
 * })
 * const counts = Testing.input([["a", "a"], ["a"]]).pipe(DStream.map((word) => [word, 1]), DStream.mapWithState(counting))
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["a", 1], ["a", 2]], [["a", 3]]])
 * ```
 */
const make = <
  K,
  V,
  S = Mistake<"annotate the state: (key: string, value: Option.Option<number>, state: StateSpec.State<number>) => ...">,
  A extends Tupled = unknown,
>(
  f: (key: K, value: Option.Option<V>, state: State<S>) => A,
): StateSpec<K, V, S, A> => construct({ f, isTimed: false, ...blank })

export { make as function }

/**
 * Makes a spec of a function that also takes the batch time in epoch milliseconds and returns an `Option`. For `None`
 * the stream has no record. Spark: `StateSpec.function((time, key, value, state) => …)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const firstTime = StateSpec.timed((time, user: string, _: Option.Option<string>, seen: StateSpec.State<number>) => {
 *   if (seen.exists()) return Option.none()
 *   seen.update(time)
 *   return Option.some([user, time])
 * })
 * const visits = Testing.input<[string, string]>([[["ann", "/"]], [["bob", "/"], ["ann", "/b"]]])
 * assert.deepEqual(await Effect.runPromise(Testing.run(DStream.mapWithState(visits, firstTime))), [[["ann", 1000]], [["bob", 2000]]])
 * ```
 */
export const timed = <
  K,
  V,
  S = Mistake<"annotate the state: (key: string, value: Option.Option<number>, state: StateSpec.State<number>) => ...">,
  A extends Tupled = unknown,
>(
  f: (time: number, key: K, value: Option.Option<V>, state: State<S>) => Option.Option<A>,
): StateSpec<K, V, S, A> => construct({ f, isTimed: true, ...blank })

/**
 * Sets the states to start from, as pairs of key and state. If a key has several states, the last one counts. For
 * timeouts, the states count as updated in the first batch. Spark: `StateSpec.initialState`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const known = StateSpec.function((_: string, __: Option.Option<number>, name: StateSpec.State<string>) => String(name)).pipe(
 *   StateSpec.initialState([["a", "Ann"]]),
 * )
 * const names = Testing.input<[string, number]>([[["a", 1]], [["b", 1]]]).pipe(DStream.mapWithState(known))
 * assert.deepEqual(await Effect.runPromise(Testing.run(names)), [["Ann"], ["<state not set>"]])
 * ```
 */
export const initialState: {
  <K, S>(
    initial: RDD<readonly [K, S]> | ReadonlyArray<readonly [K, S]>,
  ): <V, A>(self: StateSpec<K, V, S, A>) => StateSpec<K, V, S, A>
  <K, V, S, A>(
    self: StateSpec<K, V, S, A>,
    initial: RDD<readonly [K, S]> | ReadonlyArray<readonly [K, S]>,
  ): StateSpec<K, V, S, A>
} = dual(
  (args) => isStateSpec(args[0]),
  <K, V, S, A>(
    self: StateSpec<K, V, S, A>,
    initial: RDD<readonly [K, S]> | ReadonlyArray<readonly [K, S]>,
  ): StateSpec<K, V, S, A> => construct({ ...self, initial: isRDD(initial) ? initial : parallelize(initial) }),
)

/**
 * Partitions the state by the hash of the key into `n` partitions. Spark: `StateSpec.numPartitions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const last = StateSpec.function((key: string, _: Option.Option<number>, __: StateSpec.State<number>) => key).pipe(
 *   StateSpec.numPartitions(3),
 * )
 * const slices = Testing.input<[string, number]>([[["a", 1]]]).pipe(DStream.mapWithState(last), DStream.glom)
 * assert.deepEqual(await Effect.runPromise(Testing.run(slices)), [[[], ["a"], []]])
 * ```
 */
export const numPartitions: {
  (n: number): <K, V, S, A>(self: StateSpec<K, V, S, A>) => StateSpec<K, V, S, A>
  <K, V, S, A>(self: StateSpec<K, V, S, A>, n: number): StateSpec<K, V, S, A>
} = dual(
  2,
  <K, V, S, A>(self: StateSpec<K, V, S, A>, n: number): StateSpec<K, V, S, A> =>
    construct({ ...self, partitioning: { partitions: n } }),
)

/**
 * Partitions the state by a partitioner. Spark: `StateSpec.partitioner`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Partitioner, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const keys = StateSpec.function((key: string, _: Option.Option<number>, __: StateSpec.State<number>) => key).pipe(
 *   StateSpec.partitioner(Partitioner.hash(1)),
 * )
 * const slices = Testing.input<[string, number]>([[["a", 1], ["b", 1]]]).pipe(DStream.mapWithState(keys), DStream.glom)
 * assert.deepEqual(await Effect.runPromise(Testing.run(slices)), [[["a", "b"]]])
 * ```
 */
export const partitioner: {
  (by: Partitioner): <K, V, S, A>(self: StateSpec<K, V, S, A>) => StateSpec<K, V, S, A>
  <K, V, S, A>(self: StateSpec<K, V, S, A>, by: Partitioner): StateSpec<K, V, S, A>
} = dual(
  2,
  <K, V, S, A>(self: StateSpec<K, V, S, A>, by: Partitioner): StateSpec<K, V, S, A> =>
    construct({ ...self, partitioning: { partitioner: by } }),
)

/**
 * Removes keys that have been idle for longer than `duration`. Before a key is removed, the function is called once
 * more, without a value and with a state that is timing out. A key is not idle in a batch with a record of it, whether
 * or not the function updates the state.
 *
 * Timeouts are exact: a key times out in the first batch that is more than `duration` later than the last batch with a
 * record of the key. The keys that time out in a batch come after its records. Spark: `StateSpec.timeout`. Spark looks
 * for idle keys only when it checkpoints the state, in every tenth batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const visits = StateSpec.function((user: string, page: Option.Option<string>, count: StateSpec.State<number>) => {
 *   if (Option.isNone(page)) return `${user} left after ${count}`
 *   count.update(Option.getOrElse(count.getOption(), () => 0) + 1)
 *   return `${user} sees ${page.value}`
 * }).pipe(StateSpec.timeout("1 second"))
 * const log = Testing.input<[string, string]>([[["ann", "/a"], ["ann", "/b"]], [], []]).pipe(DStream.mapWithState(visits))
 * assert.deepEqual(await Effect.runPromise(Testing.run(log)), [["ann sees /a", "ann sees /b"], [], ["ann left after 2"]])
 * ```
 */
export const timeout: {
  (duration: Duration.Input): <K, V, S, A>(self: StateSpec<K, V, S, A>) => StateSpec<K, V, S, A>
  <K, V, S, A>(self: StateSpec<K, V, S, A>, duration: Duration.Input): StateSpec<K, V, S, A>
} = dual(
  2,
  <K, V, S, A>(self: StateSpec<K, V, S, A>, duration: Duration.Input): StateSpec<K, V, S, A> => {
    const millis = Option.getOrElse(Option.map(Duration.fromInput(duration), Duration.toMillis), () => NaN)
    if (Number.isFinite(millis) && millis >= 0) return construct({ ...self, timeoutMillis: millis })
    const expected = "a finite duration, at least 0"
    const invalid = new InvalidOption({ where: "StateSpec.timeout", option: "duration", value: duration, expected })
    return construct({ ...self, invalid })
  },
)

/**
 * Sets how states are written to a checkpoint, in which versions. States of plain data need no format. Make one with
 * `@dstream/dstream/state_format`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StateSpec } from "@dstream/dstream"
 * import * as StateFormat from "@dstream/dstream/state_format"
 * import { Option, Schema } from "effect"
 *
 * const last = StateSpec.function((_: string, at: Option.Option<Date>, state: StateSpec.State<Date>) => {
 *   if (Option.isSome(at)) state.update(at.value)
 * }).pipe(StateSpec.format(StateFormat.first(Schema.DateFromString)))
 * assert.equal(last.format?.version, 1)
 * ```
 */
export const format: {
  <S>(format: StateFormat<S>): <K, V, A>(self: StateSpec<K, V, S, A>) => StateSpec<K, V, S, A>
  <K, V, S, A>(self: StateSpec<K, V, S, A>, format: StateFormat<S>): StateSpec<K, V, S, A>
} = dual(
  2,
  <K, V, S, A>(self: StateSpec<K, V, S, A>, format: StateFormat<S>): StateSpec<K, V, S, A> =>
    construct({ ...self, format }),
)
