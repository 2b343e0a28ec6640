/**
 * State by key, touched record by record: mapWithState, stateSnapshots.
 *
 * The cost of a batch grows with its records and the keys that time out in it, not with the number of keys. A batch in
 * which the parent has no RDD is one without records: keys time out in it as in any other. A batch that fails is not in the
 * state. Checkpointing is not needed to start.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { callSite } from "../../core/call_site.ts"
import { refusePendingAmong } from "../../core/results.ts"
import { empty } from "../../rdd/creation.ts"
import type { Columns } from "../../rdd/pair_block.ts"
import { make as makeRDD, type RDD } from "../../rdd/rdd.ts"
import { entriesOf, type PendingState } from "../../rdd/state.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"
import { failedFor } from "./key_failure.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { CurrentState } from "./current_state.ts"
import type { Described, StateSpec } from "./state_spec.ts"
import { stateful } from "./stateful.ts"

/**
 * What {@link mapWithState} gives: the stream of the function's results, which can also give the state itself, with
 * {@link stateSnapshots}. Spark: `MapWithStateDStream`.
 */
export interface MapWithStateDStream<out K, out S, out A, out E = never, out R = never> extends DStream<A, E, R> {
  /** The types of its keys and states; nothing to be read. */
  readonly "~dstream/MapWithState": (_: never) => readonly [K, S]
}

/** One partition in one batch. */
const step = ({ f, isTimed, timeoutMillis }: Described, time: number) =>
(
  state: PendingState,
  pairs: Columns,
  _: number,
  __: boolean,
  initial: Columns,
): ReadonlyArray<unknown> => {
  const out: Array<unknown> = []
  const current = new CurrentState<unknown>()
  let at: unknown
  const call = (key: unknown, value: Option.Option<unknown>) => {
    at = key
    if (!isTimed) {
      out.push(f(key, value, current))
      return
    }
    const result: Option.Option<unknown> = f(time, key, value, current)
    if (Option.isSome(result)) out.push(result.value)
  }
  initial.keys.forEach((key, i) => state.set(key, initial.values[i]))
  try {
    state.lookUp(pairs, (i, before, exists) => {
      const key = pairs.keys[i]
      current.load(exists, before, false)
      call(key, Option.some(pairs.values[i]))
      if (current.isRemoved) state.delete(key)
      // A record makes its key busy: for timeouts, when it was written is when it last had one.
      else if (current.isUpdated || (exists && timeoutMillis !== undefined)) state.set(key, current.value)
    })
    if (timeoutMillis !== undefined) {
      for (const [key, value] of state.writtenBefore(time - timeoutMillis)) {
        current.load(true, value, true)
        call(key, Option.none())
        state.delete(key)
      }
    }
  } catch (cause) {
    throw failedFor(at, cause)
  }
  refusePendingAmong(out)
  return out
}

/**
 * Calls the function of a {@link StateSpec} for each record, with its key and the key's state, which the function may
 * read, update and remove; the records are what the function gives. Within a partition the records of a batch come in
 * order, and each call sees what those before it have done. Spark: `PairDStreamFunctions.mapWithState`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const total = (user: string, amount: Option.Option<number>, state: StateSpec.State<number>) => {
 *   const sum = Option.getOrElse(state.getOption(), () => 0) + Option.getOrElse(amount, () => 0)
 *   state.update(sum)
 *   return [user, sum]
 * }
 * const payments = Testing.input<[string, number]>([[["ann", 3], ["bob", 1]], [["ann", 4]], []])
 * const totals = payments.pipe(DStream.mapWithState(StateSpec.function(total).pipe(StateSpec.numPartitions(1))))
 * assert.deepEqual(await Effect.runPromise(Testing.run(totals)), [[["ann", 3], ["bob", 1]], [["ann", 7]], []])
 * ```
 */
export const mapWithState: {
  <K, V, S, A>(
    spec: StateSpec<K, V, S, A>,
  ): <E, R>(self: DStream<readonly [K, V], E, R>) => MapWithStateDStream<K, S, A, E, R>
  <K, V, S, A, E, R>(
    self: DStream<readonly [K, V], E, R>,
    spec: StateSpec<K, V, S, A>,
  ): MapWithStateDStream<K, S, A, E, R>
} = dual(
  (args) => isDStream(args[0]),
  <K, V, S, A, E, R>(
    self: DStream<readonly [K, V], E, R>,
    spec: StateSpec<K, V, S, A>,
  ): MapWithStateDStream<K, S, A, E, R> => {
    const { f, initial, invalid, partitioning } = spec
    const { check } = checked("mapWithState", partitioning)
    const stream = stateful<A, E, R>(
      "mapWithState",
      self,
      callSite(),
      ({ batch, data }) => ({
        ...chosen(batch, partitioning),
        data: data ?? empty(),
        keyed: false,
        initial,
        expects: undefined,
        whole: undefined,
        f: step(spec, batch.time),
      }),
      {
        functions: typeof f === "function" ? [f] : [],
        check: (batchDuration) => [
          ...(typeof f === "function"
            ? []
            : ["it takes a StateSpec: make one of the function with StateSpec.function"]),
          ...(invalid === undefined ? [] : [invalid.message]),
          ...(check?.(batchDuration) ?? []),
        ],
      },
    )
    return Object.assign(stream, { "~dstream/MapWithState": (_: never): readonly [K, S] => _ })
  },
)

/**
 * Every key with its state, as it is at the end of each batch: all keys, so the cost of a batch grows with them.
 * Spark: `MapWithStateDStream.stateSnapshots`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StateSpec } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const last = StateSpec.function((_: string, page: Option.Option<string>, state: StateSpec.State<string>) => {
 *   if (Option.isSome(page)) state.update(page.value)
 * })
 * const visits = Testing.input<[string, string]>([[["ann", "/"], ["ann", "/a"]], [["bob", "/"]]])
 * const where = visits.pipe(DStream.mapWithState(last.pipe(StateSpec.numPartitions(1))), DStream.stateSnapshots)
 * assert.deepEqual(await Effect.runPromise(Testing.run(where)), [[["ann", "/a"]], [["ann", "/a"], ["bob", "/"]]])
 * ```
 */
export const stateSnapshots = <K, S, A, E, R>(self: MapWithStateDStream<K, S, A, E, R>): DStream<[K, S], E, R> =>
  lift(
    "stateSnapshots",
    self,
    (rdd): RDD<[K, S], E, R> => makeRDD("stateSnapshots", [rdd], { kind: "view", f: entriesOf }),
  )
