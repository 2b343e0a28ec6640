import assert from "node:assert/strict"
import fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { failure, input, partitions, run } from "./batches.ts"

Deno.test("union() puts the second stream's partitions after the first one's", async () =>
  assert.deepEqual(await partitions(DStream.union(input([[1, 2], []]), input([[3], [4]])), 2), [
    [[1], [2], [], [3]],
    [[], [], [], [4]],
  ]))

Deno.test("union() of a stream with itself has every record twice", async () => {
  const numbers = input([[1, 2]])
  assert.deepEqual(await run(numbers.pipe(DStream.union(numbers))), [[1, 2, 1, 2]])
})

Deno.test("unionAll() concatenates each batch", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.integer()), { minLength: 1, maxLength: 4 }), async (given) => {
      const [first, ...rest] = given.map((records) => input([records]))
      assert.ok(first !== undefined)
      assert.deepEqual(await run(DStream.unionAll([first, ...rest])), [given.flat()])
    }),
    { numRuns: 20 },
  ))

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
  assert.deepEqual(DStream.union(input([]), input([], 3000)).traits.check?.(1000), [
    "Some of the DStreams have different slide durations",
  ]))
