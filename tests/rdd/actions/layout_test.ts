import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

onEngines(
  "getNumPartitions() returns the engine's parallelism by default",
  () =>
    Effect.gen(function* () {
      assert.equal(yield* RDD.getNumPartitions(RDD.parallelize([1, 2, 3, 4, 5])), 2)
      assert.equal(yield* RDD.getNumPartitions(RDD.empty()), 0)
    }),
)
