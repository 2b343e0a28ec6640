/**
 * Operators with state by key that is updated as a whole in each batch: updateStateByKey, updateStateByKeyTimed,
 * updateStatePartitions.
 *
 * The function is called in every batch for every key that has a state or values, and the records of the stream are all
 * keys with their states. The first batch in which the parent has an RDD starts from `initial`. Until then the stream
 * has no RDD; from then on, a batch in which the parent has no RDD counts as a batch without values. Functions return a
 * new state and must not change the one they get. The cost of a batch grows with the number of keys, unlike that of
 * `mapWithState`. Checkpointing is not required.
 *
 * A batch that fails does not change the state, and later batches continue from the batch before it. In Spark, later
 * batches fail as well.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { callSite } from "../../core/call_site.ts"
import { describeValue } from "../../core/describe_value.ts"
import { Mismatch } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import { numberOf, optionOf } from "../../core/results.ts"
import { showRecord } from "../../core/show.ts"
import type { Mistake, NotPairs } from "../../core/literals.ts"
import type { Tupled } from "../../core/tupled.ts"
import { type Block, fromArray } from "../../rdd/block.ts"
import { empty, parallelize } from "../../rdd/creation.ts"
import { listInPieces } from "../../rdd/lists.ts"
import type { Columns } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { Partitioner, PartitionOptions } from "../../rdd/partitioner.ts"
import type { Callable, StateStep } from "../../rdd/primitive.ts"
import { isRDD, type RDD } from "../../rdd/rdd.ts"
import type { PendingState } from "../../rdd/state.ts"
import { type DStream, isDStream } from "../dstream.ts"
import type { AnyFormat, StateFormat } from "../state_format.ts"
import { failedFor } from "./key_failure.ts"
import { addMissing, settle, straying } from "./moving_keys.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { stateful } from "./stateful.ts"

/** Options of the operators with state that is updated as a whole. */
export interface StateOptions extends PartitionOptions {
  /** Whether the result keeps the partitioner, so that later operations need no shuffle. Default: true. */
  readonly rememberPartitioner?: boolean | undefined
}

/** The options of {@link StateOptions}, and the format of states. */
export interface FormattedStateOptions<S> extends StateOptions {
  /** How states are written to a checkpoint, in which versions. States of plain data need none. */
  readonly format?: StateFormat<S> | undefined
}

/** The options of {@link FormattedStateOptions}, and the states to start from. */
export interface InitialStateOptions<K, S> extends FormattedStateOptions<S> {
  /** The states to start from. If a key has several, the first one counts. Spark: `initialRDD`. */
  readonly initial: RDD<readonly [K, S]> | ReadonlyArray<readonly [K, S]>
}

/** A key of a partition, the values that it has in the batch, and its state, if any. */
export type StateEntry<K, V, S> = readonly [key: K, values: ReadonlyArray<V>, state: Option.Option<S>]

/** The partition that the function of {@link updateStatePartitions} is called for. */
export interface StatePartitionInfo {
  /** The batch time in epoch milliseconds. */
  readonly time: number
  /** The index of the partition, from 0. */
  readonly partition: number
}

type AnyEntry = StateEntry<unknown, unknown, unknown>
type AnyPair = readonly [key: unknown, value: unknown]
type AnyOptions = StateOptions & {
  readonly format?: AnyFormat | undefined
  readonly initial?: RDD<AnyPair> | ReadonlyArray<AnyPair> | undefined
}
type Values = ReadonlyArray<unknown>
type Groups = KeyedTable<unknown, Array<unknown>>

/** Updates the state of a partition and returns its records. `groups` has the values of each key in this batch. */
type Rewrite = (
  groups: Groups,
  state: PendingState,
  info: StatePartitionInfo,
  by: Partitioner,
) => Piecewise<Block<unknown>>

function* grouped({ hashes, keys, values }: Columns): Piecewise<Groups> {
  const groups: Groups = new KeyedTable()
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const slot = hashes === undefined ? groups.locate(keys[i]) : groups.locateHashed(keys[i], hashes[i] ?? 0)
      if (groups.fresh) groups.values[slot] = [values[i]]
      else groups.values[slot]?.push(values[i])
    }
  })
  return groups
}

/** The values of all keys without values. It is frozen, because a function that changed it would change it for all. */
const noValues: Values = Object.freeze([])

/** Calls `f` for each key that has a state, then for each key that has values only. */
function* visit(
  groups: Groups,
  state: PendingState,
  f: (key: unknown, values: Values, before: Option.Option<unknown>) => void,
): Piecewise<void> {
  const seen = new Uint8Array(groups.size)
  yield* state.visit((key, value, slot) => {
    if (slot >= 0) seen[slot] = 1
    f(key, slot < 0 ? noValues : groups.values[slot] ?? noValues, Option.some(value))
  }, groups)
  yield* inPieces(groups.size, (from, to) => {
    for (let slot = from; slot < to; slot++) {
      if (seen[slot] === 0) f(groups.keys[slot], groups.values[slot] ?? noValues, Option.none())
    }
  })
}

/** Moves keys or adds the initial ones, and then rewrites the state. */
function* updated(
  rewrite: Rewrite,
  partitioner: Partitioner,
  movesKeys: boolean,
  time: number,
  ...[state, pairs, partition, fresh, others]: Parameters<StateStep["f"]>
): Piecewise<Block<unknown>> {
  if (fresh) yield* addMissing(state, others)
  else if (movesKeys) yield* settle(state, others, partition, partitioner)
  return yield* rewrite(yield* grouped(pairs), state, { time, partition }, partitioner)
}

const updating = <K, V, E, R, A>(
  operation: string,
  self: DStream<readonly [K, V], E, R>,
  update: Callable,
  options: AnyOptions | undefined,
  rewriteWith: (update: Callable) => Rewrite,
  movesKeys = false,
): DStream<A, E, R> => {
  const given = options?.initial
  const initial = given === undefined || isRDD(given) ? given : parallelize(given)
  const keyed = options?.rememberPartitioner !== false
  return stateful(
    operation,
    self,
    [update],
    callSite(),
    (update) => {
      const rewrite = rewriteWith(update)
      return ({ batch, data, hasState }) => {
        if (data === undefined && !hasState) return undefined
        const { time } = batch
        const { partitioner } = chosen(batch, options)
        return {
          data: data ?? empty(),
          partitioner,
          keyed,
          initial,
          expects: undefined,
          whole: undefined,
          moving: movesKeys ? straying(operation, partitioner) : undefined,
          f: (...given) => updated(rewrite, partitioner, movesKeys, time, ...given),
        }
      }
    },
    { ...checked(operation, options), durable: { format: options?.format } },
  )
}

/** Calls the function once for each key. `Some` is the new state and the record of the key; `None` removes the key. */
const keywise = (
  call: (key: unknown, values: Values, before: Option.Option<unknown>, time: number) => Option.Option<unknown>,
): Rewrite =>
  function* (groups, state, { time }) {
    const out = { keys: Array<unknown>(), values: Array<unknown>() }
    const one = (key: unknown, values: Values, before: Option.Option<unknown>): void => {
      at = key
      const after = optionOf(call(key, values, before, time))
      if (Option.isNone(after)) return void state.delete(key)
      // Only timeouts need the order of writes, and there are none here, so an unchanged state is not written.
      if (Option.isNone(before) || !Object.is(before.value, after.value)) state.set(key, after.value)
      out.keys.push(key)
      out.values.push(after.value)
    }
    let at: unknown
    try {
      yield* visit(groups, state, one)
    } catch (cause) {
      throw failedFor(at, cause)
    }
    return new PairBlock(out)
  }

/**
 * Keeps a state for each key. In every batch, `update` is called for every key that has values or a state, with the
 * values (possibly none) and the state. It returns the new state, or `None` to remove the key. The records of the
 * stream are all keys with their new states.
 *
 * Without `initial`, TypeScript takes the type of the state from the second parameter of `update`, so annotate it.
 * Spark: `PairDStreamFunctions.updateStateByKey(updateFunc[, partitioner[, initialRDD]])`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const counts = Testing.input([["a", "b", "a"], ["b"], []]).pipe(
 *   DStream.map((word) => [word, 1]),
 *   DStream.updateStateByKey((ones: ReadonlyArray<number>, count: Option.Option<number>) =>
 *     Option.some(Option.getOrElse(count, () => 0) + ones.length), { partitions: 1 }),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [
 *   [["a", 2], ["b", 1]],
 *   [["a", 2], ["b", 2]],
 *   [["a", 2], ["b", 2]],
 * ])
 * ```
 */
export const updateStateByKey: {
  <V, S extends Tupled = Mistake<"annotate the state: (values, state: Option.Option<number>) => ...">>(
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> & { readonly initial?: undefined },
  ): <K = Mistake<NotPairs>, E = never, R = never>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, S extends Tupled>(
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options: InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, E, R, S extends Tupled = Mistake<"annotate the state: (values, state: Option.Option<number>) => ...">>(
    self: DStream<readonly [K, V], E, R>,
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => {
    const rewriteWith = (update: Callable) => keywise((_, values, state) => update(values, state))
    return updating("updateStateByKey", self, update, options, rewriteWith)
  },
)

/**
 * Keeps a state for each key as {@link updateStateByKey} does. The function also gets the batch time in epoch
 * milliseconds and the key. Spark: `updateStateByKey((time, key, values, state) => …, partitioner,
 * rememberPartitioner[, initialRDD])`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const lastSeen = Testing.input<[string, string]>([[["ann", "in"]], [], [["ann", "out"]]]).pipe(
 *   DStream.updateStateByKeyTimed((time, _: string, events: ReadonlyArray<string>, last: Option.Option<number>) =>
 *     events.length > 0 ? Option.some(time) : last),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(lastSeen)), [[["ann", 1000]], [["ann", 1000]], [["ann", 3000]]])
 * ```
 */
export const updateStateByKeyTimed: {
  <K, V, S extends Tupled = Mistake<"annotate the state: (time, key, values, state: Option.Option<number>) => ...">>(
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <
    K,
    V,
    E,
    R,
    S extends Tupled = Mistake<"annotate the state: (time, key, values, state: Option.Option<number>) => ...">,
  >(
    self: DStream<readonly [K, V], E, R>,
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => {
    const rewriteWith = (update: Callable) => keywise((key, values, state, time) => update(time, key, values, state))
    return updating("updateStateByKeyTimed", self, update, options, rewriteWith)
  },
)

/** Calls the function once. The first pair of a key is its new state; keys without a pair are removed. */
const partitionwise = (update: Callable, movesKeys: boolean): Rewrite =>
  function* (groups, state, info, by) {
    const entries: Array<AnyEntry> = []
    yield* visit(groups, state, (...entry) => entries.push(entry))
    const out: ReadonlyArray<AnyPair> = yield* listInPieces<AnyPair>(update(entries, info))
    const given = new KeyedTable<unknown, unknown>()
    const keep = (pair: AnyPair) => {
      if (!Array.isArray(pair)) {
        throw new Mismatch({
          problem: `its function must give pairs of key and state, but gave: ${describeValue(pair)}`,
        })
      }
      const [key, value] = pair
      const partition = numberOf(by.getPartition(key))
      if (partition !== info.partition && !movesKeys) {
        const found = `its function gave the key ${showRecord(key)} for partition ${info.partition}`
        throw new Mismatch({
          problem: `${found}, but the key belongs to partition ${partition}; ` +
            "keep keys where they are, or use rememberPartitioner: false, which moves them",
        })
      }
      const slot = given.locate(key)
      if (given.fresh) given.values[slot] = value
    }
    yield* inPieces(out.length, (from, to) => out.slice(from, to).forEach(keep))
    yield* inPieces(entries.length, (from, to) => {
      for (const [key] of entries.slice(from, to)) if (given.size === 0 || given.find(key) < 0) state.delete(key)
    })
    yield* inPieces(given.size, (from, to) => {
      for (let slot = from; slot < to; slot++) {
        const key = given.keys[slot]
        const value = given.values[slot]
        if (value === undefined || !Object.is(state.get(key), value)) state.set(key, value)
      }
    })
    return fromArray(out)
  }

/**
 * Keeps a state for each key as {@link updateStateByKey} does, but updates a partition at a time. `update` gets all
 * keys of the partition that have values or a state. It returns any number of pairs, which are the records. The first
 * pair of a key is its new state, and keys without a pair are removed.
 *
 * A key that belongs to another partition fails the batch; Spark would lose its state. With `rememberPartitioner:
 * false`, as in Spark, such a key moves to its partition before the next batch. If it has a state there, the one from
 * the partition with the lower index counts. Spark: `updateStateByKey(iteratorFunc, partitioner, rememberPartitioner[,
 * initialRDD])`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * type Entry = DStream.StateEntry<string, number, number>
 * const top = Testing.input<[string, number]>([[["a", 2], ["b", 5]], [["a", 4]]]).pipe(
 *   DStream.updateStatePartitions((entries: ReadonlyArray<Entry>) =>
 *     entries.map(([key, values, best]): [string, number] => [key, Math.max(...values, Option.getOrElse(best, () => 0))]),
 *     { partitions: 1 },
 *   ),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(top)), [[["a", 2], ["b", 5]], [["a", 4], ["b", 5]]])
 * ```
 */
export const updateStatePartitions: {
  <K, V, S extends Tupled>(
    update: (
      entries: ReadonlyArray<StateEntry<K, V, S>>,
      info: StatePartitionInfo,
    ) => Iterable<readonly [key: K, state: S]>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (
      entries: ReadonlyArray<StateEntry<K, V, S>>,
      info: StatePartitionInfo,
    ) => Iterable<readonly [key: K, state: S]>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (
      entries: ReadonlyArray<StateEntry<K, V, S>>,
      info: StatePartitionInfo,
    ) => Iterable<readonly [key: K, state: S]>,
    options?: FormattedStateOptions<S> | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => {
    const movesKeys = options?.rememberPartitioner === false
    return updating(
      "updateStatePartitions",
      self,
      update,
      options,
      (update) => partitionwise(update, movesKeys),
      movesKeys,
    )
  },
)
