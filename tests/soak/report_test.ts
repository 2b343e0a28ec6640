import assert from "node:assert/strict"
import { rowOf, tableOf } from "./report.ts"

/** Batches of 500 ms that have these sizes and lags, in milliseconds. */
const ran = (sizes: ReadonlyArray<number>, lags: ReadonlyArray<number>, lost = 0) => ({
  seen: sizes.map((records, i) => ({ time: 500 * (i + 1), records, lag: lags[i] ?? 0, rss: 1024 * 1024 })),
  received: sizes.reduce((a, b) => a + b, 0) - lost,
  doubled: 0,
})
const row = (given: ReturnType<typeof ran>, sent: number) =>
  rowOf("test", given, sent, 500, 15, { lag: 2, uneven: 0.25 })
const even = Array.from({ length: 30 }, () => 100)

Deno.test("a soak is all right if nothing is lost, and batches are even and on time after the warm-up", () => {
  const { lag, problems, uneven } = row(ran([500, ...even], [5_000, ...even]), 3_500)
  assert.deepEqual([problems, lag, uneven], [[], 0.2, 0])
})

Deno.test("a soak tells of lost and doubled records, of a lag, and of uneven batches", () => {
  assert.deepEqual(row(ran(even, even, 2), 3_000).problems, ["2 records lost"])
  assert.deepEqual(row({ ...ran(even, even), doubled: 3 }, 3_000).problems, ["3 records doubled"])
  const late = even.map((_, i) => i === 20 ? 1_200 : 0)
  assert.deepEqual(row(ran(even, late), 3_000).problems, ["a lag of 2.4 intervals"])
  const never = even.map((_, i) => i === 29 ? 600 : 0)
  assert.deepEqual(row(ran(even, never), 3_000).problems, ["a lag of 1.2 intervals at the end"])
  const jumping = even.map((_, i) => i % 2 === 0 ? 50 : 150)
  assert.deepEqual(row(ran(jumping, even), 3_000).problems, ["batches differ by 0.67"])
})

Deno.test("a soak that did not run is not all right", () => {
  assert.deepEqual(row(ran([], []), 0).problems, ["it did not run"])
  assert.match(tableOf([row(ran([], []), 0)]), /^\| scenario .*\n\| -+ .*\n\| test .* did not run/)
})
