import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const five = RDD.parallelize([1.5, 2.5, 4, -1, 3], { partitions: 2 })

onEngines(
  "stats() and the actions for single statistics return the same numbers as Spark",
  () =>
    Effect.gen(function* () {
      const { count, mean, sum, min, max, variance, stdev } = yield* RDD.stats(five)
      assert.deepEqual([count, mean, sum, min, max, variance, stdev], [5, 2, 10, -1, 4, 2.9, 1.70293863659264])
      assert.equal(yield* RDD.sum(five), 10)
      assert.equal(yield* RDD.mean(five), 2)
      for (const one of [RDD.variance, RDD.popVariance]) assert.equal(yield* one(five), 2.9)
      for (const one of [RDD.stdev, RDD.popStdev]) assert.equal(yield* one(five), 1.70293863659264)
      assert.equal(yield* RDD.sampleVariance(five), 3.625)
      assert.equal(yield* RDD.sampleStdev(five), 1.9039432764659772)
    }),
)

onEngines("stats() of no numbers returns the initial values of Spark's StatCounter", () =>
  Effect.gen(function* () {
    const none = RDD.parallelize<number>([], { partitions: 2 })
    const { count, mean, sum, min, max, variance, stdev, sampleVariance } = yield* RDD.stats(none)
    assert.deepEqual([count, mean, sum, min, max], [0, 0, 0, Infinity, -Infinity])
    assert.deepEqual([variance, stdev, sampleVariance], [NaN, NaN, NaN])
    assert.equal(yield* RDD.sampleVariance(RDD.parallelize([1])), NaN)
  }))

onEngines(
  "stats() fails with EmptyCollection if there are no partitions; sum() returns 0",
  () =>
    Effect.gen(function* () {
      const none = RDD.empty<number>()
      assert.equal((yield* Effect.flip(RDD.stats(none)))._tag, "EmptyCollection")
      assert.equal((yield* Effect.flip(RDD.mean(none)))._tag, "EmptyCollection")
      assert.equal(yield* RDD.sum(none), 0)
    }),
)

const close = (a: number, b: number) =>
  assert.ok(Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)), `${a} ${b}`)

holdsOnEngines(
  "stats() agrees with two naive passes, whatever the partitions",
  sliced(fc.double({ min: -1e4, max: 1e4, noNaN: true }), 40),
  (numbers) =>
    Effect.gen(function* () {
      const { data } = numbers
      const found = yield* RDD.stats(rddOf(numbers))
      const sum = data.reduce((a, b) => a + b, 0)
      const squares = data.reduce((all, x) => all + (x - sum / data.length) ** 2, 0)
      assert.equal(found.count, data.length)
      close(found.sum, sum)
      close(yield* RDD.sum(rddOf(numbers)), sum)
      close(found.mean, data.length === 0 ? 0 : sum / data.length)
      close(found.variance, data.length === 0 ? NaN : squares / data.length)
      close(found.sampleVariance, data.length < 2 ? NaN : squares / (data.length - 1))
      assert.equal(found.min, Math.min(...data))
      assert.equal(found.max, Math.max(...data))
    }),
)
