import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { orderOf } from "../../../lib/rdd/ordering.ts"
import { anyKey, anyPair, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })
const identity = <A>(a: A): A => a

onEngines("sortBy() cuts ranges where Spark cuts them", () =>
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

onEngines("sortBy() keeps records only, descending and in one partition if told so", () =>
  Effect.gen(function* () {
    const words = of(["ccc", "a", "bb", "dddd"], 2)
    const parts = words.pipe(RDD.sortBy((word) => word.length, { ascending: false, partitions: 1 }), RDD.glom)
    assert.deepEqual(yield* RDD.collect(parts), [["dddd", "ccc", "bb", "a"]])
  }))

onEngines("sortBy() takes an order", () =>
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
  "sortByKey() means a stable sort of the whole, in at most n partitions",
  fc.tuple(sliced(anyPair), fc.boolean(), fc.integer({ min: 1, max: 4 })),
  ([input, ascending, partitions]) =>
    Effect.gen(function* () {
      const parts = yield* rddOf(input).pipe(RDD.sortByKey({ ascending, partitions }), RDD.glom, RDD.collect)
      const direction = ascending ? 1 : -1
      assert.deepEqual(parts.flat(), input.data.toSorted((a, b) => direction * RDD.compare(a[0], b[0])))
      assert.ok(parts.length >= 1 && parts.length <= partitions)
    }),
)

const anything = fc.oneof(anyKey, fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined))

Deno.test("compare() is a total order: antisymmetric and transitive", () => {
  fc.assert(fc.property(anything, anything, anything, (a, b, c) => {
    assert.equal(RDD.compare(a, b), RDD.compare(b, a) === 0 ? 0 : -RDD.compare(b, a))
    assert.equal(RDD.compare(a, a), 0)
    if (RDD.compare(a, b) <= 0 && RDD.compare(b, c) <= 0) assert.ok(RDD.compare(a, c) <= 0)
  }))
})

Deno.test("compare() puts NaN last among numbers and compares tuples element by element", () => {
  assert.deepEqual([NaN, 1, -Infinity, Infinity, 0].sort(RDD.compare), [-Infinity, 0, 1, Infinity, NaN])
  assert.deepEqual([[1, 2], [1], [0, 9]].sort(RDD.compare), [[0, 9], [1], [1, 2]])
  assert.equal(RDD.compare(-0, 0), 0)
  assert.equal(RDD.compare(1n, 1), 0)
})

onEngines("sortBy() after a shuffle lies in as many partitions as its keys have ranges", () =>
  Effect.gen(function* () {
    const sorted = RDD.parallelize(["a", "bb", "ccc"], { partitions: 2 }).pipe(
      RDD.distinct(),
      RDD.sortBy((word: string) => word.length, { ascending: false }),
    )
    assert.equal(yield* RDD.getNumPartitions(sorted), 2)
    assert.deepEqual(yield* RDD.take(sorted, 5), ["ccc", "bb", "a"])
  }))

onEngines("sortBy() sorts by keys that are no keys elsewhere, given their order", () =>
  Effect.gen(function* () {
    const people = RDD.parallelize([{ age: 40 }, { age: 31 }, { age: 35 }], { partitions: 2 })
    const sorted = RDD.sortBy(people, (person) => person, { order: (a, b) => a.age - b.age })
    assert.deepEqual(yield* RDD.collect(sorted), [{ age: 31 }, { age: 35 }, { age: 40 }])
  }))

Deno.test("orderOf() agrees with compare(), whatever the keys are", () => {
  const keys = fc.oneof(
    fc.array(fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(NaN, -0, Infinity))),
    fc.array(fc.string()),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
  )
  fc.assert(fc.property(keys, (keys) => {
    const order: (a: never, b: never) => number = orderOf(keys)
    assert.deepEqual((keys as Array<never>).toSorted(order), (keys as Array<never>).toSorted(RDD.compare))
  }))
})
