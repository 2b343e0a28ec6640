import assert from "node:assert/strict"
import { NO_WINDOWS, WindowLoad } from "../../lib/receiver/window_load.ts"

const overlapping = (slides: number) => ({ ...NO_WINDOWS, slides })

/** Adds batches of these sizes. Each takes `own` ms for each of its records, and `visit` ms for each record in the window. */
const loaded = (slides: number, sizes: ReadonlyArray<number>, { fixed = 0, own = 0, visit = 0 }) => {
  const load = new WindowLoad(overlapping(slides))
  const steady = sizes.map((size) => {
    const records = load.add(size)
    return load.steady(records, fixed + own * records.own + visit * records.average * slides)
  })
  return { load, steady }
}

/** Milliseconds for each record, once the window is full. */
const costs = ({ steady }: ReturnType<typeof loaded>) =>
  steady.map(({ processingDelay, records }) => Number((processingDelay / records).toFixed(6)))

Deno.test("without windows, the records and the time of a batch are its own", () => {
  const load = new WindowLoad(NO_WINDOWS)
  for (const [records, delay] of [[100, 50], [10, 80], [0, 7], [500, 1_000]] as const) {
    const added = load.add(records)
    assert.deepEqual(added, { own: records, average: records })
    assert.deepEqual([load.of(added), load.promptness], [records, 1])
    const { processingDelay, records: all } = load.steady(added, delay)
    assert.equal(all / processingDelay, records / delay)
  }
})

Deno.test("the records of a window are the average of its slides, and those of a slide the sum of its batches", () => {
  const load = new WindowLoad({ ...NO_WINDOWS, slide: 2, slides: 3 })
  const added = [10, 20, 30, 40, 50, 60, 70].map((records) => load.add(records))
  assert.deepEqual(added[1], { own: 30, average: 10 })
  assert.deepEqual(added[5], { own: 110, average: 70 })
  assert.deepEqual(added[6], { own: 130, average: 90 })
})

Deno.test("if windows do all of the work, the first batch shows what a record costs in a full window", () => {
  assert.deepEqual(costs(loaded(10, [100, 100, 100, 400, 50], { visit: 1 })), [10, 10, 10, 10, 10])
})

Deno.test("if windows cost nothing, the third batch shows what a record costs", () => {
  assert.deepEqual(costs(loaded(10, [100, 100, 100, 400, 50], { own: 1 })).slice(2), [1, 1, 1])
})

Deno.test("of a mixture, the third batch shows what a record costs in a full window", () => {
  const all = loaded(10, [100, 100, 100, 400, 50], { own: 2, visit: 0.5 })
  assert.deepEqual(costs(all).slice(2), [7, 7, 7])
  // 2 of 7 ms at once, and 5 ms over 10 slides.
  assert(Math.abs(all.load.promptness - 1 / (2 / 7 + 5.5 * 5 / 7)) < 1e-9)
  assert(Math.abs(all.load.of({ own: 700, average: 70 }) - 250) < 1e-9)
})

Deno.test("a time that does not depend on records counts once, not for each slide of the window", () => {
  const all = loaded(10, [100, 100, 100, 400], { fixed: 300, visit: 0.1 })
  assert.deepEqual(costs(all).slice(2), [400 / 100, 700 / 400])
})

Deno.test("times that differ by chance while records stay the same teach nothing", () => {
  const { load } = loaded(4, [100, 100, 100, 100, 100], { visit: 1 })
  const [before, records] = [load.promptness, { own: 100, average: 100 }]
  for (const delay of [300, 500, 450, 380]) {
    assert.deepEqual(load.steady(records, delay), { records: 100, processingDelay: delay })
  }
  assert.equal(load.promptness, before)
})

Deno.test("times that fall while records grow leave the costs as they are", () => {
  const load = new WindowLoad(overlapping(4))
  for (const [records, delay] of [[10, 100], [20, 50], [40, 25], [80, 10]] as const) {
    const { processingDelay, records: all } = load.steady(load.add(records), delay)
    assert(processingDelay >= delay && Number.isFinite(processingDelay) && all > 0)
  }
  assert(load.promptness > 0 && load.promptness <= 1)
})

Deno.test("that the first slide takes longer than others teaches nothing", () => {
  const load = new WindowLoad(overlapping(10))
  const rates = [300, 20, 30, 40, 50].map((delay) => {
    const { processingDelay, records } = load.steady(load.add(100), delay)
    return Math.round(1_000 * records / processingDelay)
  })
  assert.deepEqual(rates.slice(2), [1_000, 1_000, 1_000])
})
