import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as RDD from "../../lib/rdd.ts"
import { holdsOnEngines, onEngines, rddOf, sliced } from "./run.ts"

const slices = <A>(rdd: RDD.RDD<A>) => RDD.collect(RDD.glom(rdd))

const invalid = <A>(rdd: RDD.RDD<A>) =>
  Effect.map(Effect.flip(RDD.count(rdd)), (error) => {
    assert.ok(error._tag === "JobFailed" && error.reason._tag === "InvalidOption")
    return error.reason.message
  })

onEngines("parallelize() divides records into slices of nearly equal length, in order", () =>
  Effect.gen(function* () {
    const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert.deepEqual(yield* slices(RDD.parallelize(ten, { partitions: 3 })), [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]])
    assert.deepEqual(yield* slices(RDD.parallelize([1, 2], { partitions: 5 })), [[], [], [1], [], [2]])
    assert.deepEqual(yield* slices(RDD.parallelize(new Set(["a", "b"]))), [["a"], ["b"]])
  }))

onEngines(
  "parallelize(), range() and text() fail with InvalidOption for a partition count below 1",
  () =>
    Effect.gen(function* () {
      for (const partitions of [0, -1, 1.5, NaN]) {
        for (const rdd of [RDD.parallelize([1], { partitions }), RDD.range(0, 1, { partitions })]) {
          assert.match(yield* invalid(rdd), /partitions is .*, but must be a positive whole number/)
        }
        assert.match(yield* invalid(RDD.text("a", { partitions })), /positive whole number/)
      }
    }),
)

onEngines("empty() has no partitions", () =>
  Effect.gen(function* () {
    assert.equal(yield* RDD.getNumPartitions(RDD.empty()), 0)
    assert.deepEqual(yield* RDD.collect(RDD.empty()), [])
    assert.equal(yield* RDD.count(RDD.map(RDD.empty<number>(), (n) => n + 1)), 0)
  }))

onEngines("range() counts up or down, excluding the end", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* slices(RDD.range(0, 10, { step: 3, partitions: 2 })), [[0, 3], [6, 9]])
    assert.deepEqual(yield* RDD.collect(RDD.range(5, 0, { step: -2 })), [5, 3, 1])
    assert.deepEqual(yield* RDD.collect(RDD.range(3, 3)), [])
    assert.deepEqual(yield* RDD.collect(RDD.range(3, 0)), [])
    assert.match(yield* invalid(RDD.range(0, 1, { step: 0 })), /RDD\.range: step is 0/)
  }))

onEngines("text() returns the lines of a text, whatever their line ends", () =>
  Effect.gen(function* () {
    assert.deepEqual(yield* RDD.collect(RDD.text("a\nb\r\nc\rd")), ["a", "b", "c", "d"])
    assert.deepEqual(yield* RDD.collect(RDD.text("a\n\nb\n")), ["a", "", "b"])
    assert.deepEqual(yield* RDD.collect(RDD.text("")), [])
    assert.deepEqual(yield* slices(RDD.text("a\nb\nc", { partitions: 2 })), [["a"], ["b", "c"]])
  }))

holdsOnEngines(
  "parallelize() keeps the order: slice i begins at floor(i * length / n)",
  sliced(fc.integer()),
  ({ data, partitions }) =>
    Effect.map(slices(rddOf({ data, partitions })), (found) =>
      assert.deepEqual(
        found,
        Array.from({ length: partitions }, (_, i) =>
          data.filter((_, at) =>
            at >= Math.floor(i * data.length / partitions) && at < Math.floor((i + 1) * data.length / partitions)
          )),
      )),
)

onEngines(
  "parallelize() copies its array when the RDD is made, for one partition and for several",
  () =>
    Effect.gen(function* () {
      for (const partitions of [1, 2]) {
        const records = [1, 2, 3]
        const rdd = RDD.parallelize(records, { partitions })
        records.push(4)
        records[0] = 9
        assert.deepEqual(yield* RDD.collect(rdd), [1, 2, 3])
      }
    }),
)

onEngines("collect() returns an array of its own, which the caller may change", () =>
  Effect.gen(function* () {
    const rdd = RDD.parallelize([3, 1, 2], { partitions: 1 })
    ;(yield* RDD.collect(rdd) as Effect.Effect<Array<number>>).sort()
    assert.deepEqual(yield* RDD.collect(rdd), [3, 1, 2])
  }))
