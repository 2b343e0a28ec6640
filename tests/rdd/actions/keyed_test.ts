import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, anyPair, bag, groupsOf, holdsOnEngines, onEngines, rddOf, same, sliced } from "../run.ts"

const pairs = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], { partitions: 2 })

onEngines("countByValue() counts equal records", () =>
  Effect.gen(function* () {
    const counts = yield* RDD.countByValue(RDD.parallelize(["a", "b", "a", "", "b", "a"], { partitions: 2 }))
    assert.deepEqual(bag(counts), [["", 1], ["a", 3], ["b", 2]])
  }))

onEngines("countByKey(), collectAsMap() and reduceByKeyLocally() return each key once", () =>
  Effect.gen(function* () {
    assert.deepEqual(bag(yield* RDD.countByKey(pairs)), [["a", 2], ["b", 1], ["c", 1]])
    assert.deepEqual(bag(yield* RDD.collectAsMap(pairs)), [["a", 3], ["b", 2], ["c", 4]])
    assert.deepEqual(bag(yield* pairs.pipe(RDD.reduceByKeyLocally((a, b) => a + b))), [["a", 4], ["b", 2], ["c", 4]])
  }))

onEngines("lookup() returns the values of a key in order", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* pairs.pipe(RDD.lookup("a")), [1, 3])
    assert.deepEqual(yield* RDD.lookup(pairs, "zz"), [])
  }))

onEngines("lookup() computes only one partition if the RDD has a partitioner", () =>
  Effect.gen(function* () {
    const ran: Array<number> = []
    const partitioned = pairs.pipe(
      RDD.partitionBy(Partitioner.hash(3)),
      RDD.mapPartitions((part, i) => {
        ran.push(i)
        return part
      }, { preservesPartitioning: true }),
    )
    assert.deepEqual(yield* RDD.lookup(partitioned, "a"), [1, 3])
    assert.deepEqual(ran, [1])
  }))

holdsOnEngines(
  "lookup() agrees with the naive filter",
  fc.tuple(sliced(anyPair), anyKey),
  ([input, key]) =>
    Effect.gen(function* () {
      const expected = input.data.filter((pair) => same(pair[0], key)).map((pair) => pair[1])
      assert.deepEqual(yield* RDD.lookup(rddOf(input), key), expected)
      assert.deepEqual(yield* RDD.lookup(RDD.partitionBy(rddOf(input), Partitioner.hash(2)), key), expected)
    }),
)

holdsOnEngines(
  "countByKey() and collectAsMap() agree with the naive groups",
  sliced(anyPair),
  (input) =>
    Effect.gen(function* () {
      const groups = groupsOf(input.data)
      assert.deepEqual(
        bag(yield* RDD.countByKey(rddOf(input))),
        bag(groups.map(([key, values]) => [key, values.length])),
      )
      assert.deepEqual(
        bag(yield* RDD.collectAsMap(rddOf(input))),
        bag(groups.map(([key, values]) => [key, values.at(-1)!])),
      )
    }),
)

holdsOnEngines("countByValue() agrees with the naive counts", sliced(anyKey), (input) =>
  Effect.gen(function* () {
    const groups = groupsOf(input.data.map((a) => [a, 1] as const))
    assert.deepEqual(bag(yield* RDD.countByValue(rddOf(input))), bag(groups.map(([a, ones]) => [a, ones.length])))
  }))
