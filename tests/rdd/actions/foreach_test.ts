import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

const ten = RDD.parallelize([5, 3, 8, 1, 9, 2, 7, 4, 6, 10], { partitions: 3 })
const numbers = RDD.range(0, 6, { partitions: 3 })

onEngines(
  "foreach() runs for every record, foreachPartition() for every partition, also for empty ones",
  () =>
    Effect.gen(function* () {
      const rdd = RDD.parallelize([1, 2, 3], { partitions: 5 })
      let sum = 0
      yield* rdd.pipe(RDD.foreach((n) => void (sum += n)))
      assert.equal(sum, 6)
      const seen: Array<[number, number]> = []
      yield* rdd.pipe(RDD.foreachPartition((part, i) => void seen.push([i, part.length])))
      assert.deepEqual(seen, [[0, 0], [1, 1], [2, 0], [3, 1], [4, 1]])
    }),
)

onEngines(
  "foreach() fails with FunctionFailed, and its message names the place and the partition",
  () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(ten.pipe(RDD.foreach((n) => {
        if (n === 9) throw new Error("boom: 9")
      })))
      assert.equal(failure.reason._tag, "FunctionFailed")
      assert.equal(failure.partition, 1)
      assert.match(failure.message, /foreach at foreach_test\.ts:\d+:\d+ failed in partition 1: boom: 9/)
    }),
)

onEngines("foreachEffect() runs the function once for each record", () =>
  Effect.gen(function* () {
    const seen: Array<number> = []
    yield* numbers.pipe(RDD.foreachEffect((n) => Effect.sync(() => seen.push(n))))
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5])
  }))

onEngines(
  "foreachPartitionEffect() runs the function once for each partition, also for empty ones",
  () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const rdd = RDD.parallelize(["a", "b"], { partitions: 3 })
      yield* RDD.foreachPartitionEffect(rdd, (part, index) => Effect.sync(() => seen.push([index, ...part])))
      assert.deepEqual(seen, [[0], [1, "a"], [2, "b"]])
      const failure = yield* Effect.flip(RDD.foreachPartitionEffect(rdd, () => Effect.fail("refused" as const)))
      assert.equal(failure.reason, "refused")
    }),
)

/** Passes a function that a caller without types could pass. */
const untyped = (f: () => unknown) => f as () => Effect.Effect<void>

onEngines(
  "foreach() and its variants refuse functions that return Promises, or Effects that would not run",
  () =>
    Effect.gen(function* () {
      const rejected = () => Promise.reject(new Error("never reported"))
      const actions = [
        [
          RDD.foreach(ten, rejected),
          /foreach at .*: its function gives Promises, which are not waited for; foreachEffect/,
        ],
        [
          RDD.foreachPartition(ten, async () => {}),
          /foreachPartition at .*: its function gives Promises, .*; foreachPartitionEffect/,
        ],
        [
          RDD.foreach(ten, () => Effect.logInfo("never seen")),
          /its function gives Effects, which are not run; foreachEffect takes functions/,
        ],
        [
          RDD.foreach(ten, (n) => n < 3 ? Effect.void : Effect.fail("too large")),
          /its function gives Effects, which are not run; foreachEffect takes functions/,
        ],
        [
          RDD.foreachEffect(ten, untyped(() => Promise.resolve(1))),
          /must give an Effect, but gave: instance of Promise/,
        ],
        [RDD.foreachPartitionEffect(ten, untyped(() => 1)), /must give an Effect, but gave: number/],
      ] as const
      for (const [action, text] of actions) {
        const failure = yield* Effect.flip(action)
        assert.equal(failure.reason._tag, "Mismatch")
        assert.match(failure.message, text)
      }
    }),
)
