import assert from "node:assert/strict"
import * as fc from "fast-check"
import { Testing } from "../../lib/testing.ts"

const sample = <A>(arbitrary: fc.Arbitrary<A>, numRuns = 300) => fc.sample(arbitrary, { numRuns, seed: 1 })

Deno.test("skewedKeys() follows Zipf's law", () => {
  const keys = sample(Testing.skewedKeys({ distinct: 4 }), 5000)
  const counts = ["k0", "k1", "k2", "k3"].map((key) => keys.filter((one) => one === key).length)
  const [most = 0] = counts
  counts.forEach((count, i) => assert.ok(Math.abs(count * (i + 1) - most) < most / 4, `${counts}`))
  assert.equal(counts.reduce((a, b) => a + b), 5000)
})

Deno.test("skewedKeys() makes all keys equally frequent with skew 0, and shrinks to the most frequent key", () => {
  const keys = sample(Testing.skewedKeys({ distinct: 2, skew: 0 }), 1000)
  const zeros = keys.filter((key) => key === "k0").length
  assert.ok(zeros > 400 && zeros < 600)
  const { counterexample } = fc.check(fc.property(Testing.skewedKeys(), () => false), { seed: 1 })
  assert.deepEqual(counterexample, ["k0"])
})

Deno.test("pairs() generates skewed keys unless it is given others", () => {
  assert.ok(sample(Testing.pairs(fc.nat())).every(([key]) => /^k[0-4]$/.test(key)))
  assert.ok(sample(Testing.pairs(fc.nat(), fc.constant(7))).every(([key]) => key === 7))
})
