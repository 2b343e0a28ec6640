import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import * as Graph from "../../../lib/graph.ts"
import * as RDD from "../../../lib/rdd.ts"
import { Testing } from "../../../lib/testing.ts"
import { batchesLong, engines, frames, givens, naive, runWindow } from "../windows.ts"

const run = <A, E>(stream: DStream.DStream<A, E>, options?: Testing.Options) =>
  Effect.runPromise(Testing.run(stream, options))

const six = () => Testing.input([[0], [1], [2], [3], [4], [5]], { partitions: 2 })
const none = undefined

for (const engine of engines) {
  Deno.test(`window() concatenates its batches, also if some are missing or fail [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(givens(fc.integer()), frames, async (batches, [w, s]) => {
        const windowed = DStream.window<number, never, never>
        assert.deepEqual(
          await runWindow(batches, (it) => windowed(it, batchesLong(w), { slide: batchesLong(s) }), { engine }),
          naive(batches, w, s),
        )
      }),
      { numRuns: 40 },
    ))

  Deno.test(`window() of a window concatenates the windows of its batches [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer(), { maxLength: 2 }), { maxLength: 12 }),
        frames,
        frames,
        async (batches, [w, s], [v, r]) => {
          const inner = naive(batches, w, s)
          const expected = batches.map((_, i) => {
            if ((i + 1) % (s * r) !== 0) return undefined
            return inner.slice(Math.max(0, i + 1 - s * v), i + 1).flatMap((each) => each ?? [])
          })
          const twice = (it: DStream.DStream<number>) =>
            DStream.window(it, batchesLong(w), { slide: batchesLong(s) }).pipe(
              DStream.window(batchesLong(s * v), { slide: batchesLong(s * r) }),
            )
          assert.deepEqual(await runWindow(batches, twice, { engine }), expected)
        },
      ),
      { numRuns: 25 },
    ))
}

Deno.test("window() without a slide slides with the stream", async () => {
  const windowed = DStream.window(six(), "2 seconds")
  assert.deepEqual(await run(windowed, { batches: 8 }), [[0], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5], []])
})

Deno.test("window() with a slide longer than itself leaves batches out", async () => {
  const windowed = DStream.window(six(), "2 seconds", { slide: "3 seconds" })
  assert.deepEqual(await run(windowed), [none, none, [1, 2], none, none, [4, 5]])
})

Deno.test("window() has an RDD without partitions if no batch has an RDD", async () => {
  const windowed = DStream.window(Testing.input([[1], null, [], null, null]), "2 seconds")
  const partitions = await Effect.runPromise(Testing.runPartitions(windowed))
  assert.deepEqual(partitions, [[[], [1]], [[], [1]], [[], []], [[], []], []])
})

Deno.test("window() keeps the partitions of the batches in the order of time", async () => {
  const slices = Testing.input([[1, 2, 3], [4], [5, 6]]).pipe(DStream.window("2 seconds"), DStream.glom)
  assert.deepEqual(await run(slices), [[[1], [2, 3]], [[1], [2, 3], [], [4]], [[], [4], [5], [6]]])
})

Deno.test("window() keeps the partitioner of its batches if they all have the same", async () => {
  const pairs = Testing.input([["a"], ["b", "a"], ["c"]]).pipe(DStream.map((word) => [word, 1]))
  const reduced = DStream.reduceByKey(pairs, (a, b) => a + b)
  const partitions = await Effect.runPromise(Testing.runPartitions(DStream.window(reduced, "2 seconds")))
  assert.deepEqual(partitions, [
    [[], [["a", 1]]],
    [[["b", 1]], [["a", 1], ["a", 1]]],
    [[["b", 1]], [["a", 1], ["c", 1]]],
  ])
})

Deno.test("window() counts its slides from the start of the first batch", async () => {
  const windowed = DStream.window(six(), "2 seconds", { slide: "2 seconds" })
  assert.deepEqual(await run(windowed, { clockStart: 10_500 }), [none, [0, 1], none, [2, 3], none, [4, 5]])
})

Deno.test("window() computes each batch once, also if another window with a longer slide is taken of it", async () => {
  let calls = 0
  const counted = DStream.map(six(), (n) => n + 0 * calls++)
  const windowed = DStream.window(counted, "4 seconds")
  const outputs = [
    DStream.foreachRDD(windowed, (rdd) => RDD.count(rdd)),
    DStream.foreachRDD(DStream.window(windowed, "2 seconds", { slide: "2 seconds" }), (rdd) => RDD.count(rdd)),
  ] as const
  const { batches } = await Effect.runPromise(Testing.runOutputs(outputs))
  assert.equal(batches.length, 6)
  assert.equal(calls, 6)
})

Deno.test("window() computes each batch once, also if the stream is persisted with a level that stores nothing", async () => {
  let calls = 0
  const counted = DStream.map(six(), (n) => n + 0 * calls++).pipe(DStream.persist("NONE"))
  assert.equal((await run(DStream.window(counted, "4 seconds"))).length, 6)
  assert.equal(calls, 6)
})

Deno.test("window() reports durations that are not multiples of the stream's slide before start", () => {
  const problems = (...args: [window: number, slide?: number]) => {
    const [w, slide] = args
    const output = DStream.print(DStream.window(six(), w, { slide }))
    return Graph.validate(Graph.make([output]), { batchDuration: 1000 }).map(({ text }) => text)
  }
  const rule = "must be a multiple of the slide duration of parent DStream (1000 ms)"
  assert.deepEqual(problems(1500), [`The window duration of windowed DStream (1500 ms) ${rule}`])
  assert.equal(problems(2000, 1500)[0], `The slide duration of windowed DStream (1500 ms) ${rule}`)
  assert.match(problems(0)[0] ?? "", /window duration .* must be a positive whole number of milliseconds/)
  assert.deepEqual(problems(2000, 2000), [])
})
