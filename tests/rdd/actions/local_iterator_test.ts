import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"

onEngines(
  "toLocalIterator() computes one partition at a time, and only as many as are consumed",
  () =>
    Effect.gen(function* () {
      const ran: Array<number> = []
      const rdd = RDD.range(0, 9, { partitions: 3 }).pipe(RDD.mapPartitions((part, i) => {
        ran.push(i)
        return part
      }))
      assert.deepEqual(yield* rdd.pipe(RDD.toLocalIterator, Stream.take(4), Stream.runCollect), [0, 1, 2, 3])
      assert.deepEqual(ran, [0, 1])
    }),
)

onEngines("toLocalIterator() runs a shuffle once, and fails if its job fails", () =>
  Effect.gen(function* () {
    let calls = 0
    const rdd = RDD.range(0, 6, { partitions: 3 }).pipe(
      RDD.keyBy((n) => {
        calls++
        return n % 3
      }),
      RDD.reduceByKey((a, b) => a + b),
      RDD.sortByKey(),
    )
    assert.deepEqual(yield* Stream.runCollect(RDD.toLocalIterator(rdd)), [[0, 3], [1, 5], [2, 7]])
    assert.equal(calls, 6)
    const failing = RDD.map(rdd, (): number => {
      throw new Error("boom")
    })
    const failure = yield* Effect.flip(Stream.runCollect(RDD.toLocalIterator(failing)))
    assert.equal(failure.reason.message, "boom")
  }))

holdsOnEngines("toLocalIterator() agrees with collect()", sliced(fc.integer()), (numbers) =>
  Effect.gen(function* () {
    assert.deepEqual(yield* Stream.runCollect(RDD.toLocalIterator(rddOf(numbers))), numbers.data)
  }))

onEngines("runJob() returns one result for each given partition, in their order", () =>
  Effect.gen(function* () {
    const rdd = RDD.range(0, 5, { partitions: 3 })
    const sum = (part: ReadonlyArray<number>, index: number) => [index, part.reduce((a, b) => a + b, 0)]
    assert.deepEqual(yield* rdd.pipe(RDD.runJob(sum)), [[0, 0], [1, 3], [2, 7]])
    assert.deepEqual(yield* RDD.runJob(rdd, sum, [2, 0]), [[2, 7], [0, 0]])
    const failure = yield* Effect.flip(RDD.runJob(rdd, sum, [1, 3]))
    assert.match(failure.message, /non-existent partition: 3. Total number of partitions: 3/)
  }))
