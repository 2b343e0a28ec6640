import assert from "node:assert/strict"
import * as DStream from "../../../lib/dstream.ts"
import { input, partitions } from "../batches.ts"

Deno.test("glom() gives each partition as one record, empty ones too", async () => {
  assert.deepEqual(await partitions(DStream.glom(input([[1, 2, 3], [], "empty"])), 3), [
    [[[1]], [[2, 3]]],
    [[[]], [[]]],
    [],
  ])
})

Deno.test("mapPartitions() runs its function once for each partition, with its index", async () => {
  const sums = DStream.mapPartitions(input([[1, 2, 3], []]), (part, i) => [[i, part.reduce((a, b) => a + b, 0)]])
  assert.deepEqual(await partitions(sums, 2), [[[[0, 1]], [[1, 5]]], [[[0, 0]], [[1, 0]]]])
})
