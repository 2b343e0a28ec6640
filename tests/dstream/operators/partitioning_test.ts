import assert from "node:assert/strict"
import * as DStream from "../../../lib/dstream.ts"
import { hash } from "../../../lib/partitioner.ts"
import { failure, input, partitions } from "../batches.ts"

const letters = input<[string, number]>([[["a", 1], ["b", 2], ["c", 3], ["d", 4]]])

Deno.test("partitionBy() moves pairs to the partition that the partitioner gives", async () => {
  const placed = [[[["c", 3]], [["a", 1], ["d", 4]], [["b", 2]]]]
  assert.deepEqual(await partitions(letters.pipe(DStream.partitionBy(hash(3)))), placed)
  assert.deepEqual(await partitions(DStream.partitionBy(letters, { partitions: 3 })), placed)
})

Deno.test("partitionBy() without options hashes into the default number of partitions", async () =>
  assert.deepEqual(await partitions(DStream.partitionBy(letters, {})), [[[["b", 2], ["d", 4]], [["a", 1], ["c", 3]]]]))

Deno.test("repartition() gives exactly as many partitions", async () => {
  const parts = await partitions(DStream.repartition(input([[1, 2, 3, 4, 5], "empty"]), 3), 2)
  assert.deepEqual(parts.map((batch) => batch.length), [3, 3])
  assert.deepEqual(parts[0]?.flat().toSorted(), [1, 2, 3, 4, 5])
})

Deno.test("repartition() fails where its parent has no RDD", async () =>
  assert.ok(await failure(DStream.repartition(input([null]), 3)) instanceof DStream.ParentWithoutRDD))

Deno.test("repartition() reports a partition count below one before start", () =>
  assert.deepEqual(DStream.repartition(letters, 0).traits.check?.(1000), [
    "DStream.repartition: partitions is 0, but must be a positive whole number",
  ]))
