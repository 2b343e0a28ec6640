/**
 * What Spark does and DStream does otherwise on purpose, made of DStream's own operators. Cases that differ are run again
 * with these (see `relaxations.ts`): wherever it can be, what the library gives is part of what these give.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DStream, RDD } from "../../mod.ts"
import { NoRDD } from "../../lib/dstream/batch.ts"
import { CurrentState } from "../../lib/dstream/state/current_state.ts"
import { type FunctionRef, lookUp, type NodeSpec } from "./case.ts"
import { combineFn, predicateFn } from "./functions.ts"
import type { Build, Stream } from "./nodes.ts"
import { partitions } from "./rdd_nodes.ts"
import { stateFn } from "./state_functions.ts"
import { decode } from "./values.ts"

type Entries = ReadonlyArray<DStream.StateEntry<unknown, unknown, unknown>>
type Pair = readonly [unknown, unknown]
type Pairs = DStream.DStream<Pair, unknown>

/** Keys that have left a window stay, with what taking away their last value from itself gives. */
const keepKeys = (s: Pairs, node: NodeSpec): Stream => {
  const inverse = combineFn(node.inv)
  const filter = node.filter === undefined ? () => true : predicateFn(node.filter as FunctionRef)
  const keep = (entries: Entries): ReadonlyArray<Pair> =>
    entries.flatMap(([key, [value], state]): ReadonlyArray<Pair> => {
      if (value !== undefined) return [[key, value]]
      const last = Option.getOrUndefined(state)
      return [[key, inverse(last, last)] as const].filter(filter)
    })
  return DStream.updateStatePartitions(s, keep, partitions(node)) as Stream
}

const single = (s: Stream, change: (s: Pairs) => Stream): Stream => {
  const changed = change(DStream.map(s, (x): Pair => [null, x]) as Pairs)
  return DStream.map(changed, (pair) => (pair as Pair)[1] as never)
}

/** Zeros before the first other number are left out. */
const fromFirst = (s: Pairs): Stream => {
  const keep = (entries: Entries): ReadonlyArray<Pair> =>
    entries.flatMap(([key, [value], state]): ReadonlyArray<Pair> =>
      Option.isNone(state) && value === 0 ? [] : [[key, value]]
    )
  return DStream.updateStatePartitions(s, keep, { partitions: 1 }) as Stream
}

/** A key's state, the time of its last record, and what the function gave in this batch. */
interface Kept {
  readonly some: boolean
  readonly value: unknown
  readonly time: number
  readonly results: ReadonlyArray<unknown>
}

/** The streams of snapshots that go with streams of results. */
export const snapshots = new WeakMap<Stream, Stream>()

/** A stream that has an RDD in each of its batches. */
const orEmpty = (s: Pairs): Pairs =>
  DStream.make(
    "orEmpty",
    [s],
    [],
    () => Effect.catchIf(s, (error) => error instanceof NoRDD, () => Effect.succeed(RDD.empty<Pair>())),
    { slideDuration: s.slideDuration },
  ) as Pairs

/** `mapWithState` with a timeout that is looked after at multiples of an interval only. */
const scanned = (s: Pairs, node: NodeSpec): Stream => {
  const f = stateFn(node.f)
  const timeout = Number(node.timeout)
  const slide = s.slideDuration ?? Number(node.batchMs)
  const every = node.every === undefined ? 10 * slide : Number(node.every)
  const current = new CurrentState<unknown>()
  const next = (key: unknown, values: ReadonlyArray<unknown>, before: Kept | undefined, now: number): Kept => {
    const results: Array<unknown> = []
    const call = (value: unknown) => {
      const result = f(key, value, current, now)
      if (node.arity !== 4 || (result !== null && result !== undefined)) results.push(result ?? null)
    }
    let [some, value] = [before?.some === true, before?.value]
    for (const each of values) {
      current.load(some, value, false)
      call(each)
      some = current.exists()
      value = current.value
    }
    const time = values.length > 0 ? now : before?.time ?? now
    if (!some || time >= now - timeout || (now - Number(node.zeroTime)) % every !== 0) {
      return { some, value, time, results }
    }
    current.load(true, value, true)
    call(undefined)
    return { some: false, value: undefined, time, results }
  }
  const update = (entries: Entries, { time }: DStream.StatePartitionInfo): ReadonlyArray<Pair> =>
    entries.flatMap(([key, values, state]): ReadonlyArray<Pair> => {
      const before = Option.getOrUndefined(state) as Kept | undefined
      if (before?.some === false && values.length === 0) return []
      return [[key, next(key, values, before?.time === -1 ? { ...before, time } : before, time)]]
    })
  const initial = (decode(node.initial ?? []) as ReadonlyArray<Pair>)
    .map(([key, value]): Pair => [key, { some: true, value, time: -1, results: [] }])
  const all = DStream.updateStatePartitions(orEmpty(s), update, { initial, ...partitions(node) }) as Pairs
  const results = DStream.flatMap(all, ([, kept]) => (kept as Kept).results as ReadonlyArray<never>) as Stream
  snapshots.set(
    results,
    DStream.flatMap(all, ([key, kept]) => (kept as Kept).some ? [[key, (kept as Kept).value] as never] : []) as Stream,
  )
  return results
}

/** What is in one of two streams more often than in the other. */
const differing = (a: Stream, b: Stream): Stream => {
  const signed = (s: Stream, sign: number) => DStream.map(s, (x): Pair => [x, sign]) as Pairs
  const sums = DStream.reduceByKey(DStream.union(signed(a, 1), signed(b, -1)) as Pairs, combineFn("add"))
  return DStream.filter(sums, ([, n]) => n !== 0) as Stream
}

/** What is known of a key: the values of its batches, and its value in the window. */
interface Slid {
  readonly batches: ReadonlyArray<readonly [time: number, value: unknown]>
  /** The value, how many batches are in it, and the time after which they came. */
  readonly balance: readonly [value: unknown, count: number, after: number] | undefined
  readonly shown: boolean
}

/** `reduceByKeyAndWindow` with an inverse: Spark's, or a plain account of ours. */
const slid = (s: Pairs, node: NodeSpec): Stream => {
  const [f, inverse] = [combineFn(node.f), combineFn(node.inv)]
  const filter = node.filter === undefined ? () => true : predicateFn(node.filter as FunctionRef)
  const parent = s.slideDuration ?? Number(node.batchMs)
  const [window, slide] = [Number(node.window), Number(node.slide ?? parent)]

  const likeSpark = (batches: Slid["batches"], before: Slid["balance"], now: number): Slid["balance"] => {
    const leaving = batches.filter(([time]) => time > now - slide - window && time <= now - window)
    const entering = batches.filter(([time]) => time > now - slide).map(([, value]) => value)
    if (before === undefined) return entering.length === 0 ? undefined : [entering.reduce(f), 0, 0]
    const rest = leaving.length === 0 ? before[0] : inverse(before[0], leaving.map(([, value]) => value).reduce(f))
    return [entering.reduce(f, rest), 0, 0]
  }

  const likeOurs = (batches: Slid["batches"], known: Slid["balance"], now: number): Slid["balance"] => {
    const anew = slide >= window
    let balance = anew ? undefined : known
    for (const [time, value] of batches) {
      if (time > now - window) {
        if (time <= now - slide && !anew) continue
        balance = balance === undefined ? [value, 1, now - slide] : [f(balance[0], value), balance[1] + 1, balance[2]]
      } else if (!anew && balance !== undefined && time > balance[2]) {
        balance = balance[1] === 1 ? undefined : [inverse(balance[0], value), balance[1] - 1, balance[2]]
      }
    }
    return balance
  }

  const update = (entries: Entries, { time }: DStream.StatePartitionInfo): ReadonlyArray<Pair> =>
    entries.map(([key, values, state]): Pair => {
      const known = Option.getOrElse(state, () => ({ batches: [], balance: undefined })) as Slid
      const batches = [
        ...known.batches.filter(([at]) => at > time - slide - window),
        ...values.map((value) => [time, value] as const),
      ]
      if ((time - Number(node.zeroTime)) % slide !== 0) return [key, { batches, balance: known.balance, shown: false }]
      const balance = (node.op === "sparkWindow" ? likeSpark : likeOurs)(batches, known.balance, time)
      const shown = balance !== undefined && filter([key, balance[0]])
      return [key, { batches, balance: shown ? balance : undefined, shown }]
    })
  const n = node.n ?? Number(node.parallelism)
  const reduced = DStream.reduceByKey(orEmpty(s), f, { partitions: n })
  const all = DStream.updateStatePartitions(reduced, update, { partitions: n })
  const shown = DStream.flatMap(all, ([key, value]) => {
    const { shown, balance } = value as Slid
    return shown ? [[key, balance?.[0]] as never] : []
  })
  return DStream.partitionBy(DStream.window(shown, slide, { slide }), { partitions: n }) as Stream
}

const withOne = (s: Stream): Pairs => DStream.map(s, (x): Pair => [x, 1]) as Pairs
const counting = { f: "add", inv: "sub" }

/** Spark's windows with an inverse as it computes them. */
const sparkWindows: Readonly<Record<string, (s: Stream, node: NodeSpec) => Stream>> = {
  reduceByKeyAndWindow: (s, node) => slid(s as Pairs, node),
  reduceByWindow: (s, node) => single(s, (pairs) => slid(pairs, { ...node, n: 1 })),
  countByWindow: (s, node) => single(DStream.map(s, () => 1), (ones) => slid(ones, { ...node, ...counting, n: 1 })),
  countByValueAndWindow: (s, node) => slid(withOne(s), { ...node, ...counting, filter: "valueNonZero" }),
}

const whole = (s: Stream, node: NodeSpec): Stream =>
  DStream.window(s, Number(node.window), { slide: Number(node.slide) })

/** Plain accounts of ours. Windows that share no batch are made of nothing but what is in them. */
const plainWindows: typeof sparkWindows = {
  reduceByKeyAndWindow: (s, node) => slid(s as Pairs, node),
  reduceByWindow: (s, node) => DStream.reduce(whole(s, node), combineFn(node.f)),
  countByWindow: (s, node) => DStream.count(whole(s, node)),
  countByValueAndWindow: (s, node) => DStream.countByValue(whole(s, node), partitions(node)),
}

const standIn = (table: typeof sparkWindows): Build => (node, [s]) =>
  lookUp(table, String(node.of), "window")(s as Stream, node)

/** The stand-ins by the names that relaxations give them. */
export const standIns: Readonly<Record<string, Build>> = {
  keepKeys: (node, [s]) => keepKeys(s as Pairs, node),
  keepValue: (node, [s]) => single(s as Stream, (pairs) => keepKeys(pairs, { ...node, n: 1 })),
  orEmpty: (_, [s]) => orEmpty(s as Pairs) as Stream,
  fromFirst: (_, [s]) => single(s as Stream, fromFirst),
  scanned: (node, [s]) => scanned(s as Pairs, node),
  sparkWindow: standIn(sparkWindows),
  plainWindow: standIn(plainWindows),
  differing: (_, [a, b]) => differing(a as Stream, b as Stream),
}
