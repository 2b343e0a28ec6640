import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import { Testing } from "../../../lib/testing.ts"
import { sorted } from "../batches.ts"
import { batchesLong, engines, frames, givens, naive, reduced, runWindow } from "../windows.ts"

type Pair = [key: string, value: number]
type Numbers = DStream.DStream<Pair>

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

const run = <A, E>(stream: DStream.DStream<A, E>, options?: Testing.Options) =>
  Effect.runPromise(Testing.run(stream, options))

const inOrder = <A>(batches: ReadonlyArray<ReadonlyArray<A> | undefined>) =>
  batches.map((records) => records && sorted(records))

const pair = fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: -9, max: 9 }))
const word = fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("u", "v", "w", "x", "y", "z"))

for (const engine of engines) {
  Deno.test(`reduceByKeyAndWindow() with and without an inverse equals the naive reduction of the window [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(pair), frames, async (batches, [w, s]) => {
        const slide = batchesLong(s)
        const expected = inOrder(naive(batches, w, s).map((pairs) => reduced(pairs, add)))
        for (const inverse of [undefined, subtract]) {
          const windowed = (it: Numbers) => DStream.reduceByKeyAndWindow(it, add, batchesLong(w), { slide, inverse })
          assert.deepEqual(inOrder(await runWindow(batches, windowed, { engine })), expected)
        }
      }),
      { numRuns: 60 },
    ))

  Deno.test(`reduceByKeyAndWindow() without an inverse merges the oldest first [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(word, 20), frames, async (batches, [w, s]) => {
        const join = (a: string, b: string) => a + b
        const windowed = (it: DStream.DStream<[string, string]>) =>
          DStream.reduceByKeyAndWindow(it, join, batchesLong(w), { slide: batchesLong(s) })
        assert.deepEqual(
          inOrder(await runWindow(batches, windowed, { engine })),
          inOrder(naive(batches, w, s).map((pairs) => reduced(pairs, join))),
        )
      }),
      { numRuns: 60 },
    ))

  Deno.test(`groupByKeyAndWindow() has the values of each key, oldest first [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(pair), frames, async (batches, [w, s]) => {
        const windowed = (it: Numbers) => DStream.groupByKeyAndWindow(it, batchesLong(w), { slide: batchesLong(s) })
        const lists = naive(batches, w, s).map((pairs) => pairs?.map(([key, n]): [string, Array<number>] => [key, [n]]))
        assert.deepEqual(
          inOrder(await runWindow(batches, windowed, { engine })),
          inOrder(lists.map((pairs) => reduced(pairs, (a, b) => [...a, ...b]))),
        )
      }),
      { numRuns: 25 },
    ))

  Deno.test(`reduceByKeyAndWindow() is complete if another operator needs only some of its slides [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(pair), fc.boolean(), async (batches, inverted) => {
        const inverse = inverted ? subtract : undefined
        const sums = (it: Numbers) => DStream.reduceByKeyAndWindow(it, add, "3 seconds", { inverse })
        const seldom = (it: Numbers) => DStream.window(sums(it), "1 second", { slide: "4 seconds" })
        const expected = naive(batches, 3, 1).map((pairs, i) => (i + 1) % 4 === 0 ? reduced(pairs, add) : undefined)
        assert.deepEqual(inOrder(await runWindow(batches, seldom, { engine })), inOrder(expected))
      }),
      { numRuns: 30 },
    ))
}

const letters = () =>
  Testing.input([["a"], ["a", "b"], ["a", "b", "c"], ["a", "b"], ["a"], [], []]).pipe(DStream.map((word) => [word, 1]))

Deno.test("reduceByKeyAndWindow() with an inverse drops keys that have left the window", async () => {
  const counts = DStream.reduceByKeyAndWindow(letters(), add, "2 seconds", { inverse: subtract })
  assert.deepEqual(inOrder(await run(counts)), [
    [["a", 1]],
    [["a", 2], ["b", 1]],
    [["a", 2], ["b", 2], ["c", 1]],
    [["a", 2], ["b", 2], ["c", 1]],
    [["a", 2], ["b", 1]],
    [["a", 1]],
    [],
  ])
})

Deno.test("reduceByKeyAndWindow() and groupByKeyAndWindow() compute each batch once", async () => {
  let calls = 0
  const counted = letters().pipe(DStream.map(([word, n]) => [word, n + 0 * calls++]))
  for (const inverse of [undefined, subtract]) {
    calls = 0
    await run(DStream.reduceByKeyAndWindow(counted, add, "3 seconds", { inverse }), { batches: 9 })
    assert.equal(calls, 9)
  }
  calls = 0
  await run(DStream.groupByKeyAndWindow(counted, "3 seconds"), { batches: 9 })
  assert.equal(calls, 9)
})

Deno.test("reduceByKeyAndWindow() with an inverse leaves no rounding error behind", async () => {
  const tenths = Testing.input<Pair>([[["a", 0.1]], [["a", 0.2]], [], [["a", 0.3]], []])
  const sums = DStream.reduceByKeyAndWindow(tenths, add, "2 seconds", { inverse: subtract })
  const found = await run(sums)
  assert.deepEqual(found.slice(3), [[["a", 0.3]], [["a", 0.3]]])
})

Deno.test("reduceByKeyAndWindow() ignores batches between windows that do not overlap", async () => {
  const counts = DStream.reduceByKeyAndWindow(letters(), add, "1 second", { slide: "3 seconds", inverse: subtract })
  const none = undefined
  assert.deepEqual(inOrder(await run(counts)), [none, none, [["a", 1], ["b", 1], ["c", 1]], none, none, [], none])
})

Deno.test("reduceByKeyAndWindow() drops pairs that the filter rejects, and does not fail when their batch leaves", async () => {
  const words = Testing.input([["a"], [], [], [], ["b", "b"]]).pipe(DStream.map((word) => [word, 1]))
  const isTwice = ([, count]: readonly [string, number]) => count > 1
  for (const inverse of [undefined, subtract]) {
    const counts = DStream.reduceByKeyAndWindow(words, add, "2 seconds", { inverse, filter: isTwice })
    assert.deepEqual(await run(counts), [[], [], [], [], [["b", 2]]])
  }
})

Deno.test("reduceByKeyAndWindow() with an inverse drops the state of keys that the filter rejects, so they start anew", async () => {
  const given = Testing.input<Pair>([[["a", 1]], [["a", 2]], [["a", 4]], [], [], []])
  const moreThanOne = ([, sum]: readonly [string, number]) => sum > 1
  const sums = DStream.reduceByKeyAndWindow(given, add, "3 seconds", { inverse: subtract, filter: moreThanOne })
  assert.deepEqual(await run(sums), [[], [["a", 2]], [["a", 6]], [["a", 6]], [["a", 4]], []])
})

Deno.test("reduceByKeyAndWindow() uses the given partitions", async () => {
  for (const inverse of [undefined, subtract]) {
    const counts = DStream.reduceByKeyAndWindow(letters(), add, "2 seconds", { inverse, partitions: 3 })
    const partitions = await Effect.runPromise(Testing.runPartitions(counts, { batches: 3 }))
    assert.deepEqual(partitions.map((parts) => parts?.length), [3, 3, 3])
    assert.deepEqual(partitions[2], [[["c", 1]], [["a", 2]], [["b", 2]]])
  }
})

Deno.test("reduceByKeyAndWindow() leaves out only the batch in which its function throws", async () => {
  const batches = [[["a", 1]], [["a", 2]], [["a", -100], ["a", 3]], [["a", 4]], [["a", 5]], [["a", 6]]] as Array<
    Array<Pair>
  >
  const careful = (a: number, b: number) => {
    if (a === -100 || b === -100) throw new RangeError("not this")
    return a + b
  }
  for (const inverse of [undefined, subtract]) {
    const found = await runWindow(
      batches,
      (it: Numbers) => DStream.reduceByKeyAndWindow(it, careful, "2 seconds", { inverse }),
    )
    assert.deepEqual(found.slice(0, 2), [[["a", 1]], [["a", 3]]])
    assert.deepEqual(found.slice(2, 4), [undefined, [["a", 4]]])
    assert.deepEqual(found.slice(4), [[["a", 9]], [["a", 11]]])
  }
})

Deno.test("reduceByKeyAndWindow() reports durations that are not multiples of the stream's slide before start", () => {
  const output = DStream.print(
    DStream.reduceByKeyAndWindow(letters(), add, "1500 millis", { slide: "1 second", inverse: subtract }),
  )
  assert.deepEqual(
    Graph.validate(Graph.make([output]), { batchDuration: 1000 }).map(({ text }) => text),
    [
      "The window duration of ReducedWindowedDStream (1500 ms) must be multiple of the slide duration of parent DStream (1000 ms)",
    ],
  )
})
