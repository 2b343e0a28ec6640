import assert from "node:assert/strict"
import { BACKPRESSURE, RateEstimator } from "../../lib/receiver/rate_estimator.ts"

const second = { endTime: 1000, records: 500, processingDelay: 1000, schedulingDelay: 0 }

Deno.test("the estimate begins with the initial rate, and follows batches that take long", () => {
  const estimator = new RateEstimator(1000, BACKPRESSURE)
  assert.deepEqual([estimator.rate, estimator.isBehind], [1, false])
  estimator.add(second)
  assert.deepEqual([estimator.rate, estimator.capacity, estimator.isBehind], [0.5, 0.5, true])
  estimator.add({ ...second, endTime: 2000, processingDelay: 2000 })
  assert.deepEqual([estimator.rate, estimator.capacity], [0.25, 0.25])
})

Deno.test("the estimate is that of Spark's PIDRateEstimator, for each of its parameters", () => {
  const options = { proportional: 0.5, integral: 0.1, derived: 0.2, minRate: 10, initialRate: 1_000 }
  const estimator = new RateEstimator(1000, options)
  // Rates in records a second, as Spark counts: 1000 - 0.5 × 500, then each term by hand.
  estimator.add(second)
  assert.equal(estimator.rate * 1000, 750)
  estimator.add({ endTime: 3000, records: 600, processingDelay: 1000, schedulingDelay: 400 })
  const error = 750 - 600
  const expected = 750 - 0.5 * error - 0.1 * (400 * 600 / 1000) - 0.2 * (error - 500) / 2
  assert(Math.abs(estimator.rate * 1000 - expected) < 1)
})

Deno.test("the estimate never falls below the minimum rate", () => {
  const estimator = new RateEstimator(1000, BACKPRESSURE)
  estimator.add({ ...second, schedulingDelay: 60_000 })
  assert.equal(estimator.rate, 0.01)
  estimator.add({ endTime: 2000, records: 1, processingDelay: 60_000, schedulingDelay: 0 })
  assert.equal(estimator.rate, 0.01)
})

Deno.test("short batches raise the estimate and never lower it", () => {
  const estimator = new RateEstimator(1000, BACKPRESSURE)
  const short = (records: number, processingDelay: number) => {
    estimator.add({ endTime: 0, records, processingDelay, schedulingDelay: 0 })
    return estimator.rate
  }
  assert.equal(short(1_000, 10), 100)
  assert.equal(short(1, 400), 100)
  assert.equal(short(0, 5_000), 100)
  assert.equal(estimator.isBehind, false)
  assert.equal(short(1, 500), 0.01)
})

Deno.test("batches that take no time lift the bound, and one that takes long sets it again", () => {
  const estimator = new RateEstimator(1000, BACKPRESSURE)
  estimator.add({ ...second, processingDelay: 0 })
  assert.equal(estimator.rate, Infinity)
  estimator.add({ ...second, endTime: 1500, processingDelay: 100 })
  assert.equal(estimator.rate, Infinity)
  estimator.add({ ...second, endTime: 3000 })
  assert.deepEqual([estimator.rate, estimator.capacity], [0.5, 0.5])
})
