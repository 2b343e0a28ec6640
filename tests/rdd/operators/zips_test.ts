import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

const of = <A>(data: ReadonlyArray<A>, partitions: number) => RDD.parallelize(data, { partitions })
const letters = of(["a", "b", "c", "d", "e"], 3)

onEngines("zip() pairs records by position", () =>
  Effect.gen(function* () {
    const parts = yield* of([1, 2, 3, 4], 2).pipe(RDD.zip(of(["a", "b", "c", "d"], 2)), RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[[1, "a"], [2, "b"]], [[3, "c"], [4, "d"]]])
  }))

onEngines("zip() fails with Mismatch for unequal partition counts", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(RDD.collect(RDD.zip(of([1, 2], 2), of([1, 2], 3))))
    assert.equal(reason._tag, "Mismatch")
    assert.equal(reason.message, "Can't zip RDDs with unequal numbers of partitions: List(2, 3)")
  }))

onEngines("zip() fails with Mismatch for unequal lengths", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(RDD.collect(RDD.zip(of([1, 2, 3, 4], 2), of([1, 2], 2))))
    assert.equal(reason._tag, "Mismatch")
    assert.equal(
      reason.message,
      "Can only zip RDDs with same number of elements in each partition, but the partitions have 2 and 1",
    )
  }))

onEngines("zipPartitions() takes the partitions at the same index, of any lengths", () =>
  Effect.gen(function* () {
    const numbers = of([1, 2, 3], 2)
    const sizes = numbers.pipe(RDD.zipPartitions(of([9], 2), (a, b) => [[a.length, b.length]]), RDD.glom)
    assert.deepEqual(yield* RDD.collect(sizes), [[[1, 0]], [[2, 1]]])
    const joined = RDD.zipPartitions(numbers, [of(["x"], 2), of([true, false], 2)], (ns, ss, bs) => [
      `${ns.join()}|${ss.join()}|${bs.join()}`,
    ])
    assert.deepEqual(yield* RDD.collect(joined), ["1||true", "2,3|x|false"])
  }))

onEngines("zipWithIndex() numbers records across partitions", () =>
  Effect.gen(function* () {
    const parts = yield* letters.pipe(RDD.zipWithIndex, RDD.glom, RDD.collect)
    assert.deepEqual(parts, [[["a", 0]], [["b", 1], ["c", 2]], [["d", 3], ["e", 4]]])
  }))

onEngines(
  "zipWithUniqueId() numbers the records of a partition in steps of the partition count",
  () =>
    Effect.gen(function* () {
      const parts = yield* letters.pipe(RDD.zipWithUniqueId, RDD.glom, RDD.collect)
      assert.deepEqual(parts, [[["a", 0]], [["b", 1], ["c", 4]], [["d", 2], ["e", 5]]])
    }),
)

holdsOnEngines(
  "zipWithIndex() returns array indices, and zipWithUniqueId() no number twice",
  sliced(anyKey),
  (input) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* RDD.collect(RDD.zipWithIndex(rddOf(input))), input.data.map((a, i) => [a, i]))
      const ids = yield* rddOf(input).pipe(RDD.zipWithUniqueId, RDD.values, RDD.collect)
      assert.equal(new Set(ids).size, input.data.length)
      assert.deepEqual(yield* RDD.collect(RDD.zip(rddOf(input), rddOf(input))), input.data.map((a) => [a, a]))
    }),
)

Deno.test("zip() and zipWithIndex() pass their records through the codec if tasks run in another isolate", async () => {
  class Own {}
  const loopback = LocalEngine.layer({ parallelism: 2, loopback: true })
  const own = RDD.parallelize([1, 2]).pipe(RDD.mapPartitions((part) => part.map(() => new Own())))
  for (const rdd of [RDD.zip(own, own), RDD.zipWithIndex(own)]) {
    const error = await Effect.runPromise(
      Effect.flip(RDD.collect<unknown, never, never>(rdd)).pipe(Effect.provide(loopback)),
    )
    assert.equal(error.reason._tag, "NotPortable")
  }
})
