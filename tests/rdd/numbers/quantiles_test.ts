import assert from "node:assert/strict"
import * as fc from "fast-check"
import { incompleteBeta, negativeBinomial, normal, student } from "../../../lib/rdd/numbers/quantiles.ts"

const near = (found: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(found - expected) <= relative * Math.abs(expected), `${found}, not ${expected}`)

Deno.test("normal() agrees with published tables", () => {
  const table: ReadonlyArray<readonly [q: number, z: number]> = [
    [0.6, 0.2533471031],
    [0.9, 1.2815515655],
    [0.95, 1.6448536270],
    [0.975, 1.9599639845],
    [0.99, 2.3263478740],
    [0.995, 2.5758293035],
    [0.9995, 3.2905267315],
    [0.999999, 4.7534243088],
  ]
  for (const [q, z] of table) {
    near(normal(q), z, 2e-9)
    near(normal(1 - q), -z, 2e-9)
  }
  assert.deepEqual([normal(0.5), normal(0), normal(1), normal(-1), normal(2)], [0, -Infinity, Infinity, NaN, NaN])
})

Deno.test("student() agrees with published tables", () => {
  const table: ReadonlyArray<readonly [freedom: number, t90: number, t95: number, t975: number, t995: number]> = [
    [1, 3.078, 6.314, 12.706, 63.657],
    [2, 1.886, 2.920, 4.303, 9.925],
    [3, 1.638, 2.353, 3.182, 5.841],
    [5, 1.476, 2.015, 2.571, 4.032],
    [10, 1.372, 1.812, 2.228, 3.169],
    [30, 1.310, 1.697, 2.042, 2.750],
    [60, 1.296, 1.671, 2.000, 2.660],
    [120, 1.289, 1.658, 1.980, 2.617],
    [1e9, 1.282, 1.645, 1.960, 2.576],
  ]
  for (const [freedom, ...values] of table) {
    const found = [0.9, 0.95, 0.975, 0.995].map((q) => Number(student(q, freedom).toFixed(3)))
    assert.deepEqual(found, values, `${freedom} degrees of freedom`)
  }
  near(student(0.9995, 1), 636.61924877, 1e-9)
  near(student(0.025, 10), -2.2281388520, 1e-9)
  assert.deepEqual([student(0.5, 3), student(1, 3), student(0, 3), student(0.9, 0)], [0, Infinity, -Infinity, Infinity])
})

Deno.test("student() is continuous where the normal approximation begins", () => {
  near(student(0.975, 10_000), student(0.975, 10_001), 2e-4)
})

Deno.test("incompleteBeta() agrees with values that are known exactly", () => {
  // The probability of at least two heads in four throws, where heads have a probability of 0.3.
  near(incompleteBeta(0.3, 2, 3), 0.3483, 1e-12)
  near(incompleteBeta(0.5, 0.5, 0.5), 0.5, 1e-12)
  near(incompleteBeta(0.2, 1, 1), 0.2, 1e-12)
  near(incompleteBeta(0.5, 5_000, 5_000), 0.5, 1e-9)
  assert.deepEqual([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)], [0, 1])
})

/** The quantile by its definition: sums probabilities from 0 up; and how far the sums around it are from `q`. */
const quantileBySums = (q: number, successes: number, p: number): readonly [found: number, distance: number] => {
  let [k, one] = [0, p ** successes]
  let sum = one
  let before = 0
  while (sum < q) {
    before = sum
    k++
    one *= ((successes + k - 1) / k) * (1 - p)
    sum += one
  }
  return [k, Math.min(sum - q, q - before)]
}

Deno.test("negativeBinomial() is the smallest number whose cumulative probability reaches q", () => {
  const quantile = fc.double({ min: 0.001, max: 0.999, noNaN: true })
  const successes = fc.integer({ min: 1, max: 60 })
  const p = fc.double({ min: 0.02, max: 0.98, noNaN: true })
  fc.assert(fc.property(quantile, successes, p, (q, successes, p) => {
    const [expected, distance] = quantileBySums(q, successes, p)
    // If the sum is as good as equal to q, rounding decides.
    if (distance > 1e-9) assert.equal(negativeBinomial(q, successes, p), expected)
  }))
})

Deno.test("negativeBinomial() handles 0, 1 and no successes, and is continuous where the approximation begins", () => {
  assert.deepEqual([negativeBinomial(0, 5, 0.5), negativeBinomial(1, 5, 0.5), negativeBinomial(0.9, 0, 0.5)], [
    0,
    Infinity,
    0,
  ])
  for (const p of [1e-4, 0.3, 0.99]) {
    for (const q of [0.025, 0.5, 0.975]) {
      const [exact, approximate] = [negativeBinomial(q, 10_000, p), negativeBinomial(q, 10_001, p)]
      assert.ok(exact <= approximate && approximate - exact <= 2 / p, `${exact}, ${approximate}`)
    }
  }
})
