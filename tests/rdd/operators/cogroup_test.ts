import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, bag, holdsOnEngines, onEngines, rddOf, same, sliced } from "../run.ts"

const left = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], { partitions: 2 })
const right = RDD.parallelize<[string, string]>([["a", "x"], ["c", "y"], ["d", "z"], ["a", "w"]], { partitions: 2 })

onEngines(
  "cogroup() returns the values of both sides, with keys in the order of appearance",
  () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* left.pipe(RDD.cogroup(right), RDD.glom, RDD.collect), [
        [["b", [[2], []]], ["d", [[], ["z"]]]],
        [["a", [[1, 3], ["x", "w"]]], ["c", [[4], ["y"]]]],
      ])
    }),
)

onEngines("cogroup() accepts a list of RDDs, and keeps their types", () =>
  Effect.gen(function* () {
    const flags = RDD.parallelize<[string, boolean]>([["a", true]])
    const three: RDD.RDD<[string, [ReadonlyArray<number>, ReadonlyArray<string>, ReadonlyArray<boolean>]]> = RDD
      .cogroup(
        left,
        [right, flags],
        { partitions: 1 },
      )
    assert.deepEqual(yield* RDD.collect(three), [
      ["a", [[1, 3], ["x", "w"], [true]]],
      ["b", [[2], [], []]],
      ["c", [[4], ["y"], []]],
      ["d", [[], ["z"], []]],
    ])
    const four = left.pipe(RDD.cogroup([right, flags, left]), RDD.filter(([key]) => key === "a"))
    assert.deepEqual(yield* RDD.collect(four), [["a", [[1, 3], ["x", "w"], [true], [1, 3]]]])
  }))

onEngines("cogroup() of an RDD with itself returns its values twice", () =>
  Effect.gen(function* () {
    const one = RDD.parallelize<[string, number]>([["a", 1]])
    assert.deepEqual(yield* one.pipe(RDD.cogroup(one), RDD.collect), [["a", [[1], [1]]]])
  }))

holdsOnEngines(
  "cogroup() agrees with the naive lists for each key of either side",
  fc.tuple(sliced(anyPair), sliced(anyPair)),
  ([a, b]) =>
    Effect.gen(function* () {
      const groups = yield* rddOf(a).pipe(RDD.cogroup(rddOf(b), { partitions: 2 }), RDD.collect)
      const all = [...a.data, ...b.data].map(([key]) => key)
      const once = all.filter((key, i) => all.findIndex((other) => same(key, other)) === i)
      const of = (data: typeof a.data, key: unknown) => data.filter((pair) => same(pair[0], key)).map((pair) => pair[1])
      assert.deepEqual(bag(groups), bag(once.map((key) => [key, [of(a.data, key), of(b.data, key)]])))
    }),
)
