import assert from "node:assert/strict"
import * as fc from "fast-check"
import { Testing } from "../../lib/testing.ts"

const sample = <A>(arbitrary: fc.Arbitrary<A>, numRuns = 300) => fc.sample(arbitrary, { numRuns, seed: 1 })

Deno.test("batches() respects its sizes, and generates empty batches", () => {
  const given = sample(Testing.batches(fc.nat(), { minBatches: 2, maxBatches: 3, maxRecords: 2 }))
  assert.deepEqual([...new Set(given.map(({ length }) => length))].toSorted(), [2, 3])
  assert.deepEqual([...new Set(given.flat().map(({ length }) => length))].toSorted(), [0, 1, 2])
})

Deno.test("arrivals() generates steady batches, bursts, empty batches, and batches without an RDD", () => {
  const given = sample(Testing.arrivals(fc.nat(), { maxRecords: 3 })).flat()
  assert.ok(given.includes(null))
  const lengths = new Set(given.map((records) => records?.length ?? 0))
  assert.deepEqual(Array.from({ length: 13 }, (_, i) => lengths.has(i)), Array.from({ length: 13 }, () => true))
  assert.equal(Math.max(...lengths), 12)
})

Deno.test("arrivals() shrinks to one empty batch", () => {
  const { counterexample } = fc.check(fc.property(Testing.arrivals(fc.nat()), () => false), { seed: 1 })
  assert.deepEqual(counterexample, [[[]]])
})
