import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Accumulator from "../../../lib/accumulator.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, anyPair, groupsOf, holdsOnEngines, onEngines, rddOf, sliced } from "../run.ts"
import { holdPartitions, runPending, runUntilTimeout } from "../time_limit.ts"

const exactly = (n: number): RDD.BoundedDouble => ({ mean: n, confidence: 1, low: n, high: n })

holdsOnEngines(
  "countApprox() is exact and final if all partitions are computed in time",
  sliced(fc.integer()),
  (numbers) =>
    Effect.gen(function* () {
      const { initial, isFinal, final } = yield* RDD.countApprox(rddOf(numbers), "1 hour")
      assert.deepEqual([initial, isFinal, yield* final], [
        exactly(numbers.data.length),
        true,
        exactly(numbers.data.length),
      ])
    }),
)

onEngines(
  "countApprox() estimates from the partitions computed in time; final computes the others",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const log: Array<string> = []
      const rdd = holdPartitions(RDD.range(0, 100, { partitions: 5 }), [2, 3], gate, log)
      const { initial, isFinal, final } = yield* runUntilTimeout(RDD.countApprox(rdd, "1 minute"))
      // The engine runs two partitions at once. 2 and 3 wait, so 4 does not begin.
      assert.deepEqual(log.splice(0, 4).toSorted(), ["begin 0", "begin 1", "end 0", "end 1"])
      assert.deepEqual(log.splice(0), ["begin 2", "begin 3", "interrupted 2", "interrupted 3"])
      assert.deepEqual(initial, { mean: 100, confidence: 0.95, low: 78, high: 128 })
      assert.equal(isFinal, false)
      yield* gate.open
      yield* runPending
      assert.deepEqual(log, [])
      assert.deepEqual(yield* final, exactly(100))
      assert.deepEqual(log.toSorted(), ["begin 2", "begin 3", "begin 4", "end 2", "end 3", "end 4"])
      assert.deepEqual(yield* final, exactly(100))
    }),
)

onEngines("countApprox() has wider bounds for a higher confidence", () =>
  Effect.gen(function* () {
    const rdd = holdPartitions(RDD.range(0, 1000, { partitions: 4 }), [3], Latch.makeUnsafe())
    const of = (confidence: number) =>
      Effect.map(runUntilTimeout(RDD.countApprox(rdd, "1 minute", { confidence })), (it) => it.initial)
    const [half, most, all] = [yield* of(0.5), yield* of(0.99), yield* of(1)]
    assert.deepEqual([half.mean, half.confidence, most.mean, most.confidence], [1000, 0.5, 1000, 0.99])
    assert.ok(750 < most.low && most.low < half.low && half.high < most.high)
    assert.deepEqual(all, { mean: 1000, confidence: 1, low: 750, high: Infinity })
  }))

onEngines(
  "countApprox() has no bounds before the first partition is computed, and is exact for an empty RDD",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const rdd = holdPartitions(RDD.range(0, 9, { partitions: 3 }), [0, 1, 2], gate)
      const { initial, isFinal, final } = yield* runUntilTimeout(RDD.countApprox(rdd, "1 minute"))
      assert.deepEqual([initial, isFinal], [{ mean: 0, confidence: 0, low: 0, high: Infinity }, false])
      yield* gate.open
      assert.deepEqual(yield* final, exactly(9))
      const none = yield* RDD.countApprox(RDD.empty(), "1 second")
      assert.deepEqual([none.initial, none.isFinal, yield* none.final], [exactly(0), true, exactly(0)])
      const empties = yield* RDD.countApprox(RDD.parallelize([], { partitions: 3 }), "1 second")
      assert.deepEqual([empties.initial, empties.isFinal], [exactly(0), true])
    }),
)

onEngines("countApprox() has an upper bound if the computed partitions are empty", () =>
  Effect.gen(function* () {
    const rdd = holdPartitions(RDD.parallelize([1], { partitions: 2 }), [1], Latch.makeUnsafe())
    const { initial } = yield* runUntilTimeout(RDD.countApprox(rdd, "1 minute"))
    assert.deepEqual(initial, { mean: 0, confidence: 0.95, low: 0, high: 5 })
  }))

onEngines("countApprox() stops when its fiber is interrupted", () =>
  Effect.gen(function* () {
    const gate = Latch.makeUnsafe()
    const log: Array<string> = []
    const rdd = holdPartitions(RDD.range(0, 9, { partitions: 3 }), [0, 1], gate, log)
    const fiber = yield* Effect.forkChild(RDD.countApprox(rdd, "1 minute"))
    yield* runPending
    yield* Fiber.interrupt(fiber)
    yield* gate.open
    yield* runPending
    assert.deepEqual(log, ["begin 0", "begin 1", "interrupted 0", "interrupted 1"])
  }).pipe(Effect.provide(TestClock.layer())))

onEngines(
  "countApprox() fails if its job fails in time; final fails if the rest of the job fails",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const failing = RDD.mapPartitions(
        holdPartitions(RDD.range(0, 4, { partitions: 2 }), [1], gate),
        (part, i) => {
          if (i === 1) throw new Error("boom")
          return part
        },
      )
      const { initial, final } = yield* runUntilTimeout(RDD.countApprox(failing, "1 minute"))
      assert.equal(initial.mean, 4)
      yield* gate.open
      const late = yield* Effect.flip(final)
      assert.match(late.message, /mapPartitions at .* failed in partition 1: boom/)
      const early = yield* Effect.flip(RDD.countApprox(failing, "1 minute"))
      assert.equal(early.reason.message, "boom")
    }),
)

onEngines("countApprox() runs earlier stages only once", () =>
  Effect.gen(function* () {
    let calls = 0
    const gate = Latch.makeUnsafe()
    const counting = RDD.range(0, 12, { partitions: 4 }).pipe(RDD.map((n) => {
      calls++
      return n
    }))
    const shuffled = holdPartitions(RDD.distinct(counting), [1, 3], gate)
    const { initial, final } = yield* runUntilTimeout(RDD.countApprox(shuffled, "1 minute"))
    assert.deepEqual([initial.mean, calls], [12, 12])
    yield* gate.open
    assert.deepEqual([yield* final, calls], [exactly(12), 12])
    const indexed = yield* RDD.countApprox(RDD.zipWithIndex(counting), "1 minute")
    assert.deepEqual([indexed.initial, calls], [exactly(12), 24])
  }))

onEngines("countApprox() yields after each partition, in every stage", () =>
  Effect.gen(function* () {
    const stages: ReadonlyArray<(self: RDD.RDD<number>) => RDD.RDD<unknown>> = [
      (self) => self,
      RDD.distinct(),
      RDD.sortBy((n) => n),
      RDD.repartition(2),
      RDD.coalesce(1),
      RDD.zipWithIndex,
      RDD.cache,
    ]
    for (const stage of stages) {
      let ran = 0
      const rdd = RDD.range(0, 100, { partitions: 100 }).pipe(RDD.mapPartitions((part) => {
        ran++
        return part
      }))
      const fiber = yield* Effect.forkChild(RDD.countApprox(stage(rdd), "1 minute"))
      while (ran === 0) yield* Effect.yieldNow
      for (let turn = 0; turn < 5; turn++) {
        const before = ran
        yield* Effect.yieldNow
        assert.ok(ran - before <= 3, `${ran - before} partitions without a yield`)
      }
      yield* Fiber.interrupt(fiber)
      const at = ran
      yield* runPending
      assert.deepEqual([ran, at < 30], [at, true])
    }
  }).pipe(Effect.provide(TestClock.layer())))

onEngines(
  "countApprox() applies accumulator updates only if all partitions are computed in time; final applies those of the rest",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const seen = Accumulator.long()
      const rdd = RDD.map(holdPartitions(RDD.range(0, 8, { partitions: 4 }), [3], gate), (n) => {
        seen.add(1)
        return n
      })
      const { final } = yield* runUntilTimeout(RDD.countApprox(rdd, "1 minute"))
      assert.equal(seen.value, 0)
      yield* gate.open
      assert.deepEqual([yield* final, seen.value], [exactly(8), 2])
      yield* RDD.countApprox(rdd, "1 minute")
      assert.equal(seen.value, 10)
    }),
)

onEngines("countApprox() refuses confidences and timeouts out of range", () =>
  Effect.gen(function* () {
    for (const confidence of [-0.1, 1.1, NaN]) {
      const invalid = yield* Effect.flip(RDD.countApprox(RDD.range(0, 3), "1 second", { confidence }))
      assert.match(invalid.message, /^countApprox at .* failed: confidence is .* must be in \[0,1\]/)
      const byKey = yield* Effect.flip(RDD.countByValueApprox(RDD.range(0, 3), "1 second", { confidence }))
      assert.match(byKey.message, /^countByValueApprox at .* failed: confidence is/)
    }
    for (const timeout of [-1, "-1 second", -Infinity] as const) {
      const invalid = yield* Effect.flip(RDD.countApprox(RDD.range(0, 3), timeout))
      assert.match(invalid.message, /^countApprox at .* failed: timeout is .*, but must be a duration of 0 or more/)
    }
    const { isFinal } = yield* RDD.countApprox(RDD.range(0, 3), Infinity)
    assert.equal(isFinal, true)
  }))

holdsOnEngines(
  "countByValueApprox() agrees with countByValue() if all partitions are computed in time",
  sliced(anyKey),
  (keys) =>
    Effect.gen(function* () {
      const { initial, isFinal, final } = yield* RDD.countByValueApprox(rddOf(keys), "1 hour")
      const naive = groupsOf(keys.data.map((key) => [key, 0] as const)).map(([key, all]) => [key, exactly(all.length)])
      assert.deepEqual([initial, isFinal, yield* final], [naive, true, naive])
    }),
)

holdsOnEngines(
  "countByKeyApprox() agrees with countByKey() if all partitions are computed in time",
  sliced(anyPair),
  (pairs) =>
    Effect.gen(function* () {
      const { initial, isFinal } = yield* RDD.countByKeyApprox(rddOf(pairs), "1 hour")
      assert.deepEqual([initial, isFinal], [groupsOf(pairs.data).map(([key, all]) => [key, exactly(all.length)]), true])
    }),
)

onEngines(
  "countByValueApprox() and countByKeyApprox() estimate the counts of the records and keys seen in time",
  () =>
    Effect.gen(function* () {
      const gate = Latch.makeUnsafe()
      const words = holdPartitions(RDD.parallelize(["a", "b", "a", "a", "c", "c"], { partitions: 2 }), [1], gate)
      const { initial, isFinal, final } = yield* runUntilTimeout(RDD.countByValueApprox(words, "1 minute"))
      assert.deepEqual([initial, isFinal], [[
        ["a", { mean: 4, confidence: 0.95, low: 2, high: 11 }],
        ["b", { mean: 2, confidence: 0.95, low: 1, high: 8 }],
      ], false])
      const pairs = RDD.map(words, (word) => [word, 1])
      const byKey = yield* runUntilTimeout(RDD.countByKeyApprox(pairs, "1 minute"))
      assert.deepEqual(byKey.initial, initial)
      yield* gate.open
      const all = [["a", exactly(3)], ["b", exactly(1)], ["c", exactly(2)]]
      assert.deepEqual([yield* final, yield* byKey.final], [all, all])
      const none = yield* runUntilTimeout(
        RDD.countByValueApprox(holdPartitions(words, [0, 1], Latch.makeUnsafe()), "1 minute"),
      )
      assert.deepEqual([none.initial, none.isFinal], [[], false])
    }),
)

onEngines("countByValueApprox() refuses records that cannot be keys", () =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(RDD.countByValueApprox(RDD.parallelize([{ a: 1 }]), "1 second"))
    assert.equal(failure.reason._tag, "UnsupportedKey")
    assert.equal(failure.operator, "countByValueApprox")
  }))
