import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import * as Accumulator from "../../lib/accumulator.ts"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "./run.ts"

const ten = RDD.range(0, 10, { partitions: 3 })

onEngines(
  "add() in tasks takes effect when the job succeeds, on the driver immediately",
  () =>
    Effect.gen(function* () {
      const sum = Accumulator.long("sum")
      const counted = RDD.map(ten, (n) => {
        sum.add(n)
        return sum.value
      })
      assert.deepEqual([sum.name, sum.value, sum.avg], ["sum", 0, NaN])
      assert.deepEqual(yield* RDD.collect(counted), Array(10).fill(0))
      assert.deepEqual([sum.value, sum.sum, sum.count, sum.avg], [45, 45, 10, 4.5])
      yield* RDD.foreach(ten, sum.add)
      assert.equal(sum.value, 90)
      sum.add(10)
      assert.equal(sum.value, 100)
      yield* sum.reset
      assert.deepEqual([sum.value, sum.count], [0, 0])
    }),
)

onEngines("add() in a job that fails has no effect", () =>
  Effect.gen(function* () {
    const sum = Accumulator.double()
    yield* Effect.flip(RDD.foreach(ten, (n) => {
      sum.add(0.5)
      if (n === 7) throw new Error("boom")
    }))
    assert.equal(sum.value, 0)
  }))

onEngines(
  "add() before a shuffle or a persisted RDD takes effect once, with the first job that succeeds",
  () =>
    Effect.gen(function* () {
      for (const keep of [RDD.repartition(2), RDD.cache, RDD.coalesce(1)]) {
        const seen = Accumulator.long()
        const stage = keep(RDD.map(ten, (n) => {
          seen.add(1)
          return n
        }))
        const twice = RDD.cache(stage)
        let failing = true
        const job = RDD.foreach(twice, (n) => {
          if (failing && n === 9) throw new Error("boom")
        })
        yield* Effect.flip(job)
        yield* Effect.flip(job)
        assert.equal(seen.value, 0)
        failing = false
        yield* job
        assert.equal(seen.value, 10)
        yield* job
        assert.equal(seen.value, 10)
      }
    }),
)

onEngines(
  "add() in an RDD that two branches of a job share takes effect once for each job",
  () =>
    Effect.gen(function* () {
      const seen = Accumulator.long()
      const shared = RDD.map(ten, (n) => {
        seen.add(1)
        return n
      })
      const both = RDD.union(RDD.map(shared, (n) => n), RDD.filter(shared, () => true))
      assert.equal(yield* RDD.count(both), 20)
      assert.equal(seen.value, 10)
      yield* RDD.count(both)
      assert.equal(seen.value, 20)
    }),
)

onEngines("add() works in combine functions, functions of partitions, and Effects", () =>
  Effect.gen(function* () {
    const merges = Accumulator.long()
    const pairs = RDD.map(ten, (n) => [n % 2, n])
    const reduced = RDD.reduceByKey(pairs, (a, b) => {
      merges.add(1)
      return a + b
    }, { partitions: 1 })
    assert.deepEqual(yield* RDD.collect(reduced), [[0, 20], [1, 25]])
    assert.equal(merges.value, 8)
    const parts = Accumulator.long()
    yield* RDD.foreachPartition(ten, (part) => parts.add(part.length))
    assert.deepEqual([parts.value, parts.count], [10, 3])
    const effects = Accumulator.long()
    const effectful = RDD.mapEffect(ten, (n) =>
      Effect.as(Effect.andThen(Effect.yieldNow, Effect.sync(() => effects.add(n))), n), { concurrency: 2 })
    yield* RDD.count(effectful)
    assert.equal(effects.value, 45)
    yield* Effect.flip(RDD.count(RDD.mapEffect(effectful, () =>
      Effect.fail("no"))))
    assert.equal(effects.value, 45)
  }))

onEngines("long() accepts only whole numbers", () =>
  Effect.gen(function* () {
    const sum = Accumulator.long()
    assert.throws(() => sum.add(0.5), /Accumulator.long: add is 0.5/)
    assert.throws(() => Accumulator.long("lines").add(0.5), /Accumulator.long\("lines"\): add is 0.5/)
    const failure = yield* Effect.flip(RDD.foreach(ten, () => sum.add(NaN)))
    assert.equal(failure.reason._tag, "InvalidOption")
  }))

onEngines(
  "collection() keeps values in the order of partitions; make() uses the given functions",
  () =>
    Effect.gen(function* () {
      const all = Accumulator.collection<number>("all")
      const most = Accumulator.make<number, number>({ zero: () => -Infinity, add: Math.max, merge: Math.max })
      yield* RDD.foreach(ten, (n) => {
        all.add(n)
        most.add(n)
      })
      assert.deepEqual([all.value, most.value, most.name], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 9, undefined])
    }),
)

onEngines("make() fails the job if merge throws", () =>
  Effect.gen(function* () {
    const merge = (): number => {
      throw new Error("merge")
    }
    const bad = Accumulator.make<number, number>({ zero: () => 0, add: (a, b) => a + b, merge })
    const failure = yield* Effect.flip(RDD.foreach(ten, bad.add))
    assert.deepEqual([failure.reason._tag, failure.reason.message], ["FunctionFailed", "merge"])
  }))

holdsOnEngines(
  "add() agrees with the naive sum in every stage",
  sliced(fc.integer({ min: -99, max: 99 })),
  (numbers) =>
    Effect.gen(function* () {
      const sums = [Accumulator.long(), Accumulator.long(), Accumulator.long()] as const
      const counting = (sum: Accumulator.NumberAccumulator) => (n: number) => {
        sum.add(n)
        return n
      }
      yield* rddOf(numbers).pipe(
        RDD.map(counting(sums[0])),
        RDD.repartition(3),
        RDD.map(counting(sums[1])),
        RDD.sortBy((n) => n),
        RDD.foreach((n) => sums[2].add(n)),
      )
      const sum = numbers.data.reduce((a, b) => a + b, 0)
      assert.deepEqual(sums.map(({ value, count }) => [value, count]), sums.map(() => [sum, numbers.data.length]))
    }),
)

for (const engine of ["local", "closures", "loopback"] as const) {
  Deno.test(`add() takes effect once if outputs share a stage and are retried [${engine}]`, async () => {
    const mapped = Accumulator.long()
    const combined = Accumulator.long()
    const written = Accumulator.long()
    let failures = 2
    const stream = Testing.input([[1, 2, 3], [4]]).pipe(
      DStream.map((n) => {
        mapped.add(1)
        return [n % 2, n]
      }),
      DStream.reduceByKey((a, b) => {
        combined.add(1)
        return a + b
      }),
    )
    const write = DStream.foreachRDD(stream, (rdd) =>
      RDD.foreach(rdd, () => {
        written.add(1)
        if (failures-- > 0) throw new Error("boom")
      }))
    const retried = DStream.onFailure(write, OutputPolicy.retry(Schedule.recurs(5)))
    const count = DStream.foreachRDD(stream, (rdd) => Effect.asVoid(RDD.count(rdd)))
    await Effect.runPromise(Testing.runOutputs([count, retried, count], { engine, batches: 2 }))
    assert.deepEqual([mapped.value, combined.value, written.value], [4, 1, 3])
  })
}
