import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { broken, holds, smallest } from "./laws.ts"

const input = Testing.batches(fc.nat(9), { maxBatches: 3 })
const { commutesWithUnion, filterCommutesWithUnion, unionAssociates, unionCommutes } = Testing.laws

Deno.test("unionCommutes() holds for union", async () => {
  await holds(unionCommutes({ input }))
})

Deno.test("unionCommutes() is broken by a union that drops its right side", async () => {
  const law = unionCommutes({ input, union: (a, b) => DStream.union(a, DStream.filter(b, () => false)) })
  assert.deepEqual(await smallest(law), { inputs: [[[]], [[0]]], partitions: 1 })
})

Deno.test("unionAssociates() holds for union", async () => {
  await holds(unionAssociates({ input }))
})

Deno.test("unionAssociates() is broken by a union that reverses its left side", async () => {
  const union: Testing.laws.UnionOperator = (a, b) =>
    DStream.union(DStream.mapPartitions(a, (part) => part.toReversed()), b)
  const { given } = await broken(unionAssociates({ input, union }))
  assert.deepEqual(given, { inputs: [[[0, 1]], [[]], [[]]], partitions: 1 })
})

Deno.test("commutesWithUnion() holds for a pipeline that processes record by record, and not for one that counts", async () => {
  await holds(commutesWithUnion(DStream.flatMap((n: number) => [n, -n]), { input, order: "list" }))
  const count = commutesWithUnion((numbers: DStream.DStream<number>) => DStream.count(numbers), { input })
  assert.deepEqual(await smallest(count), { inputs: [[[]], [[]]], partitions: 1 })
})

Deno.test("filterCommutesWithUnion() holds for filter and union", async () => {
  await holds(filterCommutesWithUnion((n: number) => n % 2 === 0, { input }))
})

Deno.test("filterCommutesWithUnion() is broken by a union that loses the first record of a partition", async () => {
  const union: Testing.laws.UnionOperator = (a, b) =>
    DStream.union(a, DStream.mapPartitions(b, (part) => part.slice(1)))
  const bits = Testing.batches(fc.nat(1), { maxRecords: 2 })
  const law = filterCommutesWithUnion((n: number) => n % 2 === 0, { input: bits, union })
  assert.deepEqual(await smallest(law), { inputs: [[[]], [[1, 0]]], partitions: 1 })
})
