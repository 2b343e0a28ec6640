import assert from "node:assert/strict"
import * as fc from "fast-check"
import {
  type BoundedDouble,
  estimateCount,
  estimateMean,
  estimateSum,
  type Progress,
} from "../../../lib/rdd/numbers/estimates.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import { fromArray } from "../../../lib/rdd/block.ts"
import { momentsOf, noMoments, statsOf } from "../../../lib/rdd/numbers/moments.ts"
import { xorShift } from "../../../lib/rdd/numbers/random.ts"

const sumOf = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => a + b, 0)

/** All three estimates from the numbers seen. */
const estimates = (seen: ReadonlyArray<number>, progress: Progress, confidence: number) => ({
  count: estimateCount(seen.length, progress, confidence),
  sum: estimateSum([seen.length, sumOf(seen), sumOf(seen.map((x) => x * x))], progress, confidence),
  mean: estimateMean(statsOf(atOnce(momentsOf(fromArray(seen)))[0] ?? noMoments), progress, confidence),
})

const within = ({ low, high }: BoundedDouble, truth: number): number => low <= truth && truth <= high ? 1 : 0

/**
 * How often the bounds hold in a simulation: numbers of a skewed distribution, each seen with the probability that its
 * partition is done.
 */
const simulate = (size: number, progress: Progress, confidence: number) => {
  const runs = 500
  const rng = xorShift(BigInt(size))
  const held = { count: 0, sum: 0, mean: 0 }
  for (let run = 0; run < runs; run++) {
    const all = Array.from({ length: size }, () => 10 * rng.nextDouble() ** 2 - 1)
    const found = estimates(all.filter(() => rng.nextDouble() < progress.done / progress.total), progress, confidence)
    held.count += within(found.count, size) / runs
    held.sum += within(found.sum, sumOf(all)) / runs
    held.mean += within(found.mean, sumOf(all) / size) / runs
  }
  return held
}

for (const size of [20, 400]) {
  for (const done of [2, 8]) {
    Deno.test(`bounds hold as often as the confidence says, with ${done} of 10 partitions of ${size} numbers done`, () => {
      for (const confidence of [0.95, 0.6]) {
        const held = simulate(size, { done, total: 10 }, confidence)
        const shown = `${confidence}: ${JSON.stringify(held)}`
        assert.ok(held.count > confidence - 0.03, shown)
        // The mean of skewed numbers follows Student's t distribution only if there are enough of them.
        assert.ok(held.sum > confidence - (size < 100 ? 0.2 : 0.05), shown)
        assert.ok(held.mean > confidence - (size < 100 ? 0.1 : 0.05), shown)
        if (size >= 100) assert.ok(Math.max(held.sum, held.mean) < confidence + 0.07, shown)
      }
    })
  }
}

const anyProgress = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })).map(([a, b]) => ({
  done: Math.min(a, b),
  total: Math.max(a, b),
}))

/** How many partitions are done, and the numbers seen: none before the first partition is done. */
const anyProgressAndNumbers = fc.tuple(anyProgress, fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 30 }))
  .map(([progress, seen]) => [progress, progress.done === 0 ? [] : seen] as const)

Deno.test("estimates lie within their bounds, and are exact if all partitions are done", () => {
  const confidence = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(fc.property(anyProgressAndNumbers, confidence, ([progress, seen], confidence) => {
    for (const [name, found] of Object.entries(estimates(seen, progress, confidence))) {
      const shown = `${name}: ${JSON.stringify(found)}`
      assert.ok(found.low <= found.mean && found.mean <= found.high, shown)
      if (progress.done === progress.total) {
        assert.deepEqual([found.low, found.high, found.confidence], [found.mean, found.mean, 1], shown)
      }
    }
  }))
})

Deno.test("bounds are wider for a higher confidence", () => {
  const [less, more] = [0.5, 0.9]
  fc.assert(fc.property(anyProgressAndNumbers, ([progress, seen]) => {
    const [narrow, wide] = [estimates(seen, progress, less), estimates(seen, progress, more)]
    for (const name of ["count", "sum", "mean"] as const) {
      assert.ok(wide[name].low <= narrow[name].low && narrow[name].high <= wide[name].high, name)
    }
  }))
})

Deno.test("nothing is known before the first partition is done, and a single number has no bounds", () => {
  const nothing = { mean: 0, confidence: 0, high: Infinity }
  const without = estimates([], { done: 0, total: 4 }, 0.95)
  assert.deepEqual(without.count, { ...nothing, low: 0 })
  assert.deepEqual(without.sum, { ...nothing, low: -Infinity })
  assert.deepEqual(without.mean, { ...nothing, low: -Infinity })
  const one = estimates([3], { done: 1, total: 4 }, 0.95)
  assert.deepEqual([one.sum.mean, one.sum.low, one.sum.high], [12, -Infinity, Infinity])
  assert.deepEqual([one.mean.mean, one.mean.low, one.mean.high], [3, -Infinity, Infinity])
  const zeros = estimates([0, 0], { done: 1, total: 4 }, 0.95)
  assert.deepEqual([zeros.sum.low, zeros.sum.high, zeros.mean.low, zeros.mean.high], [0, 0, 0, 0])
})

Deno.test("bounds agree with the formulas", () => {
  const found = estimates([1, 2, 3, 4], { done: 1, total: 2 }, 0.9)
  const t = 2.353363434801825 // Student's, for 3 degrees of freedom and 0.95
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a}, not ${b}`)
  close(found.sum.high, 20 + t * Math.sqrt(0.5 * 30) / 0.5)
  close(found.mean.low, 2.5 - t * Math.sqrt(0.5 * (5 / 3) / 4))
  assert.deepEqual([found.count.low, found.count.high], [4, 15])
})
