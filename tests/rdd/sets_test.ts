import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Partitioner from "../../lib/partitioner.ts"
import * as RDD from "../../lib/rdd.ts"
import { anyKey, bag, holdsOnEngines, onEngines, rddOf, same, sliced } from "./run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })

onEngines("union() puts the partitions of the second after those of the first", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 3], 2).pipe(RDD.union(of([4, 1], 3)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[1], [2, 3], [], [4], [1]])
  }))

onEngines("unionAll() drops RDDs without partitions, and has the types of all", () =>
  Effect.gen(function* () {
    const all: RDD.RDD<number | string> = RDD.unionAll([of([1, 2], 2), RDD.empty<number>(), of(["a"], 1)])
    assert.deepEqual(yield* RDD.collect(RDD.glom(all)), [[1], [2], ["a"]])
    assert.deepEqual(yield* RDD.collect(RDD.unionAll([])), [])
  }))

onEngines("union() of RDDs with equal partitioners keeps it", () =>
  Effect.gen(function* () {
    const by = Partitioner.hash(2)
    const a = of<[string, number]>([["a", 1], ["b", 2]], 2).pipe(RDD.partitionBy(by))
    const b = of<[string, number]>([["a", 3], ["c", 4]], 2).pipe(RDD.partitionBy(Partitioner.hash(2)))
    const all = RDD.union(a, b)
    assert.deepEqual(yield* RDD.collect(RDD.glom(all)), [[["b", 2]], [["a", 1], ["a", 3], ["c", 4]]])
    assert.deepEqual(Option.map(yield* RDD.partitioner(all), Partitioner.show), Option.some("HashPartitioner(2)"))
    const mixed = RDD.union(a, RDD.partitionBy(b, Partitioner.hash(3)))
    assert.equal(yield* RDD.getNumPartitions(mixed), 5)
  }))

onEngines("distinct() keeps each record once, in as many partitions", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 1, 3, 2, 1], 2).pipe(RDD.distinct(), RDD.glom, RDD.collect)
    assert.deepEqual(parts.map(bag), [[2], [1, 3]])
    const three = yield* of(["x", "y", "x", "z"], 2).pipe(RDD.distinct({ partitions: 3 }), RDD.glom, RDD.collect)
    assert.deepEqual(three, [["x"], ["y"], ["z"]])
  }))

onEngines("intersection() keeps common records once", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 2, 3], 2).pipe(RDD.intersection(of([2, 3, 3, 4], 2)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[2], [3]])
  }))

onEngines(
  "subtract() keeps left records that are not right, as often as they are there",
  () =>
    Effect.gen(function* () {
      const parts = yield* of([1, 1, 2, 3], 2).pipe(RDD.subtract(of([2, 4], 5)), RDD.glom, RDD.collect)
      assert.deepEqual(parts, [[], [1, 1, 3]])
    }),
)

onEngines("cartesian() has every pair, in n times m partitions", () =>
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
  "the set operations mean the naive ones",
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
