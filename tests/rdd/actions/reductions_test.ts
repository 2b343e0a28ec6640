import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const ten = RDD.parallelize([5, 3, 8, 1, 9, 2, 7, 4, 6, 10], { partitions: 3 })
const three = RDD.parallelize([1, 2, 3], { partitions: 3 })
const none = RDD.parallelize<number>([], { partitions: 2 })
const add = (a: number, b: number) => a + b

onEngines("reduce() and treeReduce() reduce all records", () =>
  Effect.gen(function* () {
    assert.equal(yield* ten.pipe(RDD.reduce(add)), 55)
    assert.equal(yield* ten.pipe(RDD.treeReduce(add, { depth: 2 })), 55)
  }))

onEngines(
  "fold() and aggregate() use zero once for each partition and once for the merge",
  () =>
    Effect.gen(function* () {
      assert.equal(yield* ten.pipe(RDD.fold(0, add)), 55)
      assert.equal(yield* ten.pipe(RDD.fold(1, add)), 59)
      assert.equal(yield* three.pipe(RDD.fold(10, add)), 46)
      assert.equal(yield* RDD.aggregate(three, 10, add, add), 46)
    }),
)

onEngines("treeAggregate() uses zero as often as Spark does", () =>
  Effect.gen(function* () {
    assert.equal(yield* RDD.treeAggregate(three, 10, add, add, { depth: 2 }), 76)
  }))

onEngines(
  "aggregate() and treeAggregate() can return another type than that of the records",
  () =>
    Effect.gen(function* () {
      const seq = ([sum, count]: [number, number], n: number): [number, number] => [sum + n, count + 1]
      const comb = (a: [number, number], b: [number, number]): [number, number] => [a[0] + b[0], a[1] + b[1]]
      assert.deepEqual(yield* ten.pipe(RDD.aggregate([0, 0], seq, comb)), [55, 10])
      assert.deepEqual(yield* ten.pipe(RDD.treeAggregate([0, 0], seq, comb)), [55, 10])
    }),
)

onEngines(
  "reduce() and treeReduce() fail with EmptyCollection if there are no records; fold() returns zero",
  () =>
    Effect.gen(function* () {
      for (const rdd of [none, RDD.empty<number>()]) {
        assert.equal((yield* Effect.flip(RDD.reduce(rdd, add)))._tag, "EmptyCollection")
        assert.equal((yield* Effect.flip(RDD.treeReduce(rdd, add)))._tag, "EmptyCollection")
      }
      assert.equal(yield* RDD.fold(RDD.empty<number>(), 7, add), 7)
      assert.equal(yield* RDD.aggregate(RDD.empty<number>(), 7, add, add), 7)
    }),
)

onEngines("reduce() fails the job if the function throws while results are merged", () =>
  Effect.gen(function* () {
    const fail = (): number => {
      throw new Error("boom")
    }
    const failure = yield* Effect.flip(three.pipe(RDD.reduce(fail)))
    assert.ok(failure._tag === "JobFailed")
    assert.equal(failure.reason._tag, "FunctionFailed")
    assert.match(failure.message, /^reduce at reductions_test\.ts:\d+:\d+ failed: boom$/)
  }))

onEngines("treeReduce() fails with InvalidOption for a depth below 1", () =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(RDD.treeReduce(three, add, { depth: 0 }))
    assert.ok(failure._tag === "JobFailed")
    assert.equal(failure.reason._tag, "InvalidOption")
    assert.match(failure.message, /Depth must be greater than or equal to 1 but got 0\./)
  }))

const many = fc.record({
  data: fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 40 }),
  partitions: fc.integer({ min: 1, max: 30 }),
})

holdsOnEngines(
  "all reductions agree with the sum of the array, whatever the partitions and depth",
  fc.tuple(many, fc.integer({ min: 1, max: 4 })),
  ([input, depth]) =>
    Effect.gen(function* () {
      const rdd = rddOf(input)
      const expected = input.data.reduce(add, 0)
      assert.equal(yield* RDD.fold(rdd, 0, add), expected)
      assert.equal(yield* RDD.aggregate(rdd, 0, add, add), expected)
      assert.equal(yield* RDD.treeAggregate(rdd, 0, add, add, { depth }), expected)
      if (input.data.length === 0) return
      assert.equal(yield* RDD.reduce(rdd, add), expected)
      assert.equal(yield* RDD.treeReduce(rdd, add, { depth }), expected)
    }),
)

holdsOnEngines(
  "reduce() and aggregate() keep the order of records",
  sliced(fc.string({ maxLength: 2 })),
  (input) =>
    Effect.gen(function* () {
      const join = (a: string, b: string) => a + b
      assert.equal(yield* RDD.aggregate(rddOf(input), "", join, join), input.data.join(""))
    }),
)
