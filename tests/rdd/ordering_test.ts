import assert from "node:assert/strict"
import * as fc from "fast-check"
import { UnsupportedKey } from "../../lib/core/keys.ts"
import { atOnce } from "../../lib/core/pace.ts"
import { compare, orderOf } from "../../lib/rdd/ordering.ts"
import { anyKey } from "./run.ts"

const anything = fc.oneof(anyKey, fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined))

Deno.test("compare() is a total order: antisymmetric and transitive", () => {
  fc.assert(fc.property(anything, anything, anything, (a, b, c) => {
    assert.equal(compare(a, b), compare(b, a) === 0 ? 0 : -compare(b, a))
    assert.equal(compare(a, a), 0)
    if (compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0)
  }))
})

Deno.test("compare() puts NaN last among numbers and compares tuples element by element", () => {
  assert.deepEqual([NaN, 1, -Infinity, Infinity, 0].sort(compare), [-Infinity, 0, 1, Infinity, NaN])
  assert.deepEqual([[1, 2], [1], [0, 9]].sort(compare), [[0, 9], [1], [1, 2]])
  assert.equal(compare(-0, 0), 0)
  assert.equal(compare(1n, 1), 0)
})

Deno.test("compare() refuses values without a default order, and says what to do", () => {
  assert.throws(() => compare({ n: 1 }, { n: 2 }), (error) => {
    assert.ok(error instanceof UnsupportedKey)
    assert.match(error.message, /^Unsupported key: object has no default order; pass an order in the options\. /)
    return true
  })
  assert.throws(() => compare(new Map(), 1), /instance of Map has no default order/)
})

Deno.test("orderOf() agrees with compare() for all keys", () => {
  const keys = fc.oneof(
    fc.array(fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(NaN, -0, Infinity))),
    fc.array(fc.string()),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
  )
  fc.assert(fc.property(keys, (keys) => {
    const order: (a: never, b: never) => number = atOnce(orderOf(keys.length, (i) => keys[i]))
    assert.deepEqual((keys as Array<never>).toSorted(order), (keys as Array<never>).toSorted(compare))
  }))
})
