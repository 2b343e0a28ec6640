import assert from "node:assert/strict"
import * as fc from "fast-check"
import { Testing } from "../../lib/testing.ts"

const sample = <A>(arbitrary: fc.Arbitrary<A>, numRuns = 300) => fc.sample(arbitrary, { numRuns, seed: 1 })

Deno.test("cut() keeps every record in its place", () =>
  fc.assert(fc.property(fc.array(fc.nat()), fc.array(fc.nat(5)), (records, lengths) => {
    const slices = Testing.cut(records, lengths)
    assert.deepEqual(slices.flat(), records)
    assert.equal(slices.length, lengths.length + 1)
  })))

Deno.test("sliced() divides every batch, unevenly and with empty slices, and keeps null", () => {
  const given = sample(Testing.sliced(fc.constant<Testing.Batches<number>>([[1, 2, 3], null])))
  for (const [first, second] of given) {
    assert.deepEqual(first?.flat(), [1, 2, 3])
    assert.equal(second, null)
  }
  const shapes = given.map(([first]) => first?.map(({ length }) => length) ?? [])
  assert.ok(shapes.some(({ length }) => length === 1))
  assert.ok(shapes.some((lengths) => lengths.length > 2 && lengths.includes(0) && lengths.includes(2)))
})
