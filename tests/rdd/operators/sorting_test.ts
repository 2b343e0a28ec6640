import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })
const identity = <A>(a: A): A => a

onEngines("sortBy() divides keys into the same ranges as Spark", () =>
  Effect.gen(function* () {
    const sorted = (data: ReadonlyArray<number>, partitions: number) =>
      of(data, partitions).pipe(RDD.sortBy(identity), RDD.glom, RDD.collect)
    assert.deepEqual(yield* sorted([3, 1, 2], 2), [[1, 2], [3]])
    assert.deepEqual(yield* sorted([9, 8], 2), [[8], [9]])
    assert.deepEqual(yield* sorted([5, 3, 9, 1, 7, 2], 2), [[1, 2, 3], [5, 7, 9]])
    assert.deepEqual(yield* sorted([], 2), [[]])
    assert.deepEqual(yield* sorted([4], 3), [[4]])
    assert.deepEqual(yield* sorted([1, 1, 1, 1], 3), [[1, 1, 1, 1], []])
  }))

onEngines("sortBy() returns records without keys, also descending and in one partition", () =>
  Effect.gen(function* () {
    const words = of(["ccc", "a", "bb", "dddd"], 2)
    const parts = words.pipe(RDD.sortBy((word) => word.length, { ascending: false, partitions: 1 }), RDD.glom)
    assert.deepEqual(yield* RDD.collect(parts), [["dddd", "ccc", "bb", "a"]])
  }))

onEngines("sortBy() accepts an order", () =>
  Effect.gen(function* () {
    const order = (a: string, b: string) => RDD.compare(a.toLowerCase(), b.toLowerCase())
    assert.deepEqual(yield* of(["b", "C", "A"], 2).pipe(RDD.sortBy(identity<string>, { order }), RDD.collect), [
      "A",
      "b",
      "C",
    ])
  }))

onEngines("sortByKey() keeps equal keys together and in order", () =>
  Effect.gen(function* () {
    const pairs = of<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], 2)
    assert.deepEqual(yield* pairs.pipe(RDD.sortByKey(), RDD.glom, RDD.collect), [[["a", 1], ["a", 3]], [["b", 2], [
      "c",
      4,
    ]]])
    const down = pairs.pipe(RDD.sortByKey({ ascending: false, partitions: 1 }), RDD.glom)
    assert.deepEqual(yield* RDD.collect(down), [[["c", 4], ["b", 2], ["a", 1], ["a", 3]]])
  }))

onEngines("sortBy() fails with UnsupportedKey for keys without an order", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(of([{ n: 2 }, { n: 1 }], 1).pipe(RDD.sortBy(identity), RDD.collect))
    assert.equal(reason._tag, "UnsupportedKey")
  }))

onEngines(
  "sortByKey() fails with InvalidOption for a partition count that is not positive",
  () =>
    Effect.gen(function* () {
      const pairs = of<[string, number]>([["a", 1]], 2)
      const { reason } = yield* Effect.flip(RDD.collect(RDD.sortByKey(pairs, { partitions: -1 })))
      assert.equal(reason._tag, "InvalidOption")
    }),
)

onEngines(
  "repartitionAndSortWithinPartitions() sorts each partition of the partitioner",
  () =>
    Effect.gen(function* () {
      const pairs = of<[number, string]>([[3, "c"], [1, "a"], [4, "d"], [2, "b"], [6, "f"]], 2)
      const parts = pairs.pipe(RDD.repartitionAndSortWithinPartitions(Partitioner.hash(2)), RDD.glom)
      assert.deepEqual(yield* RDD.collect(parts), [[[2, "b"], [4, "d"], [6, "f"]], [[1, "a"], [3, "c"]]])
    }),
)

holdsOnEngines(
  "sortByKey() agrees with a stable sort of all pairs, in at most n partitions",
  fc.tuple(sliced(anyPair), fc.boolean(), fc.integer({ min: 1, max: 4 })),
  ([input, ascending, partitions]) =>
    Effect.gen(function* () {
      const parts = yield* rddOf(input).pipe(RDD.sortByKey({ ascending, partitions }), RDD.glom, RDD.collect)
      const direction = ascending ? 1 : -1
      assert.deepEqual(parts.flat(), input.data.toSorted((a, b) => direction * RDD.compare(a[0], b[0])))
      assert.ok(parts.length >= 1 && parts.length <= partitions)
    }),
)

onEngines("sortByKey() agrees with a stable sort for many numbers", () =>
  Effect.gen(function* () {
    const values = Array.from({ length: 2000 }, (_, i) => Math.imul(i, 0x9e3779b1) % 700)
    for (const others of [[], [NaN, -0, 0, Infinity, 0.5], ["not a number"]]) {
      const input = [...values, ...others].map((key, i): [string | number, number] => [key, i])
      for (const direction of [1, -1]) {
        const sorted = of(input, 2).pipe(RDD.sortByKey({ ascending: direction === 1, partitions: 2 }), RDD.collect)
        assert.deepEqual(yield* sorted, input.toSorted((a, b) => direction * RDD.compare(a[0], b[0])))
      }
    }
  }))

onEngines("sortBy() after a shuffle has one partition for each range of keys", () =>
  Effect.gen(function* () {
    const sorted = RDD.parallelize(["a", "bb", "ccc"], { partitions: 2 }).pipe(
      RDD.distinct(),
      RDD.sortBy((word: string) => word.length, { ascending: false }),
    )
    assert.equal(yield* RDD.getNumPartitions(sorted), 2)
    assert.deepEqual(yield* RDD.take(sorted, 5), ["ccc", "bb", "a"])
  }))

onEngines("sortBy() accepts keys of any type with a given order", () =>
  Effect.gen(function* () {
    const people = RDD.parallelize([{ age: 40 }, { age: 31 }, { age: 35 }], { partitions: 2 })
    const sorted = RDD.sortBy(people, (person) => person, { order: (a, b) => a.age - b.age })
    assert.deepEqual(yield* RDD.collect(sorted), [{ age: 31 }, { age: 35 }, { age: 40 }])
  }))
