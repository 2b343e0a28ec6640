import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import type { Slide, Timed } from "../../../lib/dstream/windows/aggregate.ts"
import { withInverse } from "../../../lib/dstream/windows/with_inverse.ts"
import { withoutInverse } from "../../../lib/dstream/windows/without_inverse.ts"
import { make } from "../../../lib/engine/state_store.ts"
import { fromArray } from "../../../lib/rdd/block.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import { columnsOf } from "../../../lib/rdd/pair_block.ts"
import { Testing } from "../../../lib/testing.ts"
import { batchesLong, frames, naive } from "../windows.ts"

type Pair = [key: string, value: number]
type Sums = (stream: DStream.DStream<Pair>, f: (a: number, b: number) => number, n: number) => DStream.DStream<Pair>

/** Counts the calls of functions in each batch after the first window of `n` batches is full. */
const callsPerBatch = async (sums: Sums, n: number): Promise<number> => {
  let calls = 0
  let before = 0
  const add = (a: number, b: number) => (calls++, a + b)
  const batches = 3 * n
  const given = Testing.input<Pair>(Array.from({ length: batches }, (_, i): Array<Pair> => [["a", i], ["b", 1]]))
  const output = DStream.foreachRDD(sums(given, add, n), (_, { time }) =>
    Effect.sync(() => {
      if (time === (batches - n) * 1000) before = calls
    }))
  await Effect.runPromise(Testing.runOutputs([output]))
  return (calls - before) / n
}

const subtract = (a: number, b: number) => a - b
const sumsWith: Readonly<Record<string, Sums>> = {
  "an inverse": (it, f, n) => DStream.reduceByKeyAndWindow(it, f, n * 1000, { inverse: subtract }),
  "no inverse": (it, f, n) => DStream.reduceByKeyAndWindow(it, f, n * 1000),
}

for (const [how, sums] of Object.entries(sumsWith)) {
  Deno.test(`reduceByKeyAndWindow() with ${how} calls its function as often for 600 batches as for 10`, async () => {
    const few = await callsPerBatch(sums, 10)
    const many = await callsPerBatch(sums, 600)
    assert.ok(few > 0 && few <= 8, `${few} calls for 2 keys`)
    assert.ok(many <= few * 1.2, `${many} calls, and ${few} for 10 batches`)
  })
}

/** Runs slides over a state store as the engine does. `times` is how often each slide is attempted. */
const slides = async <A>(
  slide: Slide,
  batches: ReadonlyArray<A>,
  w: number,
  times: (at: number) => number,
): Promise<ReadonlyArray<unknown>> => {
  const store = await Effect.runPromise(make)
  const found: Array<unknown> = []
  const recordsAt = (at: number): Array<readonly [string, readonly [number, unknown]]> => {
    const value = batches[at - 1]
    return value === undefined ? [] : [["a", [at, value]]]
  }
  let last: number | undefined
  for (let at = 1; at <= batches.length; at++) {
    let result: unknown
    for (let attempt = 0; attempt < times(at); attempt++) {
      const state = store.open("id", 0, last, at)
      const position = { end: at, start: at - w, duration: w, previousEnd: at - 1, zeroTime: 0, pane: 1 }
      const pairs = atOnce(columnsOf(fromArray([...recordsAt(at - w), ...recordsAt(at)])))
      result = atOnce(slide(position, state, pairs, last === undefined)).records
    }
    await Effect.runPromise(Effect.andThen(store.seal("id", at), store.commit(at)))
    last = at
    found.push(result)
  }
  return found
}

Deno.test("withInverse() does not change the version it builds on, so a retry gives the same result", async () => {
  const batches = Array.from({ length: 30 }, (_, i) => i)
  const sums = withInverse((a, b) => Number(a) + Number(b), (a, b) => Number(a) - Number(b), undefined)
  const once = await slides(sums, batches, 7, () => 1)
  assert.deepEqual(await slides(sums, batches, 7, (at) => at % 3 + 1), once)
})

Deno.test("withoutInverse() does not change the version it builds on, so a retry gives the same result", async () => {
  const batches = Array.from("the quick brown fox jumps over the lazy dog")
  const join = withoutInverse((a, b) => `${a}${b}`, undefined)
  const entering: Slide = (position, state, { keys, values }, fresh) => {
    const entered = values.filter((timed) => (timed as Timed)[0] > position.start)
    return join(position, state, { keys: keys.slice(0, entered.length), values: entered }, fresh)
  }
  const once = await slides(entering, batches, 7, () => 1)
  assert.deepEqual(await slides(entering, batches, 7, (at) => at % 3 + 1), once)
  assert.deepEqual(once, batches.map((_, i) => [["a", batches.slice(Math.max(0, i - 6), i + 1).join("")]]))
})

Deno.test("reduceByKeyAndWindow() without an inverse merges only values that one window has together", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 16 }),
      frames,
      async (present, [w, s]) => {
        const batches = present.map((is, i): Array<[string, ReadonlyArray<number>]> => is ? [["a", [i]]] : [])
        const join = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): ReadonlyArray<number> => {
          const both = [...a, ...b]
          const last = Math.ceil(((both.at(-1) ?? 0) + 1) / s) * s
          assert.ok(both.every((i) => i >= last - w), `${both} is in no window of ${w} batches taken every ${s}`)
          assert.deepEqual(both, both.toSorted((one, other) => one - other))
          return both
        }
        const windows = Testing.input(batches).pipe(
          DStream.reduceByKeyAndWindow(join, batchesLong(w), { slide: batchesLong(s) }),
        )
        const all = naive(batches.map((batch) => batch.flatMap(([, times]) => times)), w, s)
        const expected = all.map((times) => times && (times.length === 0 ? [] : [["a", times]]))
        assert.deepEqual(await Effect.runPromise(Testing.run(windows)), expected)
      },
    ),
    { numRuns: 60 },
  ))
