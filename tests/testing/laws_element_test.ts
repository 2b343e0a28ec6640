import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { holds, smallest } from "./laws.ts"

const input = Testing.arrivals(fc.integer({ min: -9, max: 9 }))
const { filterFusion, flatMapAssociates, mapFusion } = Testing.laws
const even = (n: number) => n % 2 === 0
const positive = (n: number) => n > 0
const twice = <A>(a: A) => [a, a]

Deno.test("mapFusion() holds for map", async () => {
  await holds(mapFusion((n: number) => n + 1, (n) => [n, `${n}`], { input }))
})

Deno.test("mapFusion() is broken by a map that loses the last record of a batch", async () => {
  const map: Testing.laws.MapOperator = (f) => (stream) =>
    DStream.mapPartitions(DStream.repartition(stream, 1), (part) => part.slice(0, -1).map(f))
  const law = mapFusion((n: number) => n, (n) => n, { input: Testing.batches(fc.nat(9)), map })
  assert.deepEqual(await smallest(law), { inputs: [[[0, 0]]], partitions: 1 })
})

Deno.test("filterFusion() holds for filter", async () => {
  await holds(filterFusion(even, positive, { input }))
})

Deno.test("filterFusion() is broken by a filter that keeps what it should drop", async () => {
  const filter: Testing.laws.FilterOperator = (f) => DStream.filter((a) => !f(a))
  assert.deepEqual(await smallest(filterFusion(even, positive, { input, filter })), { inputs: [[[0]]], partitions: 1 })
})

Deno.test("flatMapAssociates() holds for flatMap", async () => {
  await holds(flatMapAssociates((n: number) => even(n) ? twice(n) : [], twice, { input }))
})

Deno.test("flatMapAssociates() is broken by a flatMap that returns at most two records", async () => {
  const flatMap: Testing.laws.FlatMapOperator = (f) => DStream.flatMap((a) => Array.from(f(a)).slice(0, 2))
  const law = flatMapAssociates<number, number, number>(twice, twice, { input, flatMap })
  assert.deepEqual(await smallest(law), { inputs: [[[0]]], partitions: 1 })
})
