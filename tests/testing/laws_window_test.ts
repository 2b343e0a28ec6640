import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { holds, smallest } from "./laws.ts"

const few = { maxRecords: 3 }
const numbers = Testing.arrivals(fc.nat(9), few)
const pairs = Testing.arrivals(Testing.pairs(fc.nat(9), Testing.skewedKeys({ distinct: 2 })), few)
const { inverseWindowIsPlain, reduceByWindowIsReduceOfWindow, windowIsConcatenation } = Testing.laws
const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b
const frames = [[1, 1], [3, 1], [4, 2], [2, 3]] as const

Deno.test("windowIsConcatenation() holds for window, whatever the slide", async () => {
  for (const [window, slide] of frames) await holds(windowIsConcatenation(window, slide, { input: numbers }), 8)
})

Deno.test("windowIsConcatenation() is broken by a window that is one batch too long", async () => {
  const law = windowIsConcatenation(2, 1, {
    input: Testing.batches(fc.nat(9), few),
    window: (stream, window, { slide }) => DStream.window(stream, window + slide, { slide }),
  })
  assert.deepEqual(await smallest(law), { inputs: [[[0], [], []]], partitions: 1 })
})

Deno.test("windowIsConcatenation() holds for any batch interval", async () => {
  const law = windowIsConcatenation(2, 1, { input: numbers })
  assert.equal((await Effect.runPromise(Testing.check(law, { batchDuration: "20 millis", runs: 5 }))).runs, 5)
})

Deno.test("reduceByWindowIsReduceOfWindow() holds for reduceByWindow", async () => {
  const input = Testing.batches(fc.constantFrom("a", "b"), few)
  const append = (a: string, b: string) => a + b
  for (const [window, slide] of frames) await holds(reduceByWindowIsReduceOfWindow(append, window, slide, { input }), 8)
})

Deno.test("reduceByWindowIsReduceOfWindow() is broken by a function that is not associative", async () => {
  const law = reduceByWindowIsReduceOfWindow(subtract, 2, 1, { input: Testing.batches(fc.nat(9)) })
  assert.deepEqual(await smallest(law), { inputs: [[[0], [0, 1]]], partitions: 2 })
})

Deno.test("inverseWindowIsPlain() holds for reduceByKeyAndWindow with an inverse", async () => {
  for (const [window, slide] of frames) {
    await holds(inverseWindowIsPlain(add, subtract, window, slide, { input: pairs }), 8)
  }
})

Deno.test("inverseWindowIsPlain() is broken by an inverse that takes nothing out", async () => {
  const law = inverseWindowIsPlain(add, (a) => a, 2, 1, {
    input: Testing.batches(Testing.pairs(fc.nat(9)), few),
  })
  assert.deepEqual(await smallest(law), { inputs: [[[["k0", 1]], [["k0", 0]], []]], partitions: 1 })
})
