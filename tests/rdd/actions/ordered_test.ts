import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const ten = RDD.parallelize([5, 3, 8, 1, 9, 2, 7, 4, 6, 10], { partitions: 3 })
const none = RDD.parallelize<number>([], { partitions: 2 })

onEngines("top() returns the largest records, takeOrdered() the smallest", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* ten.pipe(RDD.top(3)), [10, 9, 8])
    assert.deepEqual(yield* ten.pipe(RDD.takeOrdered(3)), [1, 2, 3])
    assert.deepEqual(yield* RDD.top(ten, 0), [])
    assert.deepEqual(yield* RDD.takeOrdered(ten, 50), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert.deepEqual(yield* RDD.top(none, 2), [])
  }))

onEngines("max() and min() return one record, also by a given order", () =>
  Effect.gen(function* () {
    assert.equal(yield* ten.pipe(RDD.max()), 10)
    assert.equal(yield* RDD.min(ten), 1)
    const order = (a: number, b: number) => RDD.compare(a % 5, b % 5)
    assert.equal(yield* RDD.max(ten, { order }), 9)
    assert.deepEqual(yield* RDD.top(ten, 2, { order }), [9, 4])
  }))

onEngines("max() and min() fail with EmptyCollection if there are no records", () =>
  Effect.gen(function* () {
    assert.equal((yield* Effect.flip(RDD.max(none)))._tag, "EmptyCollection")
    assert.equal((yield* Effect.flip(RDD.min(none)))._tag, "EmptyCollection")
  }))

holdsOnEngines(
  "takeOrdered(), top(), min() and max() agree with the sorted array",
  fc.tuple(sliced(anyKey), fc.integer({ min: 0, max: 14 })),
  ([input, n]) =>
    Effect.gen(function* () {
      const up = input.data.toSorted(RDD.compare)
      const down = input.data.toSorted((a, b) => RDD.compare(b, a))
      assert.deepEqual(yield* RDD.takeOrdered(rddOf(input), n), up.slice(0, n))
      assert.deepEqual(yield* RDD.top(rddOf(input), n), down.slice(0, n))
      if (up.length === 0) return
      assert.deepEqual(yield* RDD.min(rddOf(input)), up[0])
      assert.deepEqual(yield* RDD.max(rddOf(input)), down[0])
    }),
)
