import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, bag, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const pairs = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], { partitions: 2 })

onEngines("partitionBy() places pairs by their keys, in order", () =>
  Effect.gen(function* () {
    const parts = yield* pairs.pipe(RDD.partitionBy(Partitioner.hash(3)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[["c", 4]], [["a", 1], ["a", 3]], [["b", 2]]])
  }))

onEngines("partitionBy() accepts a custom partitioner", () =>
  Effect.gen(function* () {
    const onlyA = Partitioner.make({ name: "onlyA", numPartitions: 2, getPartition: (key) => key === "a" ? 1 : 0 })
    const parts = yield* pairs.pipe(RDD.partitionBy(onlyA), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[["b", 2], ["c", 4]], [["a", 1], ["a", 3]]])
  }))

onEngines("repartition() spreads records evenly", () =>
  Effect.gen(function* () {
    const parts = yield* RDD.range(0, 8, { partitions: 2 }).pipe(RDD.repartition(4), RDD.glom, RDD.collect)
    assert.deepEqual(parts.map((part) => part.length), [2, 2, 2, 2])
    assert.deepEqual(bag(parts.flat()), [0, 1, 2, 3, 4, 5, 6, 7])
  }))

onEngines("coalesce() merges neighbouring partitions, and adds none without a shuffle", () =>
  Effect.gen(function* () {
    const six = RDD.range(1, 7, { partitions: 6 })
    assert.deepEqual(yield* six.pipe(RDD.coalesce(2), RDD.glom, RDD.collect), [[1, 2, 3], [4, 5, 6]])
    assert.deepEqual(yield* six.pipe(RDD.coalesce(3), RDD.glom, RDD.collect), [[1, 2], [3, 4], [5, 6]])
    assert.equal(yield* six.pipe(RDD.coalesce(9), RDD.getNumPartitions), 6)
    assert.equal(yield* six.pipe(RDD.coalesce(9, { shuffle: true }), RDD.getNumPartitions), 9)
  }))

onEngines("coalesce() has no partitioner, as in Spark", () =>
  Effect.gen(function* () {
    const placed = RDD.partitionBy(pairs, Partitioner.hash(3))
    for (const n of [1, 3, 5]) {
      assert.deepEqual(yield* RDD.partitioner(RDD.coalesce(placed, n)), Option.none())
    }
    const summed = RDD.reduceByKey(RDD.coalesce(placed, 3), (a) => a, { partitions: 3 })
    assert.equal(yield* RDD.count(summed), yield* RDD.count(RDD.groupByKey(pairs)))
  }))

onEngines("coalesce() and repartition() fail with InvalidOption for a count below 1", () =>
  Effect.gen(function* () {
    for (const rdd of [RDD.coalesce(pairs, 0), RDD.repartition(pairs, 0)]) {
      const { reason } = yield* Effect.flip(RDD.collect(rdd))
      assert.equal(reason._tag, "InvalidOption")
      assert.match(reason.message, /Number of partitions \(0\) must be positive\./)
    }
  }))

holdsOnEngines(
  "partitionBy(), repartition() and coalesce() keep all records and add none",
  fc.tuple(sliced(anyPair), fc.integer({ min: 1, max: 6 })),
  ([input, n]) =>
    Effect.gen(function* () {
      const rdd = rddOf(input)
      assert.deepEqual(bag(yield* RDD.collect(RDD.partitionBy(rdd, Partitioner.hash(n)))), bag(input.data))
      assert.deepEqual(bag(yield* RDD.collect(RDD.repartition(rdd, n))), bag(input.data))
      assert.deepEqual(yield* RDD.collect(RDD.coalesce(rdd, n)), input.data)
    }),
)
