import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, bag, groupsOf, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const pairs: ReadonlyArray<[string, number]> = [["a", 1], ["b", 2], ["a", 3], ["c", 4]]
const two = RDD.parallelize(pairs, { partitions: 2 })

onEngines("groupByKey() keeps the order of values", () =>
  Effect.gen(function* () {
    const parts = yield* two.pipe(RDD.groupByKey({ partitions: 3 }), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[["c", [4]]], [["a", [1, 3]]], [["b", [2]]]])
  }))

onEngines("groupByKey() returns the same groups in every job", () =>
  Effect.gen(function* () {
    const groups = RDD.groupByKey(two)
    assert.deepEqual(yield* RDD.collect(groups), yield* RDD.collect(groups))
  }))

onEngines("groupBy() groups records by the key that a function returns", () =>
  Effect.gen(function* () {
    const parts = yield* RDD.range(1, 6, { partitions: 2 }).pipe(RDD.groupBy((n) => n % 2), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[[0, [2, 4]]], [[1, [1, 3, 5]]]])
  }))

holdsOnEngines(
  "groupByKey() agrees with the naive groups, whatever the partitions",
  sliced(anyPair),
  (input) =>
    Effect.gen(function* () {
      const groups = yield* rddOf(input).pipe(RDD.groupByKey({ partitions: 3 }), RDD.collect)
      assert.deepEqual(bag(groups), bag(groupsOf(input.data)))
    }),
)
