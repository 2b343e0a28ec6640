import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { JobFailed } from "../../../lib/core/errors.ts"
import * as DStream from "../../../lib/dstream.ts"
import { failure, input, partitions, run } from "../batches.ts"

class Odd extends Data.TaggedError("Odd")<{ readonly n: number }> {}

Deno.test("mapEffect() keeps the order of records, whatever the concurrency", async () => {
  const slowFirst = (n: number) => n === 1 ? Effect.as(Effect.yieldNow, n * 10) : Effect.succeed(n * 10)
  assert.deepEqual(await run(DStream.mapEffect(input([[1, 2], [3]]), slowFirst, { concurrency: 4 }), 2), [[10, 20], [
    30,
  ]])
  assert.deepEqual(await run(input([[1, 2]]).pipe(DStream.mapEffect(slowFirst))), [[10, 20]])
})

Deno.test("mapEffect() fails the job with the failure of its function", async () => {
  const even = DStream.mapEffect(input([[2, 3]]), (n) => n % 2 === 0 ? Effect.succeed(n) : Effect.fail(new Odd({ n })))
  const error = await failure(even)
  assert.ok(error instanceof JobFailed && error.reason instanceof Odd)
  assert.equal(error.operator, "mapEffect")
})

Deno.test("flatMapEffect() concatenates results, and filterEffect() keeps accepted records", async () => {
  assert.deepEqual(await run(DStream.flatMapEffect(input([[1, 2]]), (n) => Effect.succeed([n, n]))), [[1, 1, 2, 2]])
  assert.deepEqual(await run(DStream.filterEffect(input([[1, 2]]), (n) => Effect.succeed(n > 1))), [[2]])
})

Deno.test("mapPartitionsEffect() runs its function once for each partition, with its index", async () => {
  const sizes = DStream.mapPartitionsEffect(input([[1, 2, 3]]), (part, i) => Effect.succeed([[i, part.length]]))
  assert.deepEqual(await partitions(sizes), [[[[0, 1]], [[1, 2]]]])
})
