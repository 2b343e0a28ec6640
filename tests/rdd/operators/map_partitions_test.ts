import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

const slices = <A, E>(rdd: RDD.RDD<A, E>) => RDD.collect(RDD.glom(rdd))
const four = RDD.range(0, 4, { partitions: 2 })

onEngines("glom() returns each partition as one array, also an empty one", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* slices(RDD.parallelize(["a"], { partitions: 2 })), [[], ["a"]])
    assert.deepEqual(yield* RDD.collect(RDD.glom(RDD.empty())), [])
  }))

onEngines(
  "mapPartitions() and mapPartitionsWithIndex() run once for each partition, also for empty ones",
  () =>
    Effect.gen(function* () {
      const rdd = RDD.parallelize(["a"], { partitions: 2 })
      const sizes = RDD.mapPartitions(rdd, (records, index) => [[index, records.length]])
      assert.deepEqual(yield* RDD.collect(sizes), [[0, 0], [1, 1]])
      const named = RDD.mapPartitionsWithIndex(rdd, (index, records) => [`${index}: ${records.join()}`])
      assert.deepEqual(yield* RDD.collect(named), ["0: ", "1: a"])
    }),
)

onEngines(
  "filter() always keeps the partitioner, mapPartitions() if preservesPartitioning is set",
  () =>
    Effect.gen(function* () {
      const pairs = RDD.partitionBy(RDD.keyBy(four, (n) => n % 2), Partitioner.hash(3))
      const kept = <A>(rdd: RDD.RDD<A>) => Effect.map(RDD.partitioner(rdd), Option.isSome)
      assert.equal(yield* kept(RDD.filter(pairs, ([key]) => key === 0)), true)
      assert.equal(yield* kept(RDD.map(pairs, (pair) => pair)), false)
      assert.equal(yield* kept(RDD.flatMap(pairs, (pair) => [pair])), false)
      assert.equal(yield* kept(RDD.mapPartitions(pairs, (records) => records)), false)
      const options = { preservesPartitioning: true }
      assert.equal(yield* kept(RDD.mapPartitions(pairs, (records) => records, options)), true)
      assert.equal(yield* kept(RDD.mapPartitionsWithIndex(pairs, (_, records) => records, options)), true)
    }),
)
