import assert from "node:assert/strict"
import * as DStream from "../../../lib/dstream.ts"
import { input, partitions, run } from "../batches.ts"

Deno.test("mapValues() leaves the keys alone", async () => {
  const pairs = input<[string, number]>([[["a", 1], ["b", 2]], []])
  assert.deepEqual(await run(DStream.mapValues(pairs, (n) => n * 10), 2), [[["a", 10], ["b", 20]], []])
})

Deno.test("flatMapValues() repeats the key for each value", async () => {
  const pairs = input<[string, number]>([[["a", 2], ["b", 0]]])
  assert.deepEqual(await run(DStream.flatMapValues(pairs, (n) => Array.from({ length: n }, (_, i) => i))), [
    [["a", 0], ["a", 1]],
  ])
})

Deno.test("mapValues() keeps the partitioner, map() does not", async () => {
  let moved = 0
  const partitioner = { ...letters, getPartition: (key: unknown) => (moved++, key === "a" ? 0 : 1) }
  const placed = DStream.partitionBy(input<[string, number]>([[["a", 1], ["b", 2]]]), partitioner)
  await partitions(placed.pipe(DStream.mapValues((n) => n + 1), DStream.groupByKey({ partitioner })))
  assert.equal(moved, 2)
  await partitions(placed.pipe(DStream.map(([key, n]) => [key, n + 1]), DStream.groupByKey({ partitioner })))
  assert.equal(moved, 6)
})

const letters = { name: "ByLetter", numPartitions: 2 }
