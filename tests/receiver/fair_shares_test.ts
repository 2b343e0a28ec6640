import assert from "node:assert/strict"
import fc from "fast-check"
import { firstShare } from "../../lib/receiver/fair_shares.ts"

/** What each input gets if all take their share in turn. */
const shares = (total: number, demands: ReadonlyArray<number>): ReadonlyArray<number> => {
  let left = total
  return demands.map((_, i) => {
    const share = firstShare(left, demands.slice(i))
    left -= share
    return share
  })
}

Deno.test("inputs that have less than an equal share leave the rest to the others", () => {
  assert.deepEqual(shares(90, [100, 100, 100]), [30, 30, 30])
  assert.deepEqual(shares(90, [10, 100, 100]), [10, 40, 40])
  assert.deepEqual(shares(90, [100, 10, 100]), [40, 10, 40])
  assert.deepEqual(shares(90, [100, 0, 5]), [85, 0, 5])
  assert.deepEqual(shares(90, [Infinity, 20]), [70, 20])
})

Deno.test("shares use the bound up, never exceed it, and no input gets less than an equal share that it could use", () =>
  fc.assert(fc.property(fc.nat(1_000), fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }), (total, demands) => {
    const given = shares(total, demands)
    const sum = given.reduce((a, b) => a + b, 0)
    assert.equal(sum, Math.min(total, demands.reduce((a, b) => a + b, 0)))
    for (const [i, share] of given.entries()) {
      const demand = demands[i] ?? 0
      assert(share <= demand)
      assert(share >= Math.min(demand, Math.floor(total / demands.length)))
    }
  })))
