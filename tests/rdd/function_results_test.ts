/**
 * Every operation that takes a function refuses Promises and Effects that the function returns, and handles the
 * rejections of the Promises. The table must have every export of `RDD`.
 */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Accumulator, Partitioner, RDD } from "@dstream/dstream"
import { onEngines } from "./run.ts"

// deno-lint-ignore no-explicit-any
type Wrong = any
type Action = Effect.Effect<unknown, unknown, Wrong>

const numbers = RDD.parallelize([1, 2, 3, 4], { partitions: 2 })
const pairs = RDD.parallelize<[string, number]>([["a", 1], ["a", 2], ["b", 3], ["a", 4]], { partitions: 2 })
const add = (a: number, b: number): number => a + b

const collected = (rdd: RDD.RDD<unknown, unknown, unknown>): Action => RDD.collect(rdd) as Action

/** By operation: runs it with a function that returns wrong values, at each of the places that take one. */
const operations: Partial<Record<keyof typeof RDD, (wrong: Wrong) => ReadonlyArray<Action>>> = {
  aggregate: (f) => [RDD.aggregate(numbers, 0, f, add), RDD.aggregate(numbers, 0, add, f)],
  aggregateByKey: (f) => [
    collected(RDD.aggregateByKey(pairs, 0, f, add)),
    collected(RDD.aggregateByKey(pairs, 0, add, f)),
  ],
  combineByKey: (f) => {
    const combiners = { createCombiner: (n: number) => n, mergeValue: add, mergeCombiners: add }
    return (Object.keys(combiners) as Array<keyof typeof combiners>).flatMap((name) =>
      (name === "mergeCombiners" ? [true] : [true, false]).map((mapSideCombine) =>
        collected(RDD.combineByKey(pairs, { ...combiners, [name]: f }, { mapSideCombine }))
      )
    )
  },
  filter: (f) => [collected(RDD.filter(numbers, f))],
  filterByRange: (f) => [collected(RDD.filterByRange(pairs, "a", "b", { order: f }))],
  filterEffect: (f) => [
    collected(RDD.filterEffect(numbers, f)),
    collected(RDD.filterEffect(numbers, () => Effect.sync(f))),
  ],
  filterMap: (f) => [
    collected(RDD.filterMap(numbers, f)),
    collected(RDD.filterMap(numbers, () => Option.some(f()))),
    collected(RDD.filterMap(numbers, (() => 1) as Wrong)),
  ],
  flatMap: (f) => [collected(RDD.flatMap(numbers, f)), collected(RDD.flatMap(numbers, () => [f(), f()]))],
  flatMapEffect: (f) => [
    collected(RDD.flatMapEffect(numbers, f)),
    collected(RDD.flatMapEffect(numbers, () => Effect.sync(() => [f(), f()]))),
  ],
  flatMapValues: (f) => [
    collected(RDD.flatMapValues(pairs, f)),
    collected(RDD.flatMapValues(pairs, () => [f(), f()])),
  ],
  fold: (f) => [RDD.fold(numbers, 0, f)],
  foldByKey: (f) => [collected(RDD.foldByKey(pairs, 0, f))],
  foreach: (f) => [RDD.foreach(numbers, f)],
  foreachEffect: (f) => [RDD.foreachEffect(numbers, (n) => n > 4 ? Effect.void : f())],
  foreachPartition: (f) => [RDD.foreachPartition(numbers, f)],
  foreachPartitionEffect: (f) => [RDD.foreachPartitionEffect(numbers, (part) => part.length > 4 ? Effect.void : f())],
  groupBy: (f) => [collected(RDD.groupBy(numbers, f)), collected(RDD.groupBy(numbers, () => ["key", f()]))],
  keyBy: (f) => [collected(RDD.keyBy(numbers, f))],
  map: (f) => [
    collected(RDD.map(numbers, f)),
    collected(RDD.map(numbers, (n) => [n, f()])),
    collected(RDD.map(numbers, (n) => [n, 1, f()])),
    // The step after it hides what the step before has returned.
    collected(RDD.map(RDD.map(numbers, f), () => 1)),
    RDD.count(RDD.map(numbers, (n) => n === 4 ? f() : n)),
  ],
  mapEffect: (f) => [collected(RDD.mapEffect(numbers, f)), collected(RDD.mapEffect(numbers, () => Effect.sync(f)))],
  mapPartitions: (f) => [
    collected(RDD.mapPartitions(numbers, f)),
    collected(RDD.mapPartitions(numbers, (part) => part.map(() => f()))),
    collected(RDD.mapPartitions(numbers, (part) => part.map((n) => [n, f()]))),
  ],
  mapPartitionsEffect: (f) => [
    collected(RDD.mapPartitionsEffect(numbers, f)),
    collected(RDD.mapPartitionsEffect(numbers, (part) => Effect.sync(() => part.map(() => f())))),
  ],
  mapPartitionsWithIndex: (f) => [
    collected(RDD.mapPartitionsWithIndex(numbers, f)),
    collected(RDD.mapPartitionsWithIndex(numbers, (_, part) => part.map(() => f()))),
  ],
  mapValues: (f) => [collected(RDD.mapValues(pairs, f))],
  max: (f) => [RDD.max(numbers, { order: f })],
  min: (f) => [RDD.min(numbers, { order: f })],
  partitionBy: (f) => {
    const by = Partitioner.make({ name: "wrong", numPartitions: 2, getPartition: f })
    return [collected(RDD.partitionBy(pairs, by)), collected(RDD.reduceByKey(pairs, add, { partitioner: by }))]
  },
  pipe: (f) => [collected(RDD.pipe(numbers, ["cat"], { show: f }))],
  reduce: (f) => [RDD.reduce(numbers, f)],
  reduceByKey: (f) => [collected(RDD.reduceByKey(pairs, f))],
  reduceByKeyLocally: (f) => [RDD.reduceByKeyLocally(pairs, f)],
  repartitionAndSortWithinPartitions: (f) => [
    collected(RDD.repartitionAndSortWithinPartitions(pairs, Partitioner.hash(1), { order: f })),
  ],
  runJob: (f) => [RDD.runJob(numbers, f)],
  sortBy: (f) => [collected(RDD.sortBy(numbers, f)), collected(RDD.sortBy(numbers, (n) => n, { order: f }))],
  sortByKey: (f) => [collected(RDD.sortByKey(pairs, { order: f }))],
  takeOrdered: (f) => [RDD.takeOrdered(numbers, 1, { order: f })],
  top: (f) => [RDD.top(numbers, 1, { order: f })],
  treeAggregate: (f) => [RDD.treeAggregate(numbers, 0, f, add), RDD.treeAggregate(numbers, 0, add, f)],
  treeReduce: (f) => [RDD.treeReduce(numbers, f)],
  zipPartitions: (f) => [
    collected(RDD.zipPartitions(numbers, numbers, f)),
    collected(RDD.zipPartitions(numbers, numbers, (part) => part.map(() => f()))),
  ],
}

const takesNoFunction: ReadonlySet<string> = new Set(
  ("Compression CorruptBlock FileError Files NoRange PartialRecord ProcessFailed Processes binaryFiles binaryRecords cache " +
    "cartesian coalesce cogroup collect collectAsMap compare count countApprox countApproxDistinct " +
    "countApproxDistinctByKey countByKey countByKeyApprox countByValue countByValueApprox distinct empty first " +
    "fullOuterJoin getNumPartitions getStorageLevel glom groupByKey histogram intersection isCheckpointed isEmpty " +
    "isRDD join keys leftOuterJoin localCheckpoint lookup mean meanApprox objectFile parallelize partitioner persist " +
    "popStdev popVariance provide randomSplit range repartition rightOuterJoin sample sampleByKey sampleByKeyExact " +
    "sampleStdev sampleVariance saveAsObjectFile saveAsTextFile setName stats stdev subtract subtractByKey sum " +
    "sumApprox take takeSample text textFile toDebugString toLocalIterator union unionAll unpersist values variance " +
    "wholeTextFiles zip zipWithIndex zipWithUniqueId").split(" "),
)

Deno.test("the table of operations that take functions has all of them", () => {
  const missing = Object.keys(RDD).filter((name) => !(name in operations) && !takesNoFunction.has(name))
  assert.deepEqual(missing, [])
})

/** The operator, the tag of the reason and the message of the failure of an action. */
const failureOf = (action: Action): Effect.Effect<string, unknown> =>
  Effect.map(
    Effect.flip(action as Effect.Effect<unknown, { readonly operator?: string; readonly reason?: { _tag: string } }>),
    (error) => `${error.operator} ${error.reason?._tag} ${error}`,
  )

const wrongs: ReadonlyArray<readonly [what: string, wrong: Wrong]> = [
  ["a Promise", () => Promise.reject(new Error("never seen"))],
  ["an Effect", () => Effect.sync(() => 1)],
]
/** The operations that name another one in their failures: the one that they are made of. */
const operatorOf: Readonly<Record<string, string>> = {
  groupBy: "keyBy",
  sortBy: "",
  foreachEffect: "mapEffect",
  foreachPartitionEffect: "mapPartitionsEffect",
}
const takeEffects: ReadonlySet<string> = new Set(Object.keys(operations).filter((name) => name.endsWith("Effect")))

onEngines("operations refuse Promises and Effects that their functions return", () =>
  Effect.gen(function* () {
    for (const [name, runs] of Object.entries(operations)) {
      for (const [what, wrong] of wrongs) {
        if (what === "an Effect" && takeEffects.has(name)) continue
        for (const action of runs(wrong)) {
          const failure = yield* failureOf(action)
          assert.match(failure, /^\w+ Mismatch/, `${name} with ${what}`)
          assert(failure.startsWith(operatorOf[name] ?? name) || name === "partitionBy", failure)
        }
      }
    }
    // Rejections without a handler fail the test now.
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve)))
  }))

onEngines("comparisons that give no numbers are refused", () =>
  Effect.gen(function* () {
    const isLess: Wrong = (a: number, b: number) => a < b
    for (const action of operations.sortBy?.(isLess).slice(1) ?? []) {
      assert.match(yield* failureOf(action), /must give a number, but gave: boolean/)
    }
  }))

onEngines("comparisons that give NaN and filters that give Options are refused", () =>
  Effect.gen(function* () {
    for (const action of operations.sortBy?.((() => NaN) as Wrong).slice(1) ?? []) {
      assert.match(yield* failureOf(action), /must give a number, but gave: NaN/)
    }
    for (const action of operations.filter?.((() => Option.none()) as Wrong) ?? []) {
      assert.match(yield* failureOf(action), /^filter Mismatch.*must give a boolean, but gave: an Option/)
    }
  }))

/** By operator of pairs: an action on records that are no pairs. */
const ofPairs: Readonly<Record<string, (records: typeof pairs) => Action>> = {
  cogroup: (records) => collected(RDD.cogroup(pairs, records)),
  collectAsMap: (records) => RDD.collectAsMap(records),
  combineByKey: (records) =>
    collected(RDD.combineByKey(records, {
      createCombiner: (n) => n,
      mergeValue: add,
      mergeCombiners: add,
    })),
  countByKey: (records) => RDD.countByKey(records),
  filterByRange: (records) => collected(RDD.filterByRange(records, "a", "b")),
  flatMapValues: (records) => collected(RDD.flatMapValues(records, (v) => [v])),
  groupByKey: (records) => collected(RDD.groupByKey(records)),
  join: (records) => collected(RDD.join(pairs, records)),
  keys: (records) => collected(RDD.keys(records)),
  leftOuterJoin: (records) => collected(RDD.leftOuterJoin(records, pairs)),
  lookup: (records) => RDD.lookup(records, "a"),
  mapValues: (records) => collected(RDD.mapValues(records, (v) => v)),
  partitionBy: (records) => collected(RDD.partitionBy(records, Partitioner.hash(2))),
  reduceByKey: (records) => collected(RDD.reduceByKey(records, add)),
  reduceByKeyLocally: (records) => RDD.reduceByKeyLocally(records, add),
  sampleByKey: (records) => collected(RDD.sampleByKey(records, [["a", 1]])),
  sortByKey: (records) => collected(RDD.sortByKey(records)),
  subtractByKey: (records) => collected(RDD.subtractByKey(records, pairs)),
  values: (records) => collected(RDD.values(records)),
}

onEngines("operators of pairs refuse other records", () =>
  Effect.gen(function* () {
    for (const [name, run] of Object.entries(ofPairs)) {
      for (const wrong of [5, "ab", undefined, null, { a: 1 }, ["a"], ["a", 1, 2]]) {
        const made: ReadonlyArray<Wrong> = [RDD.parallelize([["a", 1], wrong]), RDD.map(numbers, () => wrong)]
        for (const records of made) {
          const failure = yield* failureOf(run(records))
          assert.match(failure, new RegExp(`^${name} Mismatch.*must be pairs`), `${name} with ${JSON.stringify(wrong)}`)
        }
      }
    }
  }))

onEngines("accumulators refuse Promises that their functions return", () =>
  Effect.gen(function* () {
    const rejected: Wrong = () => Promise.reject(new Error("never seen"))
    const adding = Accumulator.make<number, number>({ zero: () => 0, add: rejected, merge: add })
    assert.match(yield* failureOf(RDD.foreach(numbers, adding.add) as Action), /Mismatch/)
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve)))
  }))
