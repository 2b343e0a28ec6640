import assert from "node:assert/strict"
import fc from "fast-check"
import { atOnce } from "../../lib/core/pace.ts"
import { orderOfNumbers } from "../../lib/core/sorted_numbers.ts"
import { compare } from "../../lib/rdd/ordering.ts"

const number = fc.oneof(fc.double(), fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, NaN))

Deno.test("orderOfNumbers() gives the order of a stable sort, in both directions", () => {
  fc.assert(fc.property(fc.array(number, { maxLength: 200 }), fc.boolean(), (numbers, descending) => {
    const direction = descending ? -1 : 1
    const expected = numbers.map((_, i) => i).sort((a, b) => direction * compare(numbers[a], numbers[b]))
    assert.deepEqual([...atOnce(orderOfNumbers(Float64Array.from(numbers), descending))], expected)
  }))
})

Deno.test("orderOfNumbers() tells apart numbers that differ in any single bit", () => {
  const bits = Array.from(
    { length: 63 },
    (_, bit) => new Float64Array(new BigUint64Array([1n << BigInt(bit)]).buffer)[0]!,
  )
  const numbers = [...bits.toReversed(), ...bits.map((x) => -x)]
  const expected = numbers.map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]!)
  assert.deepEqual([...atOnce(orderOfNumbers(Float64Array.from(numbers), false))], expected)
})
