import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import { Testing } from "../../../lib/testing.ts"
import { sorted } from "../batches.ts"
import { batchesLong, engines, frames, givens, naive, reduced, runWindow } from "../windows.ts"

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

const run = <A, E>(stream: DStream.DStream<A, E>, options?: Testing.Options) =>
  Effect.runPromise(Testing.run(stream, options))

const one = <A>(records: ReadonlyArray<A> | undefined, f: (a: A, b: A) => A): ReadonlyArray<A> | undefined =>
  records === undefined || records.length === 0 ? records : [records.reduce(f)]

for (const engine of engines) {
  Deno.test(`reduceByWindow() with and without an inverse equals the naive reduction of the window [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(fc.integer({ min: -99, max: 99 })), frames, async (batches, [w, s]) => {
        const expected = naive(batches, w, s).map((records) => one(records, add))
        for (const inverse of [undefined, subtract]) {
          const windowed = (it: DStream.DStream<number>) =>
            DStream.reduceByWindow(it, add, batchesLong(w), { slide: batchesLong(s), inverse })
          assert.deepEqual(await runWindow(batches, windowed, { engine }), expected)
        }
      }),
      { numRuns: 40 },
    ))

  Deno.test(`reduceByWindow() without an inverse merges the oldest first [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(fc.constantFrom("u", "v", "w", "x"), 20), frames, async (batches, [w, s]) => {
        const join = (a: string, b: string) => a + b
        const windowed = (it: DStream.DStream<string>) =>
          DStream.reduceByWindow(it, join, batchesLong(w), { slide: batchesLong(s) })
        const expected = naive(batches, w, s).map((records) => one(records, join))
        assert.deepEqual(await runWindow(batches, windowed, { engine }), expected)
      }),
      { numRuns: 40 },
    ))

  Deno.test(`countByWindow() gives exactly one number for every slide [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(fc.integer()), frames, async (batches, [w, s]) => {
        const windowed = (it: DStream.DStream<number>) =>
          DStream.countByWindow(it, batchesLong(w), { slide: batchesLong(s) })
        const expected = naive(batches, w, s).map((records) => records && [records.length])
        assert.deepEqual(await runWindow(batches, windowed, { engine }), expected)
      }),
      { numRuns: 30 },
    ))

  Deno.test(`countByValueAndWindow() counts the records of the window [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(fc.constantFrom("a", "b", "c")), frames, async (batches, [w, s]) => {
        const windowed = (it: DStream.DStream<string>) =>
          DStream.countByValueAndWindow(it, batchesLong(w), { slide: batchesLong(s) })
        const counts = naive(batches, w, s).map((records) => reduced(records?.map((it) => [it, 1] as const), add))
        assert.deepEqual(
          (await runWindow(batches, windowed, { engine })).map((records) => records && sorted(records)),
          counts.map((records) => records && sorted(records)),
        )
      }),
      { numRuns: 30 },
    ))
}

Deno.test("reduceByWindow() with and without an inverse gives no record for a window without records", async () => {
  const numbers = Testing.input([[1, 2, 3], [4, 5, 6], [7, 8, 9], [], [], []])
  for (const inverse of [undefined, subtract]) {
    const sums = DStream.reduceByWindow(numbers, add, "2 seconds", { inverse })
    assert.deepEqual(await run(sums), [[6], [21], [39], [24], [], []])
  }
})

Deno.test("countByWindow() counts 0 before the first record, and after the last", async () => {
  const counts = DStream.countByWindow(Testing.input([[], [], [1], [1, 2], [], [], []]), "2 seconds")
  assert.deepEqual(await run(counts), [[0], [0], [1], [3], [2], [0], [0]])
})

Deno.test("countByWindow() of a stream without RDDs is 0", async () => {
  assert.deepEqual(await run(DStream.countByWindow(Testing.input([null, [1], null, null]), "2 seconds")), [[0], [1], [
    1,
  ], [
    0,
  ]])
})

Deno.test("countByValueAndWindow() drops records that have left the window", async () => {
  const words = Testing.input([["a"], ["b", "b"], ["a", "b"], [], []])
  const counts = DStream.countByValueAndWindow(words, "2 seconds", { partitions: 1 })
  assert.deepEqual((await run(counts)).map((records) => records && sorted(records)), [
    [["a", 1]],
    [["a", 1], ["b", 2]],
    [["a", 1], ["b", 3]],
    [["a", 1], ["b", 1]],
    [],
  ])
})
