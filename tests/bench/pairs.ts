/** Operations on pairs by key: join, groupByKey, cogroup, distinct and sortByKey. */
import { DStream, RDD } from "@dstream/dstream"
import type { Effect } from "effect"
import type { Engine } from "../../lib/rdd/engine.ts"
import { hashPair, ints, type Pair, pairs } from "./data.ts"
import * as Hand from "./hand_pairs.ts"
import type { Bench } from "./report.ts"
import { againstHand, type Workload } from "./workload.ts"

type Pairs = ReadonlyArray<Pair>
type TwoSides = readonly [Pairs, Pairs]

const RECORDS = 100_000
const KEYS = 50_000

const sum = (total: number) => total

/** As many keys as half the records. */
const keysOf = (records: number): number => Math.ceil(records * KEYS / RECORDS)

const oneSide = (pool: number, records: number): Pairs => pairs(0, pool, records, keysOf(records))
const twoSides = (pool: number, records: number): TwoSides => [
  oneSide(pool, records),
  pairs(1, pool, records, keysOf(records)),
]

const inMemory = <A>(records: ReadonlyArray<A>): RDD.RDD<A> => RDD.parallelize<A>(records, { partitions: 1 })

/** Sums up a hash of each record. */
const sumOf = <A>(hash: (record: A) => number) => (rdd: RDD.RDD<A>): Effect.Effect<number, unknown, Engine> =>
  RDD.aggregate(rdd, 0, (total, record) => (total + hash(record)) | 0, (a, b) => (a + b) | 0)

const common = { records: RECORDS, rounds: 60, sum }
const sides = { ...common, input: twoSides, rdds: ([a, b]: TwoSides) => [inMemory(a), inMemory(b)] as const }
const side = { ...common, input: oneSide, rdds: (records: Pairs) => [inMemory(records)] as const }

/** A join of two streams. */
export const join: Workload<TwoSides, Pair, [number, [number, number]], number> = {
  ...sides,
  title: "join of two streams",
  byHand: ([left, right]) => Hand.join(left, right),
  chain: (left, right) => DStream.join(left, right),
  action: sumOf(([key, [a, b]]) => Hand.hashJoined(key, a, b)),
}

/** A cogroup of two streams. */
export const cogroup: Workload<
  TwoSides,
  Pair,
  [number, [ReadonlyArray<number>, ReadonlyArray<number>]],
  number
> = {
  ...sides,
  title: "cogroup of two streams",
  byHand: ([left, right]) => Hand.cogroup(left, right),
  chain: (left, right) => DStream.cogroup(left, right),
  action: sumOf(([key, [a, b]]) => Hand.hashCogroup(key, a, b)),
}

/** The values of each key. */
export const groupByKey: Workload<Pairs, Pair, [number, ReadonlyArray<number>], number> = {
  ...side,
  title: "groupByKey",
  byHand: Hand.grouped,
  chain: (stream) => DStream.groupByKey(stream),
  action: sumOf(([key, values]) => Hand.hashGroup(key, values)),
}

/** The different numbers of a stream. */
export const distinct: Workload<ReadonlyArray<number>, number, number, number> = {
  ...common,
  title: "distinct",
  input: (pool, records) => ints(pool, records).map((n) => n % keysOf(records)),
  rdds: (records) => [inMemory(records)],
  byHand: Hand.distinct,
  chain: (stream) => DStream.transform(stream, (rdd) => RDD.distinct(rdd)),
  action: sumOf((n) => hashPair(n, 1)),
}

/** Pairs in the order of their keys. */
export const sortByKey: Workload<Pairs, Pair, [number, number], Pairs> = {
  ...side,
  title: "sortByKey",
  byHand: Hand.sortByKey,
  chain: (stream) => DStream.transform(stream, (rdd) => RDD.sortByKey(rdd)),
  action: (rdd) => RDD.collect(rdd),
  sum: Hand.checksumInOrder,
}

/** The benchmarks of this file. */
export const onPairs: Readonly<Record<string, Bench>> = {
  join: againstHand(join, 100),
  cogroup: againstHand(cogroup, 100),
  groupbykey: againstHand(groupByKey, 100),
  distinct: againstHand(distinct, 100),
  sortbykey: againstHand(sortByKey, 100),
}
