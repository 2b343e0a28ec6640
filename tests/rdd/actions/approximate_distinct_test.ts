import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, anyPair, groupsOf, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

onEngines(
  "countApproxDistinct() is as close to the number of distinct records as relativeSD says",
  () =>
    Effect.gen(function* () {
      const words = RDD.range(0, 20_000, { partitions: 3 }).pipe(RDD.map((n) => `word ${n % 5000}`))
      const rough = yield* RDD.countApproxDistinct(words)
      const fine = yield* words.pipe(RDD.countApproxDistinct({ relativeSD: 0.005 }))
      assert.ok(Math.abs(rough - 5000) < 5000 * 0.05 * 4, `${rough}`)
      assert.ok(Math.abs(fine - 5000) < 5000 * 0.005 * 4, `${fine}`)
    }),
)

onEngines("countApproxDistinct() distinguishes values of different types", () =>
  Effect.gen(function* () {
    const values = [1, "1", 1n, true, null, undefined, [1], Option.some(1), new Date(1), NaN, 0, ["a", 1]]
    const rdd = RDD.parallelize<unknown>([...values, ...values, -0, ["a", 1]], { partitions: 3 })
    assert.equal(yield* RDD.countApproxDistinct(rdd), values.length)
    assert.equal(yield* RDD.countApproxDistinct(RDD.empty()), 0)
  }))

onEngines(
  "countApproxDistinct() refuses records that cannot be keys, and accuracies out of range",
  () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(RDD.countApproxDistinct(RDD.parallelize([{ a: 1 }])))
      assert.equal(failure.reason._tag, "UnsupportedKey")
      for (const relativeSD of [0, 1e-5, -1, NaN, Infinity]) {
        const invalid = yield* Effect.flip(RDD.countApproxDistinct(RDD.empty(), { relativeSD }))
        assert.match(invalid.message, /relativeSD is/)
        const pairs = RDD.empty<[string, number]>()
        const keyed = yield* Effect.flip(RDD.collect(RDD.countApproxDistinctByKey(pairs, { relativeSD })))
        assert.match(keyed.message, /relativeSD is/)
      }
    }),
)

holdsOnEngines("countApproxDistinct() is exact for a few records", sliced(anyKey), (keys) =>
  Effect.gen(function* () {
    const different = groupsOf(keys.data.map((key) => [key, 0] as const)).length
    assert.equal(yield* RDD.countApproxDistinct(rddOf(keys), { relativeSD: 0.01 }), different)
  }))

holdsOnEngines(
  "countApproxDistinctByKey() is exact for a few values of each key",
  fc.tuple(sliced(anyPair, 20), fc.constantFrom(undefined, 1, 3)),
  ([pairs, partitions]) =>
    Effect.gen(function* () {
      const counted = RDD.countApproxDistinctByKey(rddOf(pairs), { relativeSD: 0.01, partitions })
      const naive = groupsOf(pairs.data).map(([key, values]) => [key, new Set(values).size] as const)
      const found = yield* RDD.collect(counted)
      assert.deepEqual(found.toSorted(RDD.compare), naive.toSorted(RDD.compare))
      if (partitions !== undefined) assert.equal(yield* RDD.getNumPartitions(counted), partitions)
    }),
)
