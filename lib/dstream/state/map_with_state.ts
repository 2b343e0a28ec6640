/**
 * Operators with state by key that is updated record by record: mapWithState, stateSnapshots.
 *
 * The cost of a batch grows with its records and the keys that time out in it, not with the number of keys. A batch in
 * which the parent has no RDD counts as a batch without records, and keys time out in it. A batch that fails does not
 * change the state. Checkpointing is not required.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import * as Option from "effect/Option"
import { callSite } from "../../core/call_site.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import { optionOf, recordOf } from "../../core/results.ts"
import { empty } from "../../rdd/creation.ts"
import type { Columns } from "../../rdd/column_block.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { make as makeRDD, type RDD } from "../../rdd/rdd.ts"
import { entriesOf, type PendingState } from "../../rdd/state.ts"
import { type DStream, isDStream, lift } from "../dstream.ts"
import { failedFor } from "./key_failure.ts"
import { checked, chosen } from "../operators/partitioning.ts"
import { CurrentState } from "./current_state.ts"
import type { Described, StateSpec } from "./state_spec.ts"
import { stateful } from "./stateful.ts"

/**
 * The stream that {@link mapWithState} makes. Its records are the results of the function; {@link stateSnapshots} makes
 * a stream of the state itself. Spark: `MapWithStateDStream`.
 */
export interface MapWithStateDStream<out K, out S, out A, out E = never, out R = never> extends DStream<A, E, R> {
  /** Carries the types of keys and states. There is nothing to read. */
  readonly "~dstream/MapWithState": (_: never) => readonly [K, S]
}

/** Takes the place of a function where untyped code gave no spec; the check of the stream reports it before start. */
const neverCalled: Callable = () => undefined

/** Runs the records of one partition in one batch, then the keys that time out. */
function* step(
  f: Callable,
  { isTimed, timeoutMillis }: Described,
  time: number,
  state: PendingState,
  pairs: Columns,
  initial: Columns,
): Piecewise<ReadonlyArray<unknown>> {
  const out: Array<unknown> = []
  const current = new CurrentState<unknown>()
  let at: unknown
  const call = (key: unknown, value: Option.Option<unknown>) => {
    at = key
    if (!isTimed) {
      out.push(recordOf(f(key, value, current)))
      return
    }
    const result: Option.Option<unknown> = optionOf(f(time, key, value, current))
    if (Option.isSome(result)) out.push(result.value)
  }
  yield* inPieces(initial.keys.length, (from, to) => {
    for (let i = from; i < to; i++) state.set(initial.keys[i], initial.values[i])
  })
  try {
    yield* state.lookUp(pairs, (i, before, exists) => {
      const key = pairs.keys[i]
      current.load(exists, before, false)
      call(key, Option.some(pairs.values[i]))
      if (current.isRemoved) state.delete(key)
      // A key with a record is not idle. Timeouts count from the time of the last write, so the state is written again.
      else if (current.isUpdated || (exists && timeoutMillis !== undefined)) state.set(key, current.value)
    })
    if (timeoutMillis !== undefined) {
      const idle = yield* state.writtenBefore(time - timeoutMillis)
      yield* inPieces(idle.length, (from, to) => {
        for (const [key, value] of idle.slice(from, to)) {
          current.load(true, value, true)
          call(key, Option.none())
          state.delete(key)
        }
      })
    }
  } catch (cause) {
    throw failedFor(at, cause)
  }
  return out
}

/**
 * Calls the function of a {@link StateSpec} for each record, with the key, the value and the state of the key. The
 * function may read, update and remove the state. Its results are the records of the stream. Within a partition the
 * function is called in the order of the records, and each call sees the state that the calls before it left. Spark:
 * `PairDStreamFunctions.mapWithState`.
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
    const { initial, invalid, partitioning } = spec
    const isSpec = typeof spec.f === "function"
    const { check } = checked("mapWithState", partitioning)
    const stream: DStream<A, E, R> = stateful(
      "mapWithState",
      self,
      [isSpec ? spec.f : neverCalled],
      callSite(),
      (f) => ({ batch, data }) => ({
        ...chosen(batch, partitioning),
        data: data ?? empty(),
        keyed: false,
        initial,
        expects: undefined,
        whole: undefined,
        f: (state, pairs, _, __, initial) => step(f, spec, batch.time, state, pairs, initial),
      }),
      {
        idleTimeout: spec.timeoutMillis,
        durable: { format: spec.format },
        check: (batchDuration) => [
          ...(isSpec ? [] : ["it takes a StateSpec: make one of the function with StateSpec.function"]),
          ...(invalid === undefined ? [] : [invalid.message]),
          ...(check?.(batchDuration) ?? []),
        ],
      },
    )
    return Object.assign(stream, { "~dstream/MapWithState": (_: never): readonly [K, S] => _ })
  },
)

/**
 * Makes a stream of every key with its state at the end of each batch. The cost of a batch grows with the number of
 * keys. Spark: `MapWithStateDStream.stateSnapshots`.
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
    [],
    (rdd): RDD<[K, S], E, R> => makeRDD("stateSnapshots", [rdd], { kind: "view", f: entriesOf }),
  )
