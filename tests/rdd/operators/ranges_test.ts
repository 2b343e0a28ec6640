import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const ten = RDD.range(0, 10).pipe(RDD.map((n) => [n, n]))

onEngines(
  "range() divides keys into ranges; equal keys, or no keys, are in one range",
  () =>
    Effect.gen(function* () {
      const halves = yield* ten.pipe(Partitioner.range(2))
      assert.deepEqual([-5, 4, 5, 99].map(halves.getPartition), [0, 0, 1, 1])
      const down = yield* Partitioner.range(ten, 2, { ascending: false })
      assert.deepEqual([-5, 4, 5, 99].map(down.getPartition), [1, 1, 0, 0])
      assert.equal((yield* Partitioner.range(RDD.map(ten, () => ["a", 1]), 5)).getPartition("a"), 0)
      assert.equal((yield* Partitioner.range(RDD.empty<[number, number]>(), 5)).numPartitions, 1)
      assert.match((yield* Effect.flip(Partitioner.range(ten, 0))).message, /partitions is 0/)
      assert.ok(Partitioner.equals(halves, yield* Partitioner.range(ten, 2)))
    }),
)

holdsOnEngines(
  "range() orders pairs by partition",
  sliced(anyPair, 24),
  (pairs) =>
    Effect.gen(function* () {
      const rdd = rddOf(pairs)
      const parts = yield* rdd.pipe(
        RDD.partitionBy(yield* Partitioner.range(rdd, 3)),
        RDD.keys,
        RDD.glom,
        RDD.collect,
      )
      const sorted = parts.map((part) => part.toSorted(RDD.compare))
      assert.deepEqual(sorted.flat(), pairs.data.map((pair) => pair[0]).sort(RDD.compare))
    }),
)

onEngines(
  "filterByRange() includes both ends, keeps the partitioner, and accepts an order",
  () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* RDD.collect(RDD.keys(RDD.filterByRange(ten, 3, 5))), [3, 4, 5])
      const order = (a: number, b: number) => RDD.compare(b, a)
      assert.deepEqual(yield* ten.pipe(RDD.filterByRange(5, 3, { order }), RDD.values, RDD.collect), [3, 4, 5])
      const sorted = ten.pipe(RDD.sortByKey({ partitions: 4 }), RDD.filterByRange(3, 5))
      assert.equal((yield* RDD.partitioner(sorted))._tag, "Some")
      assert.deepEqual(yield* RDD.collect(RDD.keys(sorted)), [3, 4, 5])
    }),
)

holdsOnEngines(
  "filterByRange() agrees with the naive filter",
  fc.tuple(sliced(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer())), fc.integer(), fc.integer()),
  ([pairs, a, b]) =>
    Effect.gen(function* () {
      const [low, high] = [a % 10, b % 10]
      const found = yield* RDD.collect(RDD.filterByRange(rddOf(pairs), low, high))
      assert.deepEqual(found, pairs.data.filter(([key]) => key >= low && key <= high))
    }),
)
