import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const forty = RDD.range(0, 40, { partitions: 2 })
const glommed = <A>(rdd: RDD.RDD<A>) => RDD.collect(RDD.glom(rdd))

onEngines("sample() returns the same records as Spark", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* glommed(RDD.sample(forty, 0.5, { seed: 42 })), [
      [0, 1, 2, 8, 10, 11, 12, 13, 14, 15, 17, 18, 19],
      [21, 22, 24, 25, 29, 32, 34, 36, 38],
    ])
    assert.deepEqual(yield* glommed(forty.pipe(RDD.sample(0.2, { seed: 7 }))), [[10, 17, 19], [22, 37, 38]])
    const ten = RDD.range(0, 10, { partitions: 2 })
    const often = RDD.sample(ten, 1.5, { seed: 3, withReplacement: true })
    assert.deepEqual(yield* glommed(often), [[2, 4], [6, 7, 8, 9, 9, 9]])
  }))

onEngines(
  "sample() returns nothing for 0, everything for 1, and refuses invalid fractions and seeds",
  () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* RDD.collect(RDD.sample(forty, 0)), [])
      assert.deepEqual(yield* RDD.collect(RDD.sample(forty, 0, { withReplacement: true })), [])
      assert.equal(yield* RDD.count(RDD.sample(forty, 1)), 40)
      const failure = yield* Effect.flip(RDD.count(RDD.sample(forty, -0.5)))
      assert.match(failure.message, /Fraction must be nonnegative, but got -0.5/)
      assert.match((yield* Effect.flip(RDD.count(RDD.sample(forty, NaN)))).message, /fraction is NaN/)
      const tooMuch = yield* Effect.flip(RDD.count(RDD.sample(forty, 1.5)))
      assert.match(tooMuch.message, /Sampling fraction \(1.5\) must be on interval \[0, 1\]/)
      assert.ok((yield* RDD.count(RDD.sample(forty, 1.5, { withReplacement: true }))) > 0)
      assert.match((yield* Effect.flip(RDD.count(RDD.sample(forty, 1, { seed: 0.5 })))).message, /seed is 0.5/)
    }),
)

const seeds = fc.integer()

holdsOnEngines(
  "sample() returns some of the records in their order, and the same ones every time",
  fc.record({ rdd: sliced(fc.integer(), 30), fraction: fc.double({ min: 0, max: 1, noNaN: true }), seed: seeds }),
  ({ rdd, fraction, seed }) =>
    Effect.gen(function* () {
      const positions = rddOf({ ...rdd, data: rdd.data.map((_, i) => i) })
      const some = yield* RDD.collect(RDD.sample(positions, fraction, { seed }))
      assert.deepEqual(some, [...new Set(some)].sort((a, b) => a - b))
      assert.ok(some.every((i) => i < rdd.data.length))
      assert.deepEqual(yield* RDD.collect(RDD.sample(positions, fraction, { seed })), some)
    }),
)

Deno.test("sample() returns about the given fraction, with and without replacement, however small", async () => {
  const { layer } = await import("../../../lib/engine/local/engine.ts")
  const many = RDD.range(0, 40_000, { partitions: 4 })
  const run = RDD.count(many).pipe(
    Effect.andThen(Effect.gen(function* () {
      for (const fraction of [0.01, 0.3, 0.7, 0.99]) {
        for (const withReplacement of [false, true]) {
          const n = yield* RDD.count(RDD.sample(many, fraction, { seed: 5, withReplacement }))
          assert.ok(Math.abs(n - 40_000 * fraction) < 5 * Math.sqrt(40_000 * fraction), `${fraction}: ${n}`)
        }
      }
      const thrice = yield* RDD.count(RDD.sample(many, 3, { seed: 5, withReplacement: true }))
      assert.ok(Math.abs(thrice - 120_000) < 2_000)
    })),
  )
  await Effect.runPromise(Effect.provide(run, layer({ parallelism: 2 })))
})

onEngines("randomSplit() splits as Spark does", () =>
  Effect.gen(function* () {
    const parts = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.randomSplit([0.3, 0.7], { seed: 11 }))
    assert.deepEqual(yield* Effect.forEach(parts, RDD.collect), [
      [0, 1, 4, 7, 8, 13, 14, 16],
      [2, 3, 5, 6, 9, 10, 11, 12, 15, 17, 18, 19],
    ])
  }))

onEngines(
  "randomSplit() refuses negative weights, and weights whose sum is not positive and finite",
  () =>
    Effect.gen(function* () {
      const messages = yield* Effect.forEach(
        [[1, -1], [0, 0], [Infinity, 1]],
        (weights) => Effect.flip(RDD.count(RDD.randomSplit(forty, weights)[0]!)),
      )
      assert.match(messages[0]!.message, /Weights must be nonnegative, but got \[1,-1\]/)
      assert.match(messages[1]!.message, /Sum of weights must be positive, but got \[0,0\]/)
      assert.match(messages[2]!.message, /Sum of weights must be positive/)
      assert.deepEqual(RDD.randomSplit(forty, []), [])
    }),
)

holdsOnEngines(
  "randomSplit() puts every record in exactly one result, and none in a result with weight 0",
  fc.record({
    rdd: sliced(fc.integer(), 30),
    weights: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }).filter((all) =>
      all.some(Boolean)
    ),
    seed: seeds,
  }),
  ({ rdd, weights, seed }) =>
    Effect.gen(function* () {
      const positions = rddOf({ ...rdd, data: rdd.data.map((_, i) => i) })
      const parts = yield* Effect.forEach(RDD.randomSplit(positions, weights, { seed }), RDD.collect)
      assert.equal(parts.length, weights.length)
      assert.deepEqual(parts.flat().sort((a, b) => a - b), rdd.data.map((_, i) => i))
      parts.forEach((part, i) => weights[i] === 0 && assert.deepEqual(part, []))
    }),
)
