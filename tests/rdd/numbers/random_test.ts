import assert from "node:assert/strict"
import * as fc from "fast-check"
import { javaRandom, poisson, shuffled, well, xorShift } from "../../../lib/rdd/numbers/random.ts"

const numbers = (n: number, next: () => number) => Array.from({ length: n }, next)

Deno.test("javaRandom() draws the same numbers as java.util.Random", () => {
  const rng = javaRandom(42n)
  assert.deepEqual(numbers(3, rng.nextInt), [-1170105035, 234785527, -1360544799])
  assert.equal(javaRandom(42n).nextLong(), -5025562857975149833n)
  assert.deepEqual(numbers(5, () => javaRandom(0n).nextBelow(10)), [0, 0, 0, 0, 0])
})

Deno.test("shuffled() gives the same order as Spark", () => {
  assert.deepEqual(
    shuffled([...Array(20).keys()], javaRandom(1n)),
    [2, 17, 6, 15, 11, 13, 19, 8, 7, 12, 14, 10, 9, 0, 4, 3, 16, 1, 18, 5],
  )
})

Deno.test("xorShift() and well() draw evenly from 0 to 1, and the same numbers for the same seed", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (seed) => {
      for (const make of [xorShift, well]) {
        const drawn = numbers(400, make(seed).nextDouble)
        assert.deepEqual(drawn, numbers(400, make(seed).nextDouble))
        assert.ok(drawn.every((x) => x >= 0 && x < 1))
        const mean = drawn.reduce((a, b) => a + b) / drawn.length
        assert.ok(Math.abs(mean - 0.5) < 0.1, `${mean}`)
      }
    }),
    { numRuns: 50, seed: 1 },
  )
})

Deno.test("poisson() draws numbers whose mean and variance are the given mean, small or large", () => {
  for (const mean of [0.3, 5, 100]) {
    const rng = well(7n)
    const drawn = numbers(4000, () => poisson(mean, rng))
    const found = drawn.reduce((a, b) => a + b) / drawn.length
    const variance = drawn.reduce((sum, n) => sum + (n - found) ** 2, 0) / drawn.length
    assert.ok(Math.abs(found - mean) < 0.1 * Math.sqrt(mean), `${found} ${mean}`)
    assert.ok(Math.abs(variance / mean - 1) < 0.1, `${variance} ${mean}`)
  }
})
