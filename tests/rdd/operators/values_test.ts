import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyPair, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const pairs = RDD.parallelize<[string, number]>([["a", 1], ["b", 2], ["a", 3], ["c", 4]], { partitions: 2 })
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

onEngines("mapValues() changes values, and keeps the partitions", () =>
  Effect.gen(function* () {
    const parts = yield* pairs.pipe(RDD.mapValues((n) => n * 10), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[["a", 10], ["b", 20]], [["a", 30], ["c", 40]]])
  }))

onEngines("flatMapValues() repeats the key for each value", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* pairs.pipe(RDD.flatMapValues(upTo), RDD.glom, RDD.collect), [
      [["a", 0], ["b", 0], ["b", 1]],
      [["a", 0], ["a", 1], ["a", 2], ["c", 0], ["c", 1], ["c", 2], ["c", 3]],
    ])
  }))

onEngines("keys() and values() return one side of the pairs", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* pairs.pipe(RDD.keys, RDD.collect), ["a", "b", "a", "c"])
    assert.deepEqual(yield* pairs.pipe(RDD.values, RDD.collect), [1, 2, 3, 4])
  }))

onEngines(
  "mapValues() and flatMapValues() keep the partitioner, map() and keys() do not",
  () =>
    Effect.gen(function* () {
      const partitioned = RDD.partitionBy(pairs, Partitioner.hash(3))
      const shown = (rdd: RDD.RDD<unknown>) => Effect.map(RDD.partitioner(rdd), Option.map(Partitioner.show))
      const kept = Option.some("HashPartitioner(3)")
      assert.deepEqual(yield* shown(partitioned), kept)
      assert.deepEqual(yield* shown(RDD.mapValues(partitioned, (n) => n + 1)), kept)
      assert.deepEqual(yield* shown(RDD.flatMapValues(partitioned, upTo)), kept)
      assert.deepEqual(yield* shown(RDD.filter(partitioned, () => true)), kept)
      assert.deepEqual(
        yield* shown(RDD.mapPartitions(partitioned, (part) => part, { preservesPartitioning: true })),
        kept,
      )
      assert.deepEqual(yield* shown(RDD.map(partitioned, (pair) => pair)), Option.none())
      assert.deepEqual(yield* shown(RDD.keys(partitioned)), Option.none())
    }),
)

holdsOnEngines(
  "flatMapValues() agrees with the naive pairs, in order",
  sliced(anyPair),
  (input) =>
    Effect.gen(function* () {
      const both = yield* rddOf(input).pipe(RDD.flatMapValues((n) => [n, -n]), RDD.collect)
      assert.deepEqual(both, input.data.flatMap(([key, n]) => [[key, n], [key, -n]]))
    }),
)
