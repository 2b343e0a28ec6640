import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { broken, holds, smallest } from "./laws.ts"

const numbers = Testing.batches(fc.nat(9))

Deno.test("oracle() holds for pipelines of any number of inputs that match their meaning", async () => {
  await holds(Testing.oracle(
    (a, b, c) => DStream.unionAll([a, b, c]) as DStream.DStream<number | string>,
    Testing.perBatch((a, b, c) => [...a, ...b, ...c]),
    { inputs: [numbers, Testing.batches(fc.string()), numbers], order: "list" },
  ))
  await holds(Testing.oracle(() => DStream.constant([1]), () => [], { inputs: [] }), 1)
})

Deno.test("oracle() finds the smallest batches for which pipeline and meaning differ", async () => {
  const { given, law, message } = await broken(Testing.oracle(
    (stream) => DStream.map(stream, (n) => n < 5 ? n : n + 1),
    Testing.perBatch((records) => records),
    { inputs: [numbers] },
  ))
  assert.deepEqual([law, given], ["stream = batch", { inputs: [[[5]]], partitions: 1 }])
  assert.match(message, /left {3}\[\[6\]\]\n {2}right {2}\[\[5\]\]/)
})

Deno.test("oracle() compares lists, bags or sets of records", async () => {
  const reversed = (order: "list" | "bag" | "set") =>
    Testing.oracle((stream) => stream, Testing.perBatch((records) => records.toReversed()), {
      inputs: [numbers],
      order,
    })
  await holds(reversed("bag"))
  assert.deepEqual(await smallest(reversed("list")), { inputs: [[[0, 1]]], partitions: 1 })

  const doubled = (order: "bag" | "set") =>
    Testing.oracle((stream) => DStream.union(stream, stream), (batches) => batches, { inputs: [numbers], order })
  await holds(doubled("set"))
  assert.deepEqual(await smallest(doubled("bag")), { inputs: [[[0]]], partitions: 1 })
})

Deno.test("oracle() compares the part of a record that by returns", () =>
  holds(Testing.oracle(
    (stream) => DStream.map(stream, (n) => n / 3 * 3),
    (batches) => batches,
    { inputs: [Testing.batches(fc.double({ noNaN: true, min: 0, max: 1 }))], by: (n: number) => n.toFixed(9) },
  )))

Deno.test("oracle() distinguishes a batch without an RDD from an empty one", async () => {
  const input = Testing.arrivals(fc.nat(9))
  await holds(
    Testing.oracle(DStream.map((n: number) => n), Testing.perBatch((records) => records), { inputs: [input] }),
  )
  const law = Testing.oracle((stream) => stream, (batches) => batches.map((records) => records ?? []), {
    inputs: [input],
  })
  assert.deepEqual(await smallest(law), { inputs: [[null]], partitions: 1 })
})

Deno.test("oracle() continues a shorter input with empty batches", () =>
  holds(Testing.oracle(
    (a, b) => DStream.union(a, b),
    (a, b) => {
      assert.equal(a.length, b.length)
      return a.map((records, i) => [...records, ...b[i] ?? []])
    },
    { inputs: [Testing.batches(fc.nat(), { maxBatches: 1 }), Testing.batches(fc.nat(), { minBatches: 2 })] },
  )))

Deno.test("perBatch() expects no RDD in a batch in which an input has none", () =>
  assert.deepEqual(
    Testing.perBatch((a: ReadonlyArray<number>, b: ReadonlyArray<number>) => [...a, ...b])([[1], [2]], [null, [3]]),
    [null, [2, 3]],
  ))
