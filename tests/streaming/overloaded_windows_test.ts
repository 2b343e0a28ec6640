import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { counting, inOrder, type Seen, sizes, stopping, working } from "./overloads.ts"
import { pass, test } from "./support.ts"

const { make, start } = StreamingContext

/** Where the time goes. In full windows, a record takes the same time each way. */
type Work =
  /** A window computes all of its records again. */
  | "window"
  /** Each record is computed once. A window is reduced with an inverse, in no time. */
  | "inverse"
  /** Each record is computed once, and a window without an inverse is reduced in no time. */
  | "reduced"
  /** Half of the time is that of a window, half of it that of the records of the batch. */
  | "both"

interface Shape {
  /** Durations in milliseconds; the batch interval is a second. */
  readonly window: number
  readonly slide: number
  readonly work: Work
  /** Milliseconds that a record takes in all, at a batch time. */
  readonly cost: (time: number) => number
}

/** The outputs of a shape. Where all has been done is seen in `ends`, and what batches took in `batches`. */
const outputs = (
  stream: DStream.DStream<number>,
  { cost, slide, window, work }: Shape,
  batches: Array<Seen>,
  ends: Array<Seen>,
) => {
  const windows = DStream.window(stream, window, { slide })
  const perVisit = (time: number) => cost(time) * slide / window
  const sum = (a: number, b: number) => a + b
  switch (work) {
    case "window":
      return [working(stream, 0, batches), working(windows, perVisit, ends)] as const
    case "inverse": {
      const reduced = DStream.reduceByWindow(stream, sum, window, { slide, inverse: (a, b) => a - b })
      return [working(stream, cost, batches), working(reduced, 0, ends, 10)] as const
    }
    case "reduced": {
      const reduced = DStream.reduceByWindow(stream, sum, window, { slide })
      return [working(stream, cost, batches), working(reduced, 0, ends, 10)] as const
    }
    case "both":
      return [
        working(stream, (time) => cost(time) / 2, batches),
        working(windows, (time) => perVisit(time) / 2, ends),
      ] as const
  }
}

/** Runs a shape under 1.8 times of what it can process at first, for some milliseconds. */
const overloaded = (shape: Shape, millis: number) =>
  Effect.gen(function* () {
    const batches: Array<Seen> = []
    const ends: Array<Seen> = []
    const { sent, stream } = counting(1_800 / shape.cost(0), millis)
    const active = yield* start(yield* make, outputs(stream, shape, batches, ends))
    yield* pass(millis)
    return { active, batches, ends, sent }
  })

/** Checks that lags are below two slides, and that batches differ by less than a quarter and use the time. */
const isSettled = (
  shape: Shape,
  { batches, ends }: { batches: Array<Seen>; ends: Array<Seen> },
  from: number,
  to: number,
) => {
  const lags = ends.filter(({ time }) => time > from && time <= to).map(({ lag }) => lag)
  assert(lags.length >= Math.floor((to - from) / shape.slide) - 2, `${lags.length} batches`)
  assert(Math.max(...lags) < 2 * shape.slide, `lags: ${lags}`)
  const even = sizes(batches.filter(({ time }) => time > from && time <= to))
  assert(Math.max(...even) - Math.min(...even) < Math.max(...even) / 4, `sizes: ${even}`)
  const possible = 1_000 / shape.cost(to)
  assert(Math.min(...even) > 0.75 * possible, `sizes: ${even} of ${possible}`)
}

const inWords = ({ slide, window, work }: Shape) => `${work}, ${window / 1000} s every ${slide / 1000} s`

/** Of so many shapes one is tested. `DSTREAM_OVERLOAD=all` tests all. */
const EVERY = Deno.env.get("DSTREAM_OVERLOAD") === "all" ? 1 : 10

let turn = 0

/** Tests a shape, if it is its turn. */
const settles = (shape: Shape): void => {
  if (turn++ % EVERY === 0) testSettles(shape)
}

const testSettles = (shape: Shape) =>
  test(`under overload, batches are even and on time after ten slides (${inWords(shape)}, ${shape.cost(0)} ms)`, () =>
    Effect.gen(function* () {
      const { slide, window } = shape
      const warmUp = 10 * slide
      const end = warmUp + Math.max(10 * slide, 2 * window)
      const seen = yield* overloaded(shape, end)
      isSettled(shape, seen, warmUp, end)
      // What was waiting is taken, and then windows become empty.
      yield* pass(window + 4 * slide + 2_000)
      assert.deepEqual(sizes(seen.batches.slice(-1)), [0])
      assert(seen.ends.slice(-1).every(({ lag }) => lag < 1_000))
      yield* stopping(seen.active)
      assert.deepEqual(seen.batches.flatMap(({ records }) => records), inOrder(seen.sent.count))
    }))

const constant = (cost: number) => () => cost

for (const window of [2_000, 4_000, 10_000, 30_000]) {
  for (const cost of [0.5, 5]) settles({ window, slide: 1_000, work: "window", cost: constant(cost) })
  for (const work of ["inverse", "reduced", "both"] as const) {
    settles({ window, slide: 1_000, work, cost: constant(2) })
  }
}
settles({ window: 30_000, slide: 1_000, work: "window", cost: constant(40) })
for (const [window, slide] of [[4_000, 4_000], [4_000, 2_000], [12_000, 4_000], [50_000, 5_000]] as const) {
  for (const work of ["window", "inverse", "both"] as const) settles({ window, slide, work, cost: constant(2) })
}

for (const [window, work] of [[4_000, "window"], [4_000, "inverse"], [10_000, "window"], [10_000, "both"]] as const) {
  test(`when records take twice as long, batches are even and on time after two windows (${work}, ${window / 1000} s)`, () =>
    Effect.gen(function* () {
      const shape: Shape = { window, slide: 1_000, work, cost: (time) => time <= 40_000 ? 2 : 4 }
      const end = 40_000 + 2 * window + 20_000
      const seen = yield* overloaded(shape, end)
      isSettled(shape, seen, 10_000, 40_000)
      isSettled(shape, seen, 40_000 + Math.max(2 * window, 10_000), end)
    }))

  test(`when records take half as long, batches are never late and soon use the time (${work}, ${window / 1000} s)`, () =>
    Effect.gen(function* () {
      const shape: Shape = { window, slide: 1_000, work, cost: (time) => time <= 40_000 ? 2 : 1 }
      const seen = yield* overloaded(shape, 60_000)
      isSettled(shape, seen, 10_000, 40_000)
      isSettled(shape, seen, 43_000, 60_000)
    }))
}

test("with long windows, batches without load are not held back after the first ones", () =>
  Effect.gen(function* () {
    const batches: Array<Seen> = []
    const windows: Array<Seen> = []
    const { stream } = counting(4_000, 40_000)
    const outputs = [
      working(stream, 0.1, batches),
      working(DStream.window(stream, "5 minutes"), 0.000_5, windows, 50),
    ] as const
    yield* start(yield* make, outputs)
    yield* pass(40_000)
    assert(sizes(batches.filter(({ time }) => time > 12_000)).every((size) => size === 4_000), `${sizes(batches)}`)
    assert(windows.every(({ lag }) => lag < 1_000))
  }))
