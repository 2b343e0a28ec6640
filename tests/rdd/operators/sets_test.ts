import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, bag, holdsOnEngines, onEngines, rddOf, same, sliced } from "../run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })

onEngines(
  "distinct() keeps the partitioner of its parent where it changes no number of partitions",
  () =>
    Effect.gen(function* () {
      const pairs = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 1], ["a", 3], ["c", 4], ["b", 2]], {
        partitions: 3,
      })
      const placed = RDD.partitionBy(pairs, Partitioner.hash(2))
      for (const same of [RDD.distinct(placed), RDD.distinct(placed, { partitions: 2 })]) {
        const by = yield* RDD.partitioner(same)
        assert.ok(Option.isSome(by) && Partitioner.equals(by.value, Partitioner.hash(2)))
        const parts = yield* RDD.collect(RDD.glom(same))
        const once = [["a", 1], ["b", 2], ["a", 3], ["c", 4]] as ReadonlyArray<[string, number]>
        const of = (partition: number) => once.filter(([key]) => Partitioner.hash(2).getPartition(key) === partition)
        assert.deepEqual(parts, [of(0), of(1)])
      }
      for (const other of [RDD.distinct(placed, { partitions: 3 }), RDD.distinct(pairs)]) {
        assert.deepEqual([yield* RDD.partitioner(other), yield* RDD.getNumPartitions(other)], [Option.none(), 3])
        assert.equal(yield* RDD.count(other), 4)
      }
      const counted = RDD.reduceByKey(RDD.map(RDD.distinct(placed), ([key]) => [key, 1]), (a, b) => a + b)
      assert.deepEqual(bag(yield* RDD.collect(counted)), [["a", 2], ["b", 1], ["c", 1]])
    }),
)

onEngines("distinct() keeps each record once, in as many partitions as before", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 1, 3, 2, 1], 2).pipe(RDD.distinct(), RDD.glom, RDD.collect)
    assert.deepEqual(parts.map(bag), [[2], [1, 3]])
    const three = yield* of(["x", "y", "x", "z"], 2).pipe(RDD.distinct({ partitions: 3 }), RDD.glom, RDD.collect)
    assert.deepEqual(three, [["x"], ["y"], ["z"]])
  }))

onEngines(
  "distinct() of one partition keeps the first of equal records, and fails for a record that is no key",
  () =>
    Effect.gen(function* () {
      const one = of<ReadonlyArray<number> | number>([[2], 1, [2], 1, 3], 1)
      assert.deepEqual(yield* RDD.collect(RDD.distinct(one)), [[2], 1, 3])
      assert.deepEqual(
        yield* RDD.collect(RDD.glom(RDD.distinct(one, { partitions: 2 }))).pipe(Effect.map((a) => a.length)),
        2,
      )
      const failure = yield* Effect.flip(RDD.collect(RDD.distinct(of([{ a: 1 }], 1))))
      assert.match(String(failure), /distinct/)
      assert.match(String(failure), /Unsupported key: object/)
    }),
)

onEngines("intersection() keeps each common record once", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 2, 3], 2).pipe(RDD.intersection(of([2, 3, 3, 4], 2)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[2], [3]])
  }))

onEngines(
  "subtract() keeps the left records that are not on the right, with duplicates",
  () =>
    Effect.gen(function* () {
      const parts = yield* of([1, 1, 2, 3], 2).pipe(RDD.subtract(of([2, 4], 5)), RDD.glom, RDD.collect)
      assert.deepEqual(parts, [[], [1, 1, 3]])
      assert.equal(yield* RDD.getNumPartitions(RDD.subtract(of([1], 2), of([2], 5), {})), 2)
    }),
)

onEngines("cartesian() returns every pair, in n times m partitions", () =>
  Effect.gen(function* () {
    const pairs: RDD.RDD<[number, string]> = of([1, 2, 3], 2).pipe(RDD.cartesian(of(["x", "y"], 2)))
    assert.deepEqual(yield* RDD.collect(RDD.glom(pairs)), [
      [[1, "x"]],
      [[1, "y"]],
      [[2, "x"], [3, "x"]],
      [[2, "y"], [3, "y"]],
    ])
  }))

const once = <A>(data: ReadonlyArray<A>) => data.filter((a, i) => data.findIndex((b) => same(a, b)) === i)
const has = (data: ReadonlyArray<unknown>, a: unknown) => data.some((b) => same(a, b))

holdsOnEngines(
  "the set operators agree with the naive ones",
  fc.tuple(sliced(anyKey), sliced(anyKey)),
  ([a, b]) =>
    Effect.gen(function* () {
      const left = rddOf(a)
      const right = rddOf(b)
      assert.deepEqual(yield* RDD.collect(RDD.union(left, right)), [...a.data, ...b.data])
      assert.deepEqual(bag(yield* RDD.collect(RDD.distinct(left))), bag(once(a.data)))
      const common = once(a.data).filter((x) => has(b.data, x))
      assert.deepEqual(bag(yield* RDD.collect(RDD.intersection(left, right))), bag(common))
      const rest = a.data.filter((x) => !has(b.data, x))
      assert.deepEqual(bag(yield* RDD.collect(RDD.subtract(left, right))), bag(rest))
      const pairs = a.data.flatMap((x) => b.data.map((y) => [x, y]))
      assert.deepEqual(bag<unknown>(yield* RDD.collect(RDD.cartesian(left, right))), bag(pairs))
    }),
)
