import assert from "node:assert/strict"
import * as fc from "fast-check"
import { Testing } from "../../lib/testing.ts"

const sample = <A>(arbitrary: fc.Arbitrary<A>, numRuns = 300) => fc.sample(arbitrary, { numRuns, seed: 1 })

Deno.test("batches() keeps to its sizes, and has empty batches", () => {
  const given = sample(Testing.batches(fc.nat(), { minBatches: 2, maxBatches: 3, maxRecords: 2 }))
  assert.deepEqual([...new Set(given.map(({ length }) => length))].toSorted(), [2, 3])
  assert.deepEqual([...new Set(given.flat().map(({ length }) => length))].toSorted(), [0, 1, 2])
})

Deno.test("arrivals() has steady batches, bursts, silence, and batches without an RDD", () => {
  const given = sample(Testing.arrivals(fc.nat(), { maxRecords: 3 })).flat()
  assert.ok(given.includes(null))
  const lengths = new Set(given.map((records) => records?.length ?? 0))
  assert.deepEqual(Array.from({ length: 13 }, (_, i) => lengths.has(i)), Array.from({ length: 13 }, () => true))
  assert.equal(Math.max(...lengths), 12)
})

Deno.test("arrivals() shrinks to one silent batch", () => {
  const { counterexample } = fc.check(fc.property(Testing.arrivals(fc.nat()), () => false), { seed: 1 })
  assert.deepEqual(counterexample, [[[]]])
})

Deno.test("skewedKeys() follows Zipf's law", () => {
  const keys = sample(Testing.skewedKeys({ distinct: 4 }), 5000)
  const counts = ["k0", "k1", "k2", "k3"].map((key) => keys.filter((one) => one === key).length)
  const [most = 0] = counts
  counts.forEach((count, i) => assert.ok(Math.abs(count * (i + 1) - most) < most / 4, `${counts}`))
  assert.equal(counts.reduce((a, b) => a + b), 5000)
})

Deno.test("skewedKeys() spreads keys evenly without a skew, and shrinks to the most frequent one", () => {
  const keys = sample(Testing.skewedKeys({ distinct: 2, skew: 0 }), 1000)
  const zeros = keys.filter((key) => key === "k0").length
  assert.ok(zeros > 400 && zeros < 600)
  const { counterexample } = fc.check(fc.property(Testing.skewedKeys(), () => false), { seed: 1 })
  assert.deepEqual(counterexample, ["k0"])
})

Deno.test("pairs() takes keys of its own or those it is given", () => {
  assert.ok(sample(Testing.pairs(fc.nat())).every(([key]) => /^k[0-4]$/.test(key)))
  assert.ok(sample(Testing.pairs(fc.nat(), fc.constant(7))).every(([key]) => key === 7))
})

Deno.test("cut() keeps every record in its place", () =>
  fc.assert(fc.property(fc.array(fc.nat()), fc.array(fc.nat(5)), (records, lengths) => {
    const slices = Testing.cut(records, lengths)
    assert.deepEqual(slices.flat(), records)
    assert.equal(slices.length, lengths.length + 1)
  })))

Deno.test("sliced() cuts every batch, unevenly and with empty slices, and leaves no RDD as it is", () => {
  const given = sample(Testing.sliced(fc.constant<Testing.Batches<number>>([[1, 2, 3], null])))
  for (const [first, second] of given) {
    assert.deepEqual(first?.flat(), [1, 2, 3])
    assert.equal(second, null)
  }
  const shapes = given.map(([first]) => first?.map(({ length }) => length) ?? [])
  assert.ok(shapes.some(({ length }) => length === 1))
  assert.ok(shapes.some((lengths) => lengths.length > 2 && lengths.includes(0) && lengths.includes(2)))
})
