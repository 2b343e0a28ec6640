/** Windows in accounts. */
import * as Effect from "effect/Effect"
import { RDD, Time } from "../../../mod.ts"
import type { AnyRDD } from "../rdd_nodes.ts"
import type { Evaluation, Ledger, Stream, Timed } from "./ledger.ts"
import { byHash, type Computed, computed, failing, Keyed, type Pair, partsOf, placed, SparkError } from "./records.ts"

/** The times in (from, to] at which a stream may have a value. */
const timesIn = ({ zeroTime }: Ledger, slide: number, from: number, to: number): ReadonlyArray<number> =>
  Time.to(Math.max(from, zeroTime) + slide, to, slide)

/** Says that the windows of a stream need its values: those of the times that some window covers. */
const keepFor = (ledger: Ledger, parent: Timed<unknown>, window: number, slide: number): void => {
  const { zeroTime } = ledger
  ledger.keep(parent, (time) => zeroTime + Math.ceil((time - zeroTime) / slide) * slide - window < time)
}

/** The values of a stream in a time range. DStream leaves out those of earlier batches whose computation failed. */
const collected = <A>(
  ledger: Ledger,
  parent: Timed<A>,
  from: number,
  to: number,
  compute: (value: A) => Evaluation<Computed<unknown>>,
): Evaluation<ReadonlyArray<readonly [time: number, value: A]>> =>
  Effect.gen(function* () {
    const found: Array<readonly [number, A]> = []
    for (const time of timesIn(ledger, parent.slide, from, to)) {
      const value = yield* parent.at(time)
      if (value === undefined) continue
      const fails = ledger.dialect.failures && time < ledger.now && "error" in (yield* compute(value))
      if (!fails) found.push([time, value])
    }
    return found
  })

/** The union of the RDDs of a window. */
export const window = (ledger: Ledger, parent: Stream, duration: number, slide = parent.slide): Stream => {
  keepFor(ledger, parent, duration, slide)
  return ledger.timed(slide, (time) =>
    Effect.map(
      collected(ledger, parent, time - duration, time, (rdd) => computed(partsOf(rdd))),
      (found): AnyRDD => RDD.unionAll(found.map(([, rdd]) => rdd)),
    ))
}

/** How a window with an inverse is reduced. */
export interface Inverse {
  readonly reduce: (a: unknown, b: unknown) => unknown
  readonly inverse: (a: unknown, b: unknown) => unknown
  readonly filter: (pair: Pair) => boolean
  readonly partitions: number
  readonly window: number
  readonly slide: number
}

type Batches = ReadonlyArray<readonly [time: number, values: Keyed<unknown>]>

/** Reduces each batch of a stream of pairs to one value for each key. */
const reducedBatches = (ledger: Ledger, parent: Stream, { reduce }: Inverse): Timed<Computed<Keyed<unknown>>> =>
  ledger.timed(parent.slide, (time) =>
    Effect.flatMap(parent.at(time), (rdd) => {
      if (rdd === undefined) return Effect.undefined
      return computed(Effect.map(partsOf(rdd), (parts) => {
        const values = new Keyed<unknown>()
        for (const [key, value] of parts.flat() as ReadonlyArray<Pair>) {
          values.set(key, values.has(key) ? reduce(values.get(key), value) : value)
        }
        return values
      }))
    }))

/** The value of a key in the window, how many batches are in it, and the time after which they came. */
interface Balance {
  readonly value: unknown
  readonly count: number
  readonly after: number
}

const NEITHER = "Neither previous window has value for key, nor new values found. " +
  "Are you sure your key class hashes consistently?"

/** Spark takes what has left out of the last window and adds what is new. A key that was there once stays. */
const likeSpark = (how: Inverse, before: Keyed<Balance>, leaving: Batches, entering: Batches): Keyed<Balance> => {
  const { filter, inverse, reduce } = how
  const found = new Keyed<Balance>()
  const keys = new Keyed<null>([before.entries, ...[...leaving, ...entering].map(([, values]) => values.entries)]
    .flatMap((entries) => entries.map(([key]) => [key, null] as const)))
  const valuesOf = (batches: Batches, key: unknown) =>
    batches.flatMap(([, values]) => values.has(key) ? [values.get(key)] : [])
  for (const [key] of keys.entries) {
    const [left, added] = [valuesOf(leaving, key), valuesOf(entering, key)]
    const balance = before.get(key)
    if (balance === undefined && added.length === 0) throw new SparkError("java.lang.Exception", NEITHER)
    const rest = balance !== undefined && left.length > 0 ? inverse(balance.value, left.reduce(reduce)) : balance?.value
    const value = balance === undefined
      ? added.reduce(reduce)
      : added.length === 0
      ? rest
      : reduce(rest, added.reduce(reduce))
    if (filter([key, value])) found.set(key, { value, count: 0, after: 0 })
  }
  return found
}

/** DStream counts the batches of each key, takes out only what was counted, and removes the key with its last batch. */
const likeDStream = (
  how: Inverse,
  before: Keyed<Balance>,
  leaving: Batches,
  entering: Batches,
  after: number,
): Keyed<Balance> => {
  const { filter, inverse, reduce } = how
  const found = new Keyed<Balance>(before.entries)
  for (const [time, values] of leaving) {
    for (const [key, left] of values.entries) {
      const balance = found.get(key)
      if (balance === undefined || time <= balance.after) continue
      const { count, value } = balance
      if (count === 1) found.delete(key)
      else found.set(key, { ...balance, value: inverse(value, left), count: count - 1 })
    }
  }
  for (const [, values] of entering) {
    for (const [key, added] of values.entries) {
      const balance = found.get(key)
      found.set(
        key,
        balance === undefined
          ? { value: added, count: 1, after }
          : { ...balance, value: reduce(balance.value, added), count: balance.count + 1 },
      )
    }
  }
  for (const [key, { value }] of found.entries) if (!filter([key, value])) found.delete(key)
  return found
}

const valuesIn = (found: ReadonlyArray<readonly [number, Computed<Keyed<unknown>>]>): Batches =>
  found.map(([time, batch]) => {
    if ("error" in batch) throw batch.error
    return [time, batch.value]
  })

/** A window of pairs that is reduced by key with an inverse. */
export const inverseWindow = (ledger: Ledger, parent: Stream, how: Inverse): Stream => {
  const { partitions, slide, window: duration } = how
  const batches = reducedBatches(ledger, parent, how)
  const taken = (from: number, to: number) => collected(ledger, batches, from, to, Effect.succeed)
  const attempt = (f: () => Keyed<Balance>): Evaluation<Computed<Keyed<Balance>>> => computed(Effect.sync(f))

  const sparks = (time: number): Evaluation<Computed<Keyed<Balance>>> =>
    Effect.gen(function* () {
      const last: Computed<Keyed<Balance>> = (yield* balances.at(time - slide)) ?? { value: new Keyed() }
      const leaving = yield* taken(time - slide - duration, time - duration)
      const entering = yield* taken(time - slide, time)
      if ("error" in last) return last
      return yield* attempt(() => likeSpark(how, last.value, valuesIn(leaving), valuesIn(entering)))
    })

  const ours = (time: number): Evaluation<Computed<Keyed<Balance>>> =>
    Effect.gen(function* () {
      const last = slide < duration ? balances.known(time - slide) : undefined
      const isNew = last === undefined || "error" in last
      const leaving = isNew ? [] : yield* taken(time - slide - duration, time - duration)
      const entering = yield* taken(isNew ? time - duration : time - slide, time)
      const before = isNew ? new Keyed<Balance>() : last.value
      const after = isNew ? time - duration : time - slide
      return yield* attempt(() => likeDStream(how, before, valuesIn(leaving), valuesIn(entering), after))
    })

  const balances = ledger.timed<Computed<Keyed<Balance>>>(slide, ledger.dialect.windows ? ours : sparks)
  keepFor(ledger, batches, ledger.dialect.windows ? duration : duration + slide, slide)
  ledger.keep(balances)
  return ledger.timed(slide, (time) =>
    Effect.map(balances.at(time), (found) => {
      if (found === undefined || "error" in found) return failing(found?.error)
      const pairs = found.value.entries.map(([key, { value }]): Pair => [key, value])
      return placed(byHash(pairs, partitions), true)
    }))
}
