/**
 * State by key, updated as a whole in each batch: updateStateByKey.
 *
 * The function is called in every batch for every key that has state or values, and the stream's records are all keys
 * with their state. The first batch in which the parent has an RDD starts from `initial`; while there is no state, a batch
 * in which the parent has no RDD has none here either; once there is, such a batch is one without values. State that is
 * handed over belongs to the operator: functions make new state and do not change what they are given. The cost of a batch
 * grows with the number of keys; that of `mapWithState` does not. Checkpointing is not needed to start.
 *
 * A batch that fails is not in the state: later batches go on from the one before it, where Spark's fail for good.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { callSite } from "../../core/call_site.ts"
import { describeValue } from "../../core/describe_value.ts"
import { Mismatch } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import { showRecord } from "../../core/show.ts"
import type { Tupled } from "../../core/tupled.ts"
import { type Block, fromArray } from "../../rdd/block.ts"
import { empty, parallelize } from "../../rdd/creation.ts"
import { type Columns, PairBlock } from "../../rdd/pair_block.ts"
import type { Partitioner, PartitionOptions } from "../../rdd/partitioner.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { isRDD, type RDD } from "../../rdd/rdd.ts"
import type { PendingState } from "../../rdd/state.ts"
import { type DStream, isDStream } from "../dstream.ts"
import { failedFor } from "./key_failure.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { stateful } from "./stateful.ts"

/** How the results of a state operation lie. */
export interface StateOptions extends PartitionOptions {
  /** Whether later operations may rely on the partitioner (true). Spark: `rememberPartitioner`. */
  readonly rememberPartitioner?: boolean | undefined
}

/** As {@link StateOptions}, with what the state starts from. */
export interface InitialStateOptions<K, S> extends StateOptions {
  /** The first state of these keys; of several states of a key the first counts. Spark: `initialRDD`. */
  readonly initial: RDD<readonly [K, S]> | ReadonlyArray<readonly [K, S]>
}

/** One key of a partition: the values that it has in the batch, and its state if it has one. */
export type StateEntry<K, V, S> = readonly [key: K, values: ReadonlyArray<V>, state: Option.Option<S>]

/** The partition that {@link updateStatePartitions} is called for. */
export interface StatePartitionInfo {
  /** The batch time, epoch milliseconds. */
  readonly time: number
  /** Its index, from 0. */
  readonly partition: number
}

type AnyEntry = StateEntry<unknown, unknown, unknown>
type AnyPair = readonly [key: unknown, value: unknown]
type AnyOptions = StateOptions & { readonly initial?: RDD<AnyPair> | ReadonlyArray<AnyPair> | undefined }
type Values = ReadonlyArray<unknown>
type Groups = KeyedTable<unknown, Array<unknown>>

/** Gives the records of a partition, and writes its state; `groups` has the values that keys have in this batch. */
type Rewrite = (groups: Groups, state: PendingState, info: StatePartitionInfo, by: Partitioner) => Block<unknown>

const grouped = ({ hashes, keys, values }: Columns): Groups => {
  const groups: Groups = new KeyedTable()
  for (let i = 0; i < keys.length; i++) {
    const slot = hashes === undefined ? groups.locate(keys[i]) : groups.locateHashed(keys[i], hashes[i] ?? 0)
    if (groups.fresh) groups.values[slot] = [values[i]]
    else groups.values[slot]?.push(values[i])
  }
  return groups
}

/** Functions that would change it would change it for all keys. */
const noValues: Values = Object.freeze([])

/** Calls `f` for each key that has a state or values: those with a state come first. */
const visit = (
  groups: Groups,
  state: PendingState,
  f: (key: unknown, values: Values, before: Option.Option<unknown>) => void,
): void => {
  const seen = new Uint8Array(groups.size)
  state.visit((key, value, slot) => {
    if (slot >= 0) seen[slot] = 1
    f(key, slot < 0 ? noValues : groups.values[slot] ?? noValues, Option.some(value))
  }, groups)
  groups.keys.forEach((key, slot) => {
    if (seen[slot] === 0) f(key, groups.values[slot] ?? noValues, Option.none())
  })
}

const updating = <K, V, E, R, A>(
  operation: string,
  self: DStream<readonly [K, V], E, R>,
  update: Callable,
  options: AnyOptions | undefined,
  rewrite: Rewrite,
): DStream<A, E, R> => {
  const given = options?.initial
  const initial = given === undefined || isRDD(given) ? given : parallelize(given)
  const keyed = options?.rememberPartitioner !== false
  return stateful(
    operation,
    self,
    callSite(),
    ({ batch, data, hasState }) => {
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
        f: (state, pairs, partition, _, first) => {
          first.keys.forEach((key, i) => {
            if (!state.has(key)) state.set(key, first.values[i])
          })
          return rewrite(grouped(pairs), state, { time, partition }, partitioner)
        },
      }
    },
    { functions: [update], ...checked(operation, options) },
  )
}

const notOptional = (given: unknown) => `its function must give an Option, but gave: ${describeValue(given)}`

/** One call a key: `Some` is its new state and its record, `None` removes it. */
const each = (
  call: (key: unknown, values: Values, before: Option.Option<unknown>, time: number) => Option.Option<unknown>,
): Rewrite =>
(groups, state, { time }) => {
  const out = { keys: Array<unknown>(), values: Array<unknown>() }
  const one = (key: unknown, values: Values, before: Option.Option<unknown>): void => {
    at = key
    const after = call(key, values, before, time)
    // What the types promise, callers in JavaScript may not keep: a function without a return, for one.
    if (after === undefined || after === null) throw new Mismatch({ problem: notOptional(after) })
    if (Option.isNone(after)) return void state.delete(key)
    if (!Option.isSome(after)) throw new Mismatch({ problem: notOptional(after) })
    // The order of last writes is of no use here, so what stays as it is need not be written.
    if (Option.isNone(before) || !Object.is(before.value, after.value)) state.set(key, after.value)
    out.keys.push(key)
    out.values.push(after.value)
  }
  let at: unknown
  try {
    visit(groups, state, one)
  } catch (cause) {
    throw failedFor(at, cause)
  }
  return new PairBlock(out)
}

/**
 * Keeps a state for each key. In every batch `update` is called for every key that has values in it or state from before,
 * with the values (none, maybe) and the state; it gives the new state, or `None` to remove the key. The records are all
 * keys with their new state. Without `initial` the type of the state is that of the function's second parameter: annotate
 * it. Spark: `PairDStreamFunctions.updateStateByKey(updateFunc[, partitioner[, initialRDD]])`.
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
  <V, S extends Tupled>(
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions & { readonly initial?: undefined },
  ): <K, E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, S extends Tupled>(
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options: InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => {
    const call: Callable = update
    return updating("updateStateByKey", self, update, options, each((_, values, state) => call(values, state)))
  },
)

/**
 * As {@link updateStateByKey}, for functions that want the batch time (epoch milliseconds) and the key as well.
 * Spark: `updateStateByKey((time, key, values, state) => …, partitioner, rememberPartitioner[, initialRDD])`.
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
  <K, V, S extends Tupled>(
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (time: number, key: K, values: ReadonlyArray<V>, state: Option.Option<S>) => Option.Option<S>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => {
    const call: Callable = update
    const all = each((key, values, state, time) => call(time, key, values, state))
    return updating("updateStateByKeyTimed", self, update, options, all)
  },
)

/** Of several pairs with one key the first is its state; a key without a pair is removed. */
const partitionwise = (update: Callable): Rewrite => (groups, state, info, by) => {
  const entries: Array<AnyEntry> = []
  visit(groups, state, (...entry) => entries.push(entry))
  const out: ReadonlyArray<AnyPair> = Array.from(update(entries, info))
  const given = new KeyedTable<unknown, unknown>()
  for (const [key, value] of out) {
    const partition = by.getPartition(key)
    if (partition !== info.partition) {
      const problem =
        `the key ${showRecord(key)} belongs to partition ${partition}, and was given in ${info.partition}: ` +
        "a state is kept where its key belongs"
      throw new Mismatch({ problem })
    }
    const slot = given.locate(key)
    if (given.fresh) given.values[slot] = value
  }
  for (const [key] of entries) if (given.size === 0 || given.find(key) < 0) state.delete(key)
  given.keys.forEach((key, slot) => {
    const value = given.values[slot]
    if (value === undefined || !Object.is(state.get(key), value)) state.set(key, value)
  })
  return fromArray(out)
}

/**
 * As {@link updateStateByKey}, a partition at a time: `update` gets all keys of the partition that have values or state,
 * and gives any number of pairs, which are the records. The first pair of a key is its state; keys without one are
 * removed. A key that belongs to another partition fails the batch (Spark loses track of it).
 * Spark: `updateStateByKey(iteratorFunc, partitioner, rememberPartitioner[, initialRDD])`.
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
    options?: StateOptions | InitialStateOptions<K, S>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => DStream<[K, S], E, R>
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (
      entries: ReadonlyArray<StateEntry<K, V, S>>,
      info: StatePartitionInfo,
    ) => Iterable<readonly [key: K, state: S]>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, E, R, S extends Tupled>(
    self: DStream<readonly [K, V], E, R>,
    update: (
      entries: ReadonlyArray<StateEntry<K, V, S>>,
      info: StatePartitionInfo,
    ) => Iterable<readonly [key: K, state: S]>,
    options?: StateOptions | InitialStateOptions<K, S>,
  ): DStream<[K, S], E, R> => updating("updateStatePartitions", self, update, options, partitionwise(update)),
)
