import assert from "node:assert/strict"
import { compareElements, compareEntry, comparePartitions, compareResult } from "./compare.ts"

Deno.test("compareElements() minds the order of a list and no order of a set", () => {
  assert.equal(compareElements("x", [1, 2], [1, 2], "list"), undefined)
  assert.equal(compareElements("x", [1, 2], [2, 1], "list"), "x: expected [1,2], got [2,1]")
  assert.equal(compareElements("x", [1, 2], [2, 1], "set"), undefined)
  assert.equal(compareElements("x", [1, 1, 2], [2, 1, 2], "set"), "x: expected [1,1,2], got [2,1,2]")
})

Deno.test("compareElements() minds no order inside the values of groups", () => {
  assert.equal(compareElements("x", [["a", [1, 2]]], [["a", [2, 1]]], "group"), undefined)
  assert.notEqual(compareElements("x", [["a", [1, 2]]], [["a", [2, 1]]], "set"), undefined)
  assert.equal(compareElements("x", [["a", [[1, 2], [3]]]], [["a", [[2, 1], [3]]]], "cogroup"), undefined)
  assert.notEqual(compareElements("x", [["a", [[1, 2], [3]]]], [["a", [[3], [1, 2]]]], "cogroup"), undefined)
})

Deno.test("comparePartitions() minds where elements lie", () => {
  assert.equal(comparePartitions("x", [[1], [2]], [[1], [2]], "list"), undefined)
  assert.notEqual(comparePartitions("x", [[1], [2]], [[], [1, 2]], "list"), undefined)
})

Deno.test("compareEntry() tells no RDD from an empty one", () => {
  const output = { id: "out", in: "s" }
  assert.equal(compareEntry({ time: 1, output: null }, undefined, output), undefined)
  assert.notEqual(compareEntry({ time: 1, output: null }, { time: 1, partitions: [] }, output), undefined)
  assert.notEqual(compareEntry({ time: 1, output: [] }, undefined, output), undefined)
})

Deno.test("compareEntry() minds the number of partitions and the partitioner also where placement is free", () => {
  const output = { id: "out", in: "s", compare: "set", partitions: "informative" } as const
  const expected = { time: 1, output: [1], partitions: [[1], []], partitioner: "HashPartitioner(2)" }
  const got = { time: 1, partitions: [[], [1]], partitioner: "HashPartitioner(2)" }
  assert.equal(compareEntry(expected, got, output), undefined)
  assert.notEqual(compareEntry(expected, { ...got, partitions: [[1]] }, output), undefined)
  assert.notEqual(compareEntry(expected, { ...got, partitioner: null }, output), undefined)
})

Deno.test("compareResult() takes our error for Spark's when it holds the same message", () => {
  const expected = {
    error: { class: "java.lang.IllegalArgumentException", message: "requirement failed: n too small" },
  }
  assert.equal(compareResult("x", expected, { error: new Error("option n too small (at f)") }), undefined)
  assert.notEqual(compareResult("x", expected, { error: new Error("n too large") }), undefined)
  assert.notEqual(compareResult("x", expected, { value: 1 }), undefined)
  assert.notEqual(compareResult("x", { value: 1 }, { error: new Error("n too small") }), undefined)
})
