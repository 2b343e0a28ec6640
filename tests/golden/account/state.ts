/** States in accounts: `updateStateByKey` and `mapWithState`. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { Partitioner, RDD, StateSpec } from "../../../mod.ts"
import type { NodeSpec } from "../case.ts"
import { iteratorFn, stateFn, type StateView, timedFn, updateFn } from "../state_functions.ts"
import { decode, textOf } from "../values.ts"
import type { Evaluation, Ledger, Stream, Timed } from "./ledger.ts"
import {
  byHash,
  type Computed,
  computed,
  failing,
  Keyed,
  type Pair,
  type PairParts,
  partsOf,
  placed,
} from "./records.ts"

type Values = ReadonlyArray<unknown>
type Row = readonly [key: unknown, values: Values, state: unknown]

/** A failure in one partition. */
class PartitionFailed extends Error {
  readonly _tag = "JobFailed"
  constructor(readonly partition: number, readonly reason: unknown) {
    super(`partition ${partition} failed`)
  }
}

/** A state for a key of another partition, as the library reports it. */
class Mismatch extends Error {
  readonly _tag = "Mismatch"
}

/** Calls `f` for each partition; a failure names the partition. */
const eachPartition = <A>(n: number, f: (partition: number) => A): ReadonlyArray<A> =>
  Array.from({ length: n }, (_, partition) => {
    try {
      return f(partition)
    } catch (error) {
      throw new PartitionFailed(partition, error)
    }
  })

const partitionsOf = (ledger: Ledger, node: NodeSpec): number => node.n ?? ledger.parallelism

const initialOf = (node: NodeSpec, n: number): PairParts =>
  byHash(new Keyed(decode(node.initial ?? []) as ReadonlyArray<Pair>).entries, n)

/** The pairs of an RDD, placed by the hash of their keys. */
const placedPairs = (rdd: RDD.RDD<unknown, unknown>, n: number): Evaluation<PairParts> =>
  partsOf(RDD.partitionBy(rdd as RDD.RDD<Pair, unknown>, Partitioner.hash(n))) as Evaluation<PairParts>

/**
 * Gives the version of a state before a time. Spark computes the batch before again, and so fails again if that fails. DStream
 * continues from the last version that there is.
 */
const versionBefore = <A>(
  ledger: Ledger,
  versions: Timed<Computed<A>>,
  time: number,
): Evaluation<Computed<A> | undefined> => {
  if (!ledger.dialect.failures) return versions.at(time - versions.slide)
  for (let at = time - versions.slide; at > ledger.zeroTime; at -= versions.slide) {
    const version = versions.known(at)
    if (version !== undefined && "value" in version) return Effect.succeed(version)
  }
  return Effect.undefined
}

/** Whether a state had an RDD before, even if that failed. */
const hasBegun = (ledger: Ledger, versions: Timed<unknown>, time: number): boolean => {
  for (let at = time - versions.slide; at > ledger.zeroTime; at -= versions.slide) {
    if (versions.known(at) !== undefined) return true
  }
  return false
}

/** The values and the state of each key of a partition: keys with a state come first, and their first state counts. */
const rowsOf = (values: ReadonlyArray<Pair>, states: ReadonlyArray<Pair>): ReadonlyArray<Row> => {
  const groups = new Keyed<Array<unknown>>()
  for (const [key, value] of values) groups.set(key, [...groups.get(key) ?? [], value])
  const known = new Keyed<unknown>(states)
  return [
    ...known.entries.map(([key, state]): Row => [key, groups.get(key) ?? [], state]),
    ...groups.entries.flatMap(([key, own]): ReadonlyArray<Row> => known.has(key) ? [] : [[key, own, undefined]]),
  ]
}

type Update = (rows: ReadonlyArray<Row>, time: number) => ReadonlyArray<Pair>

const updateOf = (node: NodeSpec): Update => {
  if (node.form === "iterator") {
    const f = iteratorFn(node.f)
    return (rows) => f(rows)
  }
  const [simple, timed] = node.form === "timed" ? [undefined, timedFn(node.f)] : [updateFn(node.f), undefined]
  return (rows, time) =>
    rows.flatMap(([key, values, state]): ReadonlyArray<Pair> => {
      const next = timed === undefined ? simple(values, state) : timed(time, key, values, state)
      return next === undefined ? [] : [[key, next]]
    })
}

/** Fails for a key that belongs to another partition. */
const refuseMisplaced = (pairs: ReadonlyArray<Pair>, partition: number, n: number): void => {
  for (const [key] of pairs) {
    const own = Partitioner.hash(n).getPartition(key)
    if (own === partition) continue
    throw new Mismatch(
      `its function gave the key ${textOf(key)} for partition ${partition}, but the key belongs to partition ${own}`,
    )
  }
}

/** The account of `updateStateByKey`. */
export const updateState = (ledger: Ledger, parent: Stream, node: NodeSpec): Stream => {
  const n = partitionsOf(ledger, node)
  const keyed = node.rememberPartitioner !== false
  const update = updateOf(node)
  const next = (values: PairParts, states: PairParts, time: number): PairParts =>
    eachPartition(n, (partition) => {
      const pairs = update(rowsOf(values[partition] ?? [], states[partition] ?? []), time)
      if (ledger.dialect.misplaced && keyed) refuseMisplaced(pairs, partition, n)
      return pairs
    })
  const versions: Timed<Computed<PairParts>> = ledger.timed(parent.slide, (time) =>
    Effect.gen(function* () {
      const before = yield* versionBefore(ledger, versions, time)
      const rdd = yield* parent.at(time)
      if (rdd === undefined && before === undefined && !hasBegun(ledger, versions, time)) return undefined
      if (before !== undefined && "error" in before) return before
      const states = before?.value ?? initialOf(node, n)
      return yield* computed(Effect.map(
        rdd === undefined ? Effect.succeed([]) : placedPairs(rdd, n),
        // Without its partitioner a state is placed anew in each batch.
        (values) => next(values, keyed ? states : byHash(states.flat(), n), time),
      ))
    }))
  ledger.keep(versions)
  return ledger.timed(parent.slide, (time) =>
    Effect.map(versions.at(time), (version) => {
      if (version === undefined) return undefined
      return "error" in version ? failing(version.error) : placed(version.value, keyed)
    }))
}

/** A state with the time of the last record of its key. */
interface Held {
  readonly value: unknown
  readonly time: number
}

/** The states of each partition after a batch, and the records that the function gave. */
interface Mapped {
  readonly states: ReadonlyArray<Keyed<Held>>
  readonly records: ReadonlyArray<ReadonlyArray<unknown>>
}

/** The state that the function of `mapWithState` is given for one key. */
class State implements StateView {
  isUpdated = false
  isRemoved = false
  #value: { readonly of: unknown } | undefined

  constructor(held: Held | undefined, readonly timingOut: boolean) {
    this.#value = held === undefined ? undefined : { of: held.value }
  }

  #refuse(what: string): never {
    throw new StateSpec.InvalidStateChange({ problem: `Cannot ${what}` })
  }

  exists(): boolean {
    return this.#value !== undefined
  }

  get(): unknown {
    if (this.#value === undefined) throw new Cause.NoSuchElementError("State is not set")
    return this.#value.of
  }

  update(value: unknown): void {
    if (this.isRemoved) this.#refuse("update the state after it has been removed")
    if (this.timingOut) this.#refuse("update the state that is timing out")
    this.#value = { of: value }
    this.isUpdated = true
  }

  remove(): void {
    if (this.timingOut) this.#refuse("remove the state that is timing out")
    if (this.isRemoved) this.#refuse("remove the state that has already been removed")
    this.#value = undefined
    this.isRemoved = true
  }

  isTimingOut(): boolean {
    return this.timingOut
  }

  toString(): string {
    return this.#value === undefined ? "<state not set>" : textOf(this.#value.of)
  }
}

/** One partition of `mapWithState` in one batch. `scans`: keys that have been idle for longer than the timeout end. */
const mapPartition = (
  node: NodeSpec,
  values: ReadonlyArray<Pair>,
  before: Keyed<Held>,
  time: number,
  scans: boolean,
) => {
  const f = stateFn(node.f)
  const timeout = node.timeout === undefined ? undefined : Number(node.timeout)
  const states = new Keyed<Held>(before.entries)
  const records: Array<unknown> = []
  const call = (key: unknown, value: unknown, state: State): void => {
    const result = f(key, value, state, time)
    if (node.arity !== 4 || (result !== null && result !== undefined)) records.push(result ?? null)
  }
  for (const [key, value] of values) {
    const state = new State(states.get(key), false)
    call(key, value, state)
    if (state.isRemoved) states.delete(key)
    else if (state.isUpdated || (state.exists() && timeout !== undefined)) {
      states.set(key, { value: state.get(), time })
    }
  }
  if (timeout !== undefined && scans) {
    for (const [key, held] of states.entries) {
      if (held.time >= time - timeout) continue
      call(key, undefined, new State(held, true))
      states.delete(key)
    }
  }
  return { states, records }
}

/** The account of `mapWithState`. Spark looks for idle keys at multiples of `every` milliseconds. */
export const mapWithState = (
  ledger: Ledger,
  parent: Stream,
  node: NodeSpec,
  every = 10 * parent.slide,
): { readonly records: Stream; readonly snapshots: Stream } => {
  const n = partitionsOf(ledger, node)
  const versions: Timed<Computed<Mapped>> = ledger.timed(parent.slide, (time) =>
    Effect.gen(function* () {
      const before = yield* versionBefore(ledger, versions, time)
      const rdd = yield* parent.at(time)
      if (before !== undefined && "error" in before) return before
      const states = before?.value.states ??
        initialOf(node, n).map((part) => new Keyed(part.map(([key, value]) => [key, { value, time }] as const)))
      const scans = ledger.dialect.timeouts || (time - ledger.zeroTime) % every === 0
      return yield* computed(Effect.map(
        rdd === undefined ? Effect.succeed([]) : placedPairs(rdd, n),
        (values: PairParts): Mapped => {
          const parts = eachPartition(n, (partition) =>
            mapPartition(node, values[partition] ?? [], states[partition] ?? new Keyed(), time, scans))
          return {
            states: parts.map((part) =>
              part.states
            ),
            records: parts.map((part) => part.records),
          }
        },
      ))
    }))
  ledger.keep(versions)
  const view = (parts: (mapped: Mapped) => ReadonlyArray<ReadonlyArray<unknown>>): Stream =>
    ledger.timed(parent.slide, (time) =>
      Effect.map(versions.at(time), (version) => {
        if (version === undefined) return undefined
        return "error" in version ? failing(version.error) : placed(parts(version.value), false)
      }))
  return {
    records: view(({ records }) => records),
    snapshots: view(({ states }) => states.map(({ entries }) => entries.map(([key, { value }]) => [key, value]))),
  }
}
