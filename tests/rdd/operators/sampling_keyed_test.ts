import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { anyKey, groupsOf, holdsOnEngines, onEngines, rddOf, same, sliced } from "../run.ts"

const twenty = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.map((n) => [n < 10 ? "a" : "b", n % 10]))

onEngines("sampleByKey() returns the same records as Spark, and keeps the partitioner", () =>
  Effect.gen(function* () {
    const some = RDD.sampleByKey(twenty, [["a", 0.3], ["b", 0.8]], { seed: 4 })
    assert.deepEqual(
      (yield* RDD.collect(RDD.glom(some))).map((part) => part.map(([key, n]) => `${key}${n}`).join(" ")),
      ["a1 a2 a4 a8", "b0 b1 b2 b3 b4 b5 b6 b8 b9"],
    )
    const placed = twenty.pipe(RDD.partitionBy(Partitioner.hash(3)), RDD.sampleByKey(new Map([["a", 1], ["b", 1]])))
    assert.equal((yield* RDD.partitioner(placed))._tag, "Some")
    assert.equal(yield* RDD.count(RDD.sampleByKey(twenty, [["a", 0], ["b", 1]])), 10)
  }))

onEngines("sampleByKey() can return a record several times with replacement", () =>
  Effect.gen(function* () {
    const often = RDD.sampleByKey(twenty, [["a", 50], ["b", 0]], { withReplacement: true })
    const n = yield* RDD.count(often)
    assert.ok(n > 400 && n < 600, `${n}`)
  }))

onEngines(
  "sampleByKey() and sampleByKeyExact() refuse missing and negative fractions",
  () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(RDD.count(RDD.sampleByKey(twenty, [["a", 1]])))
      assert.equal(missing.reason._tag, "Mismatch")
      assert.match(missing.message, /key not found: b/)
      assert.match((yield* Effect.flip(RDD.sampleByKeyExact(twenty, [["a", 1]]))).message, /key not found: b/)
      for (
        const action of [RDD.count(RDD.sampleByKey(twenty, [["a", -1]])), RDD.sampleByKeyExact(twenty, [["a", -1]])]
      ) {
        assert.match((yield* Effect.flip<unknown, RDD.ActionError<never>, never>(action as never)).message, /Negative/)
      }
    }),
)

holdsOnEngines(
  "sampleByKeyExact() returns the fraction of each key rounded up, in the order of the records",
  fc.record({
    rdd: sliced(anyKey, 24),
    fraction: fc.double({ min: 0, max: 1, noNaN: true }),
    withReplacement: fc.boolean(),
    seed: fc.integer(),
  }),
  ({ rdd, fraction, withReplacement, seed }) =>
    Effect.gen(function* () {
      const pairs = rdd.data.map((key, i): [typeof key, number] => [key, i])
      const groups = groupsOf(pairs)
      const fractions = groups.map(([key]) => [key, fraction] as const)
      const options = { seed, withReplacement }
      const sampled = yield* rddOf({ ...rdd, data: pairs }).pipe(RDD.sampleByKeyExact(fractions, options))
      const some = yield* RDD.collect(sampled)
      for (const [key, positions] of groups) {
        const own = some.filter((pair) => same(pair[0], key)).map((pair) => pair[1])
        assert.equal(own.length, Math.ceil(positions.length * fraction))
        assert.ok(own.every((i) => positions.includes(i)))
        if (!withReplacement) assert.equal(new Set(own).size, own.length)
      }
      assert.deepEqual(some.map((pair) => pair[1]), some.map((pair) => pair[1]).sort((a, b) => a - b))
    }),
)
