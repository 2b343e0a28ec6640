import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const six = RDD.parallelize([1, 2, 3, 4, 5, 10], { partitions: 2 })

onEngines(
  "histogram() returns the same counts as Spark, for a number of buckets, edges, and even edges",
  () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* six.pipe(RDD.histogram(2)), [[1, 5.5, 10], [5, 1]])
      assert.deepEqual(yield* RDD.histogram(six, [0, 5, 10]), [4, 2])
      assert.deepEqual(yield* six.pipe(RDD.histogram([0, 5, 10], { even: true })), [4, 2])
      assert.deepEqual(yield* RDD.histogram(six, [0, 3]), [3])
      assert.deepEqual(yield* RDD.histogram(six, [2, 4, 8]), [2, 2])
      assert.deepEqual(yield* RDD.histogram(RDD.parallelize([1, 2], { partitions: 1 }), [3, 1]), [0])
    }),
)

onEngines("histogram() has one bucket if all numbers are equal", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* RDD.histogram(RDD.parallelize([7, 7]), 5), [[7, 7], [2]])
  }))

onEngines("histogram() fails without a finite range, and with fewer than two edges", () =>
  Effect.gen(function* () {
    for (const numbers of [[], [1, Infinity], [NaN, 1]]) {
      const failure = yield* Effect.flip(RDD.histogram(RDD.parallelize<number>(numbers), 2))
      assert.equal(failure._tag, "NoRange")
      assert.match(failure.message, /^Histogram on either an empty RDD or RDD containing \+\/-infinity or NaN/)
    }
    assert.equal((yield* Effect.flip(RDD.histogram(RDD.empty<number>(), 2)))._tag, "EmptyCollection")
    for (const failing of [RDD.histogram(six, [1]), RDD.histogram(six, 0), RDD.histogram(six, 1.5)]) {
      const failure = yield* Effect.flip<unknown, { readonly message: string }, never>(failing as never)
      assert.match(failure.message, /buckets array must have at least two elements/)
    }
  }))

const naive = (data: ReadonlyArray<number>, edges: ReadonlyArray<number>) =>
  edges.slice(1).map((upper, i) =>
    data.filter((x) => x >= edges[i]! && (x < upper || (x === upper && i === edges.length - 2))).length
  )

holdsOnEngines(
  "histogram() by edges agrees with the naive count; NaN and numbers outside of the edges are not counted",
  fc.record({
    numbers: sliced(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(NaN, Infinity, -0, 0.5)), 30),
    edges: fc.uniqueArray(fc.integer({ min: -6, max: 6 }), { minLength: 2, maxLength: 6 }),
  }),
  ({ numbers, edges }) =>
    Effect.gen(function* () {
      const sorted = edges.toSorted((a, b) => a - b)
      assert.deepEqual(yield* RDD.histogram(rddOf(numbers), sorted), naive(numbers.data, sorted))
    }),
)

holdsOnEngines(
  "histogram() by number of buckets counts every number, from the smallest to the largest",
  fc.record({
    numbers: sliced(fc.integer({ min: -99, max: 99 }), 30).filter(({ data }) => data.length > 0),
    buckets: fc.integer({ min: 1, max: 7 }),
  }),
  ({ numbers, buckets }) =>
    Effect.gen(function* () {
      const [edges, counts] = yield* RDD.histogram(rddOf(numbers), buckets)
      assert.equal(counts.reduce((a, b) => a + b), numbers.data.length)
      assert.deepEqual([edges[0], edges.at(-1)], [Math.min(...numbers.data), Math.max(...numbers.data)])
      assert.equal(edges.length, counts.length + 1)
    }),
)
