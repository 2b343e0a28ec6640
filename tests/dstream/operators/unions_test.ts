import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"
import { holds } from "../../testing/laws.ts"
import { failure, input, partitions, run, unplaced } from "../batches.ts"

Deno.test("union() puts the second stream's partitions after the first one's", async () =>
  assert.deepEqual(await partitions(DStream.union(input([[1, 2], []]), input([[3], [4]])), 2), [
    [[1], [2], [], [3]],
    [[], [], [], [4]],
  ]))

Deno.test("union() of a stream with itself has every record twice", async () => {
  const numbers = input([[1, 2]])
  assert.deepEqual(await run(numbers.pipe(DStream.union(numbers))), [[1, 2, 1, 2]])
})

Deno.test("union() is associative, and commutative except for the order of records", async () => {
  const numbers = Testing.batches(fc.integer())
  await holds(Testing.laws.unionCommutes({ input: numbers }))
  await holds(Testing.laws.unionAssociates({ input: numbers }))
})

Deno.test("union() before a filter equals union() after it", () =>
  holds(Testing.laws.filterCommutesWithUnion((n: number) => n > 0, { input: Testing.batches(fc.integer()) })))

Deno.test("unionAll() concatenates each batch", () => {
  const numbers = Testing.batches(fc.integer())
  return holds(Testing.oracle(
    (first, ...rest): DStream.DStream<number> => DStream.unionAll([first, ...rest]),
    Testing.perBatch((...batches) => batches.flat()),
    { inputs: [numbers, numbers, numbers], order: "list" },
  ))
})

Deno.test("union() fails where a stream has no RDD", async () => {
  const error = await failure(DStream.union(input([[1]]), input([null])))
  assert.ok(error instanceof DStream.UnionWithoutRDD)
  assert.equal(error.message, "Could not generate RDD from a parent for unifying at time 1000 ms")
})

Deno.test("union() has no RDD between the slides of its streams", async () => {
  const slow = input([[1], [2]], 2000)
  const both = DStream.union(slow, slow)
  assert.equal(both.slideDuration, 2000)
  assert.ok(await failure(both) instanceof DStream.NoRDD)
  assert.equal(await failure(both, 2), undefined)
})

Deno.test("union() reports streams of different slides before start", () =>
  assert.deepEqual(DStream.union(input([]), input([], 3000)).traits.check?.(1000).map(unplaced), [
    "Some of the DStreams have different slide durations: input has 1000 ms, input has 3000 ms",
  ]))
