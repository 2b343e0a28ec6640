import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

const counting = () => {
  const calls = { count: 0 }
  const rdd = RDD.range(0, 4, { partitions: 2 }).pipe(RDD.map((n) => {
    calls.count++
    return n
  }))
  return { calls, rdd }
}

onEngines(
  "persist() computes records once; after unpersist() the next action computes them again",
  () =>
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
    }),
)

onEngines(
  "cache() keeps records as persist() does, and leaves the original RDD as it is",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = counting()
      const kept = RDD.cache(rdd)
      yield* RDD.count(kept)
      yield* RDD.count(RDD.map(kept, (n) => n))
      assert.equal(calls.count, 4)
      yield* RDD.count(rdd)
      assert.equal(calls.count, 8)
    }),
)

onEngines("persist() is not affected if the caller changes the collected array", () =>
  Effect.gen(function* () {
    const kept = RDD.cache(RDD.parallelize([1, 2], { partitions: 1 }))
    ;(yield* RDD.collect(kept)).push(3)
    assert.deepEqual(yield* RDD.collect(kept), [1, 2])
  }))

onEngines("persist() has the given level; NONE keeps nothing", () =>
  Effect.gen(function* () {
    const { calls, rdd } = counting()
    assert.equal(RDD.getStorageLevel(rdd), "NONE")
    assert.equal(RDD.getStorageLevel(RDD.persist(rdd)), "MEMORY_ONLY")
    assert.equal(RDD.getStorageLevel(RDD.cache(rdd)), "MEMORY_ONLY")
    assert.equal(RDD.getStorageLevel(rdd.pipe(RDD.persist("DISK_ONLY"))), "DISK_ONLY")
    assert.equal(RDD.getStorageLevel(RDD.persist(RDD.persist(rdd, "DISK_ONLY"), "OFF_HEAP")), "OFF_HEAP")
    const not = RDD.persist(rdd, "NONE")
    assert.equal(RDD.getStorageLevel(not), "NONE")
    yield* RDD.count(not)
    yield* RDD.count(not)
    assert.equal(calls.count, 8)
  }))

onEngines(
  "localCheckpoint() computes at once, keeps partitions and partitioner, and removes the lineage",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = counting()
      const pairs = rdd.pipe(RDD.keyBy((n) => n % 3), RDD.partitionBy(Partitioner.hash(3)))
      const cut = yield* RDD.localCheckpoint(pairs)
      assert.equal(calls.count, 4)
      assert.deepEqual([cut.parents, RDD.isCheckpointed(cut), RDD.isCheckpointed(pairs)], [[], true, false])
      assert.deepEqual(yield* RDD.collect(RDD.glom(cut)), [[[0, 0], [0, 3]], [[1, 1]], [[2, 2]]])
      assert.deepEqual(yield* RDD.partitioner(cut), yield* RDD.partitioner(pairs))
      assert.equal((yield* RDD.partitioner(cut))._tag, "Some")
      assert.equal(yield* RDD.count(RDD.reduceByKey(cut, (a) => a)), 3)
      assert.equal(calls.count, 4)
    }),
)

onEngines("localCheckpoint() keeps the lineage of a loop short", () =>
  Effect.gen(function* () {
    let rdd = RDD.range(0, 3)
    for (let i = 0; i < 50; i++) rdd = yield* RDD.localCheckpoint(RDD.map(rdd, (n) => n + 1))
    assert.deepEqual(yield* RDD.collect(rdd), [50, 51, 52])
    assert.match(yield* RDD.toDebugString(rdd), /^\(2\) localCheckpoint.*$/)
  }))
