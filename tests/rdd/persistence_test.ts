import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../lib/rdd.ts"
import { onEngines } from "./run.ts"

const counting = () => {
  const calls = { count: 0 }
  const rdd = RDD.range(0, 4, { partitions: 2 }).pipe(RDD.map((n) => {
    calls.count++
    return n
  }))
  return { calls, rdd }
}

onEngines("persist() computes once, unpersist() lets the next action compute again", () =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const kept = RDD.persist(rdd, "MEMORY_AND_DISK")
    assert.equal(calls.count, 0)
    assert.deepEqual(yield* RDD.collect(kept), [0, 1, 2, 3])
    assert.equal(yield* RDD.count(kept), 4)
    assert.equal(calls.count, 4)
    yield* RDD.unpersist(kept)
    assert.equal(yield* RDD.count(kept), 4)
    assert.equal(calls.count, 8)
  }))

onEngines("cache() is persist() and what it was made of stays as it was", () =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    const kept = RDD.cache(rdd)
    yield* RDD.count(kept)
    yield* RDD.count(RDD.map(kept, (n) => n))
    assert.equal(calls.count, 4)
    yield* RDD.count(rdd)
    assert.equal(calls.count, 8)
  }))

onEngines("persist() hands out records that the caller may change", () =>
  Effect.gen(function* () {
    const kept = RDD.cache(RDD.parallelize([1, 2], { partitions: 1 }))
    ;(yield* RDD.collect(kept)).push(3)
    assert.deepEqual(yield* RDD.collect(kept), [1, 2])
  }))
