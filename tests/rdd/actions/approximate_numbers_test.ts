import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"
import { holdPartitions, runUntilTimeout } from "../time_limit.ts"

const exactly = (n: number): RDD.BoundedDouble => ({ mean: n, confidence: 1, low: n, high: n })

const anyNumber = fc.double({ min: -1e6, max: 1e6, noNaN: true })

holdsOnEngines(
  "sumApprox() and meanApprox() agree with sum() and mean() if all partitions are computed in time",
  sliced(anyNumber),
  (all) =>
    Effect.gen(function* () {
      const sum = yield* RDD.sumApprox(rddOf(all), "1 hour")
      assert.deepEqual([sum.initial, sum.isFinal], [exactly(yield* RDD.sum(rddOf(all))), true])
      const mean = yield* RDD.meanApprox(rddOf(all), "1 hour")
      assert.deepEqual([mean.initial, mean.isFinal], [exactly(yield* RDD.mean(rddOf(all))), true])
    }),
)

onEngines(
  "sumApprox() and meanApprox() estimate from the partitions computed in time; final computes the exact result",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const rdd = holdPartitions(RDD.range(0, 100, { partitions: 4 }), [1, 3], gate)
      // Estimates from the numbers 0 to 24 and 50 to 74.
      const sum = yield* runUntilTimeout(RDD.sumApprox(rdd, "1 minute", { confidence: 0.9 }))
      assert.deepEqual([sum.initial.mean, sum.initial.confidence, sum.isFinal], [3700, 0.9, false])
      assert.ok(2500 < sum.initial.low && sum.initial.low < 3000 && 4400 < sum.initial.high && sum.initial.high < 5000)
      const mean = yield* runUntilTimeout(RDD.meanApprox(rdd, "1 minute"))
      assert.deepEqual([mean.initial.mean, mean.initial.confidence, mean.isFinal], [37, 0.95, false])
      assert.ok(30 < mean.initial.low && mean.initial.low < 33 && 41 < mean.initial.high && mean.initial.high < 44)
      yield* gate.open
      assert.deepEqual([yield* sum.final, yield* mean.final], [exactly(4950), exactly(49.5)])
    }),
)

onEngines(
  "sumApprox() and meanApprox() have no bounds before the first partition is computed, and are exact for an empty RDD",
  () =>
    Effect.gen(function* () {
      const rdd = holdPartitions(RDD.range(0, 9, { partitions: 2 }), [0, 1], Latch.makeUnsafe())
      for (const action of [RDD.sumApprox, RDD.meanApprox]) {
        const { initial, isFinal } = yield* runUntilTimeout(action(rdd, "1 minute"))
        assert.deepEqual([initial, isFinal], [{ mean: 0, confidence: 0, low: -Infinity, high: Infinity }, false])
        const none = yield* action(RDD.empty<number>(), "1 second")
        assert.deepEqual([none.initial, none.isFinal], [exactly(0), true])
        const invalid = yield* Effect.flip(action(rdd, "1 second", { confidence: 2 }))
        assert.match(invalid.message, /Approx at .*: confidence is 2/)
        const backwards = yield* Effect.flip(action(rdd, "-1 second"))
        assert.match(backwards.message, /Approx at .*: timeout is -1 second/)
      }
    }),
)
