import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Accumulator from "../../../lib/accumulator.ts"
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

/** Numbers of four partitions, two each, with a record of the calls. The last record fails. */
const failingLast = () => {
  const calls: Array<number> = []
  const rdd = RDD.range(0, 8, { partitions: 4 }).pipe(RDD.map((n) => {
    if (n === 7) throw new RangeError("the last record")
    calls.push(n)
    return n
  }))
  return { calls, rdd }
}

onEngines(
  "take(), first() and isEmpty() compute and keep only the partitions of a cached RDD that they need",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = failingLast()
      const kept = RDD.cache(rdd)
      assert.deepEqual([yield* RDD.take(kept, 2), yield* RDD.first(kept), yield* RDD.isEmpty(kept)], [[0, 1], 0, false])
      assert.deepEqual(calls, [0, 1])
      assert.deepEqual(yield* RDD.take(RDD.map(kept, (n) => n), 3), [0, 1, 2])
      assert.deepEqual(calls, [0, 1, 2, 3])
      assert.equal((yield* Effect.flip(RDD.count(kept))).operator, "map")
    }),
)

onEngines(
  "a cached RDD is computed for the partitions that are missing, and again after unpersist()",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = counting()
      const kept = RDD.cache(rdd)
      for (const count of [2, 4, 4]) {
        assert.deepEqual(
          count === 2 ? yield* RDD.take(kept, 1) : yield* RDD.collect(kept),
          count === 2 ? [0] : [0, 1, 2, 3],
        )
        assert.equal(calls.count, count)
      }
      yield* RDD.unpersist(kept)
      yield* RDD.first(kept)
      yield* RDD.unpersist(kept)
      yield* RDD.count(kept)
      assert.equal(calls.count, 10)
    }),
)

onEngines("actions side by side compute each partition of a cached RDD once", () =>
  Effect.gen(function* () {
    const calls: Array<number> = []
    const kept = RDD.range(0, 4, { partitions: 2 }).pipe(
      RDD.mapEffect((n) => Effect.as(Effect.yieldNow, (calls.push(n), n))),
      RDD.cache,
    )
    const all = [RDD.take(kept, 1), RDD.collect(kept), RDD.collect(RDD.union(kept, kept)), RDD.take(kept, 4)]
    const found = yield* Effect.all(all, { concurrency: "unbounded" })
    assert.deepEqual(found, [[0], [0, 1, 2, 3], [0, 1, 2, 3, 0, 1, 2, 3], [0, 1, 2, 3]])
    assert.deepEqual(calls.toSorted(), [0, 1, 2, 3])
  }))

onEngines(
  "take() of an RDD with several consumers computes only the partitions that it needs, once",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = failingLast()
      assert.deepEqual(yield* RDD.take(RDD.union(rdd, rdd), 1), [0])
      assert.deepEqual(yield* RDD.take(RDD.zip(rdd, RDD.map(rdd, (n) => -n)), 1), [[0, -0]])
      assert.deepEqual(calls, [0, 1, 0, 1])
    }),
)

onEngines(
  "what lies above a shuffle is kept whole, so that the shuffle is not done again",
  () =>
    Effect.gen(function* () {
      const { calls, rdd } = counting()
      const kept = RDD.cache(RDD.reduceByKey(RDD.keyBy(rdd, (n) => n), (a) => a))
      yield* RDD.first(kept)
      yield* RDD.count(kept)
      assert.equal(calls.count, 4)
    }),
)

onEngines("an accumulator counts the records of each partition of a cached RDD once", () =>
  Effect.gen(function* () {
    const sum = Accumulator.long()
    const kept = RDD.cache(RDD.map(RDD.range(0, 4, { partitions: 2 }), (n) => (sum.add(1), n)))
    yield* RDD.first(kept)
    assert.equal(sum.value, 2)
    for (let i = 0; i < 2; i++) yield* RDD.count(kept)
    assert.equal(sum.value, 4)
  }))

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
