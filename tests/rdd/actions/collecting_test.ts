import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const ten = RDD.parallelize([5, 3, 8, 1, 9, 2, 7, 4, 6, 10], { partitions: 3 })
const none = RDD.parallelize<number>([], { partitions: 2 })

onEngines("collect(), count() and first() read partitions in order", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* RDD.collect(ten), [5, 3, 8, 1, 9, 2, 7, 4, 6, 10])
    assert.equal(yield* RDD.count(ten), 10)
    assert.equal(yield* RDD.first(ten), 5)
    assert.equal(yield* RDD.isEmpty(ten), false)
  }))

onEngines("take() returns the first n records, all of them, or none", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* ten.pipe(RDD.take(4)), [5, 3, 8, 1])
    assert.deepEqual(yield* RDD.take(ten, 99), [5, 3, 8, 1, 9, 2, 7, 4, 6, 10])
    assert.deepEqual(yield* RDD.take(ten, 0), [])
    assert.deepEqual(yield* RDD.take(ten, -1), [])
  }))

onEngines("take() computes partitions in growing rounds: 1, then 4 more, then the rest", () =>
  Effect.gen(function* () {
    const ran: Array<number> = []
    const rdd = RDD.range(0, 20, { partitions: 10 }).pipe(RDD.mapPartitions((part, i) => {
      ran.push(i)
      return part
    }))
    assert.deepEqual(yield* RDD.take(rdd, 2), [0, 1])
    assert.deepEqual(ran.splice(0), [0])
    assert.deepEqual(yield* RDD.take(rdd, 3), [0, 1, 2])
    assert.deepEqual(ran.splice(0), [0, 1, 2, 3, 4])
    assert.equal((yield* RDD.take(rdd, 11)).length, 11)
    assert.deepEqual(ran, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  }))

onEngines("actions on an empty RDD return nothing; first() fails with EmptyCollection", () =>
  Effect.gen(function* () {
    for (const rdd of [none, RDD.empty<number>()]) {
      assert.deepEqual(yield* RDD.collect(rdd), [])
      assert.equal(yield* RDD.count(rdd), 0)
      assert.deepEqual(yield* RDD.take(rdd, 3), [])
      assert.equal(yield* RDD.isEmpty(rdd), true)
      const failure = yield* Effect.flip(RDD.first(rdd))
      assert.equal(failure._tag, "EmptyCollection")
      assert.match(failure.message, /^empty collection/)
    }
  }))

holdsOnEngines(
  "collect(), count() and take() agree with the array, whatever the partitions",
  fc.tuple(sliced(anyKey), fc.integer({ min: 0, max: 14 })),
  ([input, n]) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* RDD.collect(rddOf(input)), input.data)
      assert.equal(yield* RDD.count(rddOf(input)), input.data.length)
      assert.deepEqual(yield* RDD.take(rddOf(input), n), input.data.slice(0, n))
    }),
)
