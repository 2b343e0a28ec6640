import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

onEngines("takeSample() returns the same records as Spark, in the same order", () =>
  Effect.gen(function* () {
    const twenty = RDD.range(0, 20, { partitions: 2 })
    assert.deepEqual(yield* RDD.takeSample(twenty, 5, { seed: 1 }), [7, 5, 18, 12, 10])
    assert.deepEqual(yield* twenty.pipe(RDD.takeSample(5, { seed: 1, withReplacement: true })), [7, 12, 3, 14, 9])
    assert.equal((yield* RDD.takeSample(twenty, 30)).length, 20)
    assert.deepEqual(yield* RDD.takeSample(twenty, 0), [])
    assert.deepEqual(yield* RDD.takeSample(RDD.empty(), 3), [])
    const failure = yield* Effect.flip(RDD.takeSample(twenty, -1))
    assert.match(failure.message, /takeSample.*Negative number of elements requested/)
  }))

holdsOnEngines(
  "takeSample() returns n records, each at most once without replacement",
  fc.record({ rdd: sliced(fc.integer(), 20), n: fc.integer({ min: 0, max: 25 }), seed: fc.integer() }),
  ({ rdd, n, seed }) =>
    Effect.gen(function* () {
      const length = rdd.data.length
      const positions = rddOf({ ...rdd, data: rdd.data.map((_, i) => i) })
      const some = yield* RDD.takeSample(positions, n, { seed })
      assert.equal(some.length, Math.min(n, length))
      assert.equal(new Set(some).size, some.length)
      const more = yield* RDD.takeSample(positions, n, { seed, withReplacement: true })
      assert.equal(more.length, length === 0 ? 0 : n)
      assert.ok([...some, ...more].every((i) => i >= 0 && i < length))
    }),
)
