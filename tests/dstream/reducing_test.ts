import assert from "node:assert/strict"
import fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { failure, input, partitions, run, sorted } from "./batches.ts"

const batches = fc.array(fc.array(fc.integer({ min: -9, max: 9 })), { maxLength: 4 })

Deno.test("reduce() gives one record in one partition", async () =>
  assert.deepEqual(await partitions(DStream.reduce(input([[1, 2, 3], [4]]), (a, b) => a + b), 2), [[[6]], [[4]]]))

Deno.test("reduce() gives no record for an empty batch, in one partition", async () =>
  assert.deepEqual(await partitions(DStream.reduce(input<number>([[], "empty"]), (a, b) => a + b), 2), [[[]], [[]]]))

Deno.test("reduce() has no RDD where its parent has none", async () =>
  assert.ok(await failure(DStream.reduce(input<number>([null]), (a, b) => a + b)) instanceof DStream.NoRDD))

Deno.test("reduce() keeps the order of records for functions that are associative only", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), async (words) =>
      assert.deepEqual(await run(DStream.reduce(input([words]), (a, b) => a + b)), [[words.join("")]])),
    { numRuns: 20 },
  ))

Deno.test("count() gives exactly one record, 0 for an empty batch, in as many partitions as is default", async () =>
  assert.deepEqual(await partitions(DStream.count(input([[1, 2, 3], [], "empty"])), 3), [
    [[3], []],
    [[0], []],
    [[0], []],
  ]))

Deno.test("count() fails where its parent has no RDD", async () => {
  const error = await failure(DStream.count(input([null])))
  assert.ok(error instanceof DStream.ParentWithoutRDD)
  assert.match(error.message, /^Couldn't generate RDD from parent at time 1000 ms/)
})

Deno.test("count() agrees with the length of each batch", () =>
  fc.assert(
    fc.asyncProperty(batches, async (given) =>
      assert.deepEqual(await run(DStream.count(input(given)), given.length), given.map((records) => [records.length]))),
    { numRuns: 20 },
  ))

Deno.test("countByValue() counts each record, by value", async () => {
  const counts = DStream.countByValue(input<[string, number]>([[["a", 1], ["a", 1], ["b", 1]], []]))
  assert.deepEqual((await run(counts, 2)).map(sorted), [[[["a", 1], 2], [["b", 1], 1]], []])
})

Deno.test("countByValue() puts values where the hash partitioner does", async () => {
  assert.deepEqual(await partitions(DStream.countByValue(input([[1, 1, 2, 2]]))), [[[[2, 2]], [[1, 2]]]])
  const three = input([["x", "y", "x"]]).pipe(DStream.countByValue({ partitions: 3 }))
  assert.deepEqual(await partitions(three), [[[["x", 2]], [["y", 1]], []]])
})

Deno.test("countByValue() agrees with a Map of each batch", () =>
  fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const expected = given.map((records) => {
        const counts = new Map<number, number>()
        for (const n of records) counts.set(n, (counts.get(n) ?? 0) + 1)
        return sorted(Array.from(counts))
      })
      assert.deepEqual((await run(DStream.countByValue(input(given)), given.length)).map(sorted), expected)
    }),
    { numRuns: 20 },
  ))
