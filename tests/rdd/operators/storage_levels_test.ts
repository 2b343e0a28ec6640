import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../../lib/rdd.ts"
import * as StorageLevel from "../../../lib/storage_level.ts"
import { CurrentJob, Engine } from "../../../lib/rdd/engine.ts"
import type { Storage } from "../../../lib/rdd/storage.ts"
import { engineOn, filesIn, folder, storeIn } from "../../engine/storage/stores.ts"

const variants = [["local", {}], ["closures", { generateCode: false }], ["loopback", { loopback: true }], [
  "frozen",
  { freezeRecords: true },
]] as const

/** Runs a test on each engine, whose store has a limit in bytes. */
const withLimit = (
  name: string,
  limit: number,
  body: (storage: Storage, path: string) => Effect.Effect<unknown, unknown, Engine>,
) => {
  for (const [engine, options] of variants) {
    Deno.test(`${name} [${engine}]`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const path = yield* folder
        const storage = yield* storeIn(path, limit)
        yield* Effect.provide(body(storage, path), engineOn(storage, options))
      }))))
  }
}

const counted = (n: number, partitions = 4) => {
  const calls = { count: 0 }
  const rdd = RDD.range(0, n, { partitions }).pipe(RDD.map((i) => {
    calls.count++
    return i
  }))
  return { calls, rdd }
}

const upTo = (n: number): Array<number> => Array.from({ length: n }, (_, i) => i)

for (const level of ["DISK_ONLY", "MEMORY_AND_DISK", "MEMORY_AND_DISK_SER_2", "OFF_HEAP"] as const) {
  withLimit(
    `what has no room in memory is read from files, and not computed again (${level})`,
    0,
    (storage, path) =>
      Effect.gen(function* () {
        const { calls, rdd } = counted(1_000)
        const kept = RDD.persist(rdd, level)
        assert.deepEqual(yield* RDD.collect(kept), upTo(1_000))
        assert.deepEqual(yield* RDD.collect(kept), upTo(1_000))
        assert.equal(yield* RDD.reduce(kept, (a, b) => a + b), 499_500)
        assert.deepEqual(yield* RDD.take(kept, 3), [0, 1, 2])
        const pairs = RDD.map(kept, (i): [number, number] => [i % 3, i])
        assert.equal((yield* RDD.collect(RDD.join(pairs, RDD.reduceByKey(pairs, (a, b) => a + b)))).length, 1_000)
        assert.equal(calls.count, 1_000)
        assert.equal(storage.measures().memory, 0)
        assert.equal(filesIn(path).length, 4)
      }),
  )
}

withLimit("MEMORY_ONLY computes again what had no room", 0, (storage, path) =>
  Effect.gen(function* () {
    const { calls, rdd } = counted(100)
    const kept = RDD.persist(rdd, "MEMORY_ONLY")
    assert.deepEqual(yield* RDD.collect(kept), upTo(100))
    assert.deepEqual(yield* RDD.collect(RDD.union(kept, kept)), [...upTo(100), ...upTo(100)])
    assert.equal(calls.count, 200)
    assert.equal(storage.measures().memory, 0)
    assert.deepEqual(filesIn(path), [])
  }))

withLimit("of an RDD above a shuffle, MEMORY_ONLY computes again what had no room", 0, () =>
  Effect.gen(function* () {
    let calls = 0
    const sums = RDD.map(RDD.range(0, 100), (i): [number, number] => [i % 3, i]).pipe(
      RDD.reduceByKey((a, b) => a + b),
      RDD.mapValues((sum) => {
        calls++
        return sum
      }),
      RDD.persist("MEMORY_ONLY"),
    )
    const expected = [[0, 1_683], [1, 1_617], [2, 1_650]]
    assert.deepEqual((yield* RDD.collect(sums)).toSorted(([a], [b]) => a - b), expected)
    assert.deepEqual((yield* RDD.collect(sums)).toSorted(([a], [b]) => a - b), expected)
    assert.equal(calls, 6)
  }))

withLimit("an RDD that has been used lately stays, and the others are dropped", 20_000, () =>
  Effect.gen(function* () {
    const [a, b, c] = [counted(1_000, 1), counted(1_000, 1), counted(1_000, 1)]
    const [keptA, keptB, keptC] = [a, b, c].map(({ rdd }) => RDD.cache(rdd))
    assert(keptA !== undefined && keptB !== undefined && keptC !== undefined)
    // Each takes 14,000 bytes: there is room for one.
    yield* RDD.count(keptA)
    yield* RDD.count(keptA)
    assert.equal(a.calls.count, 1_000)
    yield* RDD.count(keptB)
    yield* RDD.count(keptB)
    yield* RDD.count(keptA)
    assert.deepEqual([a.calls.count, b.calls.count], [2_000, 1_000])
    yield* RDD.count(keptC)
    yield* RDD.count(keptB)
    assert.equal(b.calls.count, 2_000)
  }))

withLimit("unpersist() frees memory, and the next action computes again", 1e6, (storage) =>
  Effect.gen(function* () {
    const { calls, rdd } = counted(100)
    const kept = RDD.persist(rdd, "MEMORY_AND_DISK_SER")
    yield* RDD.take(kept, 1)
    assert.equal(calls.count, 25)
    yield* RDD.count(kept)
    assert.equal(calls.count, 100)
    assert(storage.measures().memory > 0)
    yield* RDD.unpersist(kept)
    assert.equal(storage.measures().memory, 0)
    assert.equal(yield* RDD.count(kept), 100)
    assert.equal(calls.count, 200)
  }))

withLimit("_SER takes less memory than records do", 1e9, (storage) =>
  Effect.gen(function* () {
    const rdd = RDD.map(RDD.range(0, 10_000), (i) => ({ name: `user ${i % 10}`, age: i % 80, city: "Bremen" }))
    const used = (level: StorageLevel.StorageLevel) =>
      Effect.gen(function* () {
        const kept = RDD.persist(rdd, level)
        yield* RDD.count(kept)
        const { memory } = storage.measures()
        yield* RDD.unpersist(kept)
        return memory
      })
    const [objects, bytes] = [yield* used("MEMORY_ONLY"), yield* used("MEMORY_ONLY_SER")]
    assert(bytes < objects / 3, `${bytes} of ${objects}`)
  }))

withLimit(
  "a file that is gone fails the job at the persisted RDD, and the next action computes it again",
  0,
  (_, path) =>
    Effect.gen(function* () {
      const { calls, rdd } = counted(100)
      const kept = RDD.persist(rdd, "DISK_ONLY")
      yield* RDD.count(kept)
      for (const file of filesIn(path)) Deno.removeSync(file)
      const error = yield* Effect.flip(RDD.collect(RDD.map(kept, (i) => i + 1)))
      assert.equal(error.operator, "persist")
      assert.equal(error.partition, 0)
      assert.equal(error.reason._tag, "BlockUnreadable")
      assert.match(error.callSite.short, /storage_levels_test/)
      assert.deepEqual(yield* RDD.collect(kept), upTo(100))
      assert.equal(calls.count, 200)
    }),
)

withLimit("compute() does not read what is in files", 0, (_, path) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const { calls, rdd } = counted(100)
    const kept = RDD.persist(rdd, "DISK_ONLY")
    yield* engine.compute(kept)
    for (const file of filesIn(path)) Deno.removeSync(file)
    yield* engine.compute(kept)
    assert.equal(calls.count, 100)
  }))

Deno.test("count() does not read what is in files, and counts the records as read", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const path = yield* folder
    const { calls, rdd } = counted(100)
    let read = 0
    yield* Effect.gen(function* () {
      const [kept, other] = [RDD.persist(rdd, "DISK_ONLY"), RDD.persist(rdd, "DISK_ONLY")]
      const engine = yield* Engine
      yield* engine.compute(kept)
      yield* engine.compute(other)
      for (const file of filesIn(path)) Deno.removeSync(file)
      const job = { ...(yield* CurrentJob), countRead: (records: number) => void (read += records) }
      const counts = Effect.all([RDD.count(kept), RDD.count(RDD.union(kept, other))])
      assert.deepEqual(yield* Effect.provideService(counts, CurrentJob, job), [100, 200])
    }).pipe(Effect.provide(engineOn(yield* storeIn(path, 0))))
    assert.equal(read, 300)
    assert.equal(calls.count, 200)
  }))))

for (const limit of [0, 300, 1e9]) {
  Deno.test(`every level gives the same records, with ${limit} bytes of memory`, () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const storage = yield* storeIn(yield* folder, limit)
      const property = fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer()), { maxLength: 40 }),
        fc.constantFrom(...StorageLevel.all),
        fc.constantFrom(...StorageLevel.all),
        fc.integer({ min: 1, max: 4 }),
        (pairs, below, above, partitions) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const rdd = RDD.parallelize(pairs, { partitions })
              const groups = (self: typeof rdd) => RDD.groupByKey(RDD.mapValues(self, (n) => n + 1))
              const expected = yield* RDD.collect(groups(rdd))
              const kept = RDD.persist(groups(RDD.persist(rdd, below)), above)
              for (let i = 0; i < 3; i++) assert.deepEqual(yield* RDD.collect(kept), expected)
            }).pipe(Effect.provide(engineOn(storage))),
          ),
      )
      yield* Effect.promise(() => fc.assert(property, { numRuns: 60 }))
    }))))
}
