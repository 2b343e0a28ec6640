import assert from "node:assert/strict"
import { BatchRate } from "../../lib/receiver/batch_rate.ts"

/** What each of some batches takes from a receiver that always has more. */
const taken = (maxRate: number, interval: number, batches: number): ReadonlyArray<number> => {
  const rate = new BatchRate(maxRate, interval)
  return Array.from({ length: batches }, () => {
    const { next } = rate
    rate.took(next > 0)
    return next
  })
}

Deno.test("a batch takes the rate times the interval, rounded down", () => {
  assert.deepEqual(taken(500, 1000, 3), [500, 500, 500])
  assert.deepEqual(taken(7, 500, 3), [3, 3, 3])
  assert.deepEqual(taken(0.7, 10_000, 2), [7, 7])
})

Deno.test("a rate below one record a batch gives one record every few batches", () => {
  assert.deepEqual(taken(0.5, 1000, 6), [1, 0, 1, 0, 1, 0])
  assert.deepEqual(taken(0.3, 1000, 9), [1, 0, 0, 0, 1, 0, 0, 1, 0])
})

Deno.test("records are received no faster than the batches can take them", () => {
  assert.equal(new BatchRate(7, 500).maxRate, 6)
  assert.equal(new BatchRate(500, 1000).maxRate, 500)
  assert.equal(new BatchRate(0.5, 1000).maxRate, 0.5)
  assert.equal(new BatchRate(undefined, 1000).maxRate, undefined)
  assert.equal(new BatchRate(undefined, 1000).next, Infinity)
})
