import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as Partitioner from "../../../lib/partitioner.ts"
import { anyPair, bag, groupsOf, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const pairs: ReadonlyArray<[string, number]> = [["a", 1], ["b", 2], ["a", 3], ["c", 4]]
const two = RDD.parallelize(pairs, { partitions: 2 })
const add = (a: number, b: number) => a + b

onEngines("reduceByKey() returns one pair for each key, in the same partition as Spark", () =>
  Effect.gen(function* () {
    const parts = yield* two.pipe(RDD.reduceByKey(add), RDD.glom, RDD.collect)
    assert.deepEqual(parts.map(bag), [[["b", 2]], [["a", 4], ["c", 4]]])
  }))

onEngines("reduceByKey() has as many partitions as the RDD, or as the options say", () =>
  Effect.gen(function* () {
    const five = RDD.parallelize(pairs, { partitions: 5 })
    assert.equal(yield* five.pipe(RDD.reduceByKey(add), RDD.getNumPartitions), 5)
    assert.equal(yield* five.pipe(RDD.reduceByKey(add, { partitions: 3 }), RDD.getNumPartitions), 3)
    assert.equal(yield* RDD.getNumPartitions(RDD.reduceByKey(five, add, { partitioner: Partitioner.hash(4) })), 4)
  }))

onEngines(
  "reduceByKey() combines without a shuffle if the RDD is already partitioned by key",
  () =>
    Effect.gen(function* () {
      const partitioned = two.pipe(RDD.partitionBy(Partitioner.hash(3)), RDD.reduceByKey(add))
      assert.deepEqual((yield* RDD.collect(RDD.glom(partitioned))).map(bag), [[["c", 4]], [["a", 4]], [["b", 2]]])
    }),
)

onEngines("foldByKey() uses zero once for each key and partition", () =>
  Effect.gen(function* () {
    assert.deepEqual(bag(yield* two.pipe(RDD.foldByKey(100, add), RDD.collect)), [["a", 204], ["b", 102], ["c", 104]])
  }))

onEngines("aggregateByKey() folds in partitions and merges across them", () =>
  Effect.gen(function* () {
    const sums = two.pipe(
      RDD.aggregateByKey(
        [0, 0],
        ([sum, count], n: number) => [sum + n, count + 1],
        (a, b) => [a[0] + b[0], a[1] + b[1]],
      ),
    )
    assert.deepEqual(bag(yield* RDD.collect(sums)), [["a", [4, 2]], ["b", [2, 1]], ["c", [4, 1]]])
  }))

onEngines(
  "combineByKey() creates, fills and merges combiners, with or without map-side combining",
  () =>
    Effect.gen(function* () {
      for (const mapSideCombine of [true, false]) {
        const joined = two.pipe(RDD.combineByKey({
          createCombiner: (n: number) => `${n}`,
          mergeValue: (text, n) => `${text},${n}`,
          mergeCombiners: (a, b) => `${a};${b}`,
        }, { mapSideCombine }))
        const a = mapSideCombine ? "1;3" : "1,3"
        assert.deepEqual(bag(yield* RDD.collect(joined)), [["a", a], ["b", "2"], ["c", "4"]])
      }
    }),
)

onEngines(
  "reduceByKey() fails with InvalidOption for a partition count that is not positive",
  () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(two.pipe(RDD.reduceByKey(add, { partitions: 0 }), RDD.collect))
      assert.equal(failure.reason._tag, "InvalidOption")
      assert.match(failure.message, /reduceByKey at .*: partitions is 0/)
    }),
)

onEngines("reduceByKey() fails with UnsupportedKey for plain objects as keys", () =>
  Effect.gen(function* () {
    const objects = RDD.parallelize([[{ id: 1 }, 1]] as const)
    const failure = yield* Effect.flip(objects.pipe(RDD.reduceByKey(add), RDD.collect))
    assert.equal(failure.reason._tag, "UnsupportedKey")
    assert.equal(failure.operator, "reduceByKey")
  }))

onEngines("reduceByKey() fails with FunctionFailed when the function throws", () =>
  Effect.gen(function* () {
    const fail = (): number => {
      throw new Error("boom: 3")
    }
    const failure = yield* Effect.flip(two.pipe(RDD.reduceByKey(fail), RDD.collect))
    assert.equal(failure.reason._tag, "FunctionFailed")
    assert.match(failure.message, /reduceByKey at keyed_test\.ts:\d+:\d+ failed.*boom: 3/)
  }))

holdsOnEngines(
  "reduceByKey() agrees with the naive sums, whatever the partitions",
  sliced(anyPair),
  (input) =>
    Effect.gen(function* () {
      const sums = yield* rddOf(input).pipe(RDD.reduceByKey(add), RDD.collect)
      assert.deepEqual(bag(sums), bag(groupsOf(input.data).map(([key, values]) => [key, values.reduce(add)])))
    }),
)

holdsOnEngines(
  "aggregateByKey() with concatenation keeps the order of values",
  sliced(anyPair),
  (input) =>
    Effect.gen(function* () {
      const texts = yield* rddOf(input).pipe(
        RDD.aggregateByKey("", (s, n: number) => `${s}${n},`, (a, b) => a + b),
        RDD.collect,
      )
      assert.deepEqual(
        bag(texts),
        bag(
          groupsOf(input.data).map(([key, values]) => [
            key,
            values.map((n) => `${n},`).join(""),
          ]),
        ),
      )
    }),
)

Deno.test("keyed operators use the configured default parallelism, or the partitioner of a parent that suits", async () => {
  const pairs = RDD.keyBy(RDD.range(0, 20, { partitions: 5 }), (n) => n)
  const layer = LocalEngine.layer({ parallelism: 2, defaultParallelism: 3 })
  const partitions = <A>(rdd: RDD.RDD<A>) => Effect.runPromise(Effect.provide(RDD.getNumPartitions(rdd), layer))
  const add = (a: number, b: number) => a + b
  assert.equal(await partitions(RDD.range(0, 9)), 3)
  assert.equal(await partitions(RDD.reduceByKey(pairs, add)), 3)
  assert.equal(await partitions(RDD.join(pairs, pairs)), 3)
  // A parent's partitioner suits if it has at least as many partitions as the default, or more than a tenth of the
  // partitions of the widest parent.
  assert.equal(await partitions(RDD.reduceByKey(RDD.partitionBy(pairs, Partitioner.hash(2)), add)), 2)
  const wide = RDD.keyBy(RDD.range(0, 20, { partitions: 40 }), (n) => n)
  assert.equal(await partitions(RDD.cogroup(RDD.partitionBy(pairs, Partitioner.hash(4)), wide)), 4)
  assert.equal(await partitions(RDD.cogroup(RDD.partitionBy(pairs, Partitioner.hash(2)), wide)), 3)
})
