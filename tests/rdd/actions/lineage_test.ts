import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as RDD from "../../../lib/rdd.ts"
import { onEngines } from "../run.ts"

const shape = (text: string) => text.replace(/\[\d+\] at (?:\S+:\d+:\d+|<unknown>)/g, "[]")

onEngines(
  "toDebugString() shows stages with partition counts, shuffles, names and storage levels",
  () =>
    Effect.gen(function* () {
      const words = RDD.parallelize(["a", "b"], { partitions: 3 }).pipe(RDD.setName("words"), RDD.cache)
      const counts = words.pipe(
        RDD.map((word) => [word, 1]),
        RDD.reduceByKey((a, b) => a + b, { partitions: 2 }),
      )
      assert.equal(
        shape(yield* RDD.toDebugString(RDD.filter(counts, () => true))),
        [
          "(2) filter[]",
          " |  reduceByKey[]",
          " +-(3) map[]",
          "    |  cache[] [MEMORY_ONLY]",
          "    |  words parallelize[]",
        ].join("\n"),
      )
    }),
)

onEngines("toDebugString() shows both sides of a cogroup, and all parents of a union", () =>
  Effect.gen(function* () {
    const pairs = RDD.parallelize<[string, number]>([["a", 1]], { partitions: 12 })
    const text = yield* RDD.toDebugString(RDD.cogroup(RDD.union(pairs, pairs), RDD.mapValues(pairs, (n) => n)))
    assert.equal(
      shape(text),
      [
        "(24) cogroup[]",
        " +-(24) union[]",
        " |  |   parallelize[]",
        " |  |   parallelize[]",
        " +-(12) mapValues[]",
        "    |   parallelize[]",
      ].join("\n"),
    )
  }))

Deno.test("setName() returns another RDD, with the name and a higher id", () => {
  const plain = RDD.range(0, 3)
  const named = plain.pipe(RDD.setName("three"))
  assert.deepEqual([plain.name, named.name], [undefined, "three"])
  assert.ok(named.id > plain.id)
  assert.ok(RDD.isRDD(named))
  assert.match(String(named), /^RDD\(range at /)
})
