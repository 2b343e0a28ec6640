import assert from "node:assert/strict"
import type { EntrySpec, OutputSpec } from "./case.ts"
import {
  compareAction,
  compareElements,
  compareEntries,
  compareEntry,
  comparePartitions,
  compareResult,
} from "./compare.ts"

const out: OutputSpec = { id: "out", in: "s" }

Deno.test("compareElements() compares lists in their order and sets in any order", () => {
  assert.equal(compareElements("x", [1, 2], [1, 2], "list"), undefined)
  assert.equal(compareElements("x", [1, 2], [2, 1], "list"), "x: expected [1,2], got [2,1]")
  assert.equal(compareElements("x", [1, 2], [2, 1], "set"), undefined)
  assert.equal(compareElements("x", [1, 1, 2], [2, 1, 2], "set"), "x: expected [1,1,2], got [2,1,2]")
})

Deno.test("compareElements() compares the values of groups in any order, and nothing else", () => {
  assert.equal(compareElements("x", [["a", [1, 2]]], [["a", [2, 1]]], "group"), undefined)
  assert.notEqual(compareElements("x", [["a", [1, 2]]], [["a", [2, 1]]], "set"), undefined)
  assert.notEqual(compareElements("x", [["a", [1, 2], 3]], [["a", [1, 2]]], "group"), undefined)
  assert.equal(compareElements("x", [["a", [[1, 2], [3]]]], [["a", [[2, 1], [3]]]], "cogroup"), undefined)
  assert.notEqual(compareElements("x", [["a", [[1, 2], [3]]]], [["a", [[3], [1, 2]]]], "cogroup"), undefined)
})

Deno.test("compareElements() tells maps and sets apart by what they hold", () => {
  assert.equal(compareElements("x", [[["a", 1]]], [new Map([["a", 1]])]), undefined)
  assert.notEqual(compareElements("x", [[["a", 2]]], [new Map([["a", 1]])]), undefined)
  assert.notEqual(compareElements("x", [[1, 2]], [new Set([1, 3])]), undefined)
})

Deno.test("comparePartitions() compares where elements lie", () => {
  assert.equal(comparePartitions("x", [[1], [2]], [[1], [2]], "list"), undefined)
  assert.notEqual(comparePartitions("x", [[1], [2]], [[], [1, 2]], "list"), undefined)
  assert.equal(comparePartitions("x", [[1, 2], []], [[2, 1], []], "set"), undefined)
  assert.notEqual(comparePartitions("x", [[1], [2]], [[2], [1]], "set"), undefined)
})

const batches: ReadonlyArray<EntrySpec> = [{ time: 1, output: [1] }, { time: 2, output: null }, { time: 3, output: [] }]

Deno.test("compareEntries() takes exactly one entry for each recorded RDD, in the same order", () => {
  const [first, third] = [{ time: 1, partitions: [[1]] }, { time: 3, partitions: [] }]
  assert.deepEqual(compareEntries(out, batches, [first, third]), [])
  const refused = [[first], [first, first, third], [third, first], [first, { time: 2, partitions: [] }, third], []]
  for (const got of refused) {
    const expected = `out, batches with an RDD: expected [1,3], got [${got.map(({ time }) => time)}]`
    assert.deepEqual(compareEntries(out, batches, got), [expected])
  }
  assert.notDeepEqual(compareEntries(out, [...batches, { time: 3, output: [] }], [first, third]), [])
})

Deno.test("compareEntry() compares the number of partitions and the partitioner even if the placement is informative", () => {
  const output = { ...out, compare: "set", partitions: "informative" } as const
  const expected = { time: 1, output: [1], partitions: [[1], []], partitioner: "HashPartitioner(2)" }
  const got = { time: 1, partitions: [[], [1]], partitioner: "HashPartitioner(2)" }
  assert.equal(compareEntry(expected, got, output), undefined)
  assert.notEqual(compareEntry(expected, { ...got, partitions: [[1]] }, output), undefined)
  assert.notEqual(compareEntry(expected, { ...got, partitioner: null }, output), undefined)
  assert.notEqual(compareEntry(expected, { ...got, partitioner: "RangePartitioner(2)" }, output), undefined)
  assert.notEqual(compareEntry({ ...expected, partitions: [[1], [1]] }, got, output), undefined)
})

Deno.test("compareEntry() compares the number of partitions where a recording has nothing else of them", () => {
  const expected = { time: 1, output: [1], numPartitions: 2 }
  assert.equal(compareEntry(expected, { time: 1, partitions: [[], [1]] }, out), undefined)
  assert.notEqual(compareEntry(expected, { time: 1, partitions: [[], [1], []] }, out), undefined)
})

Deno.test("compareEntry() does not take one kind of entry for another", () => {
  assert.notEqual(compareEntry({ time: 1, output: [] }, { time: 1, called: true }, out), undefined)
  assert.notEqual(compareEntry({ time: 1, value: [] }, { time: 1, partitions: [] }, out), undefined)
  assert.notEqual(compareEntry({ time: 1 }, { time: 1, called: true }, out), undefined)
})

Deno.test("compareAction() compares maps in any order, whether they are recorded as pairs or as an object", () => {
  const action = { op: "countByValue" }
  assert.equal(compareAction("x", [["a", 1], ["b", 2]], [["b", 2], ["a", 1]], action), undefined)
  assert.equal(compareAction("x", { a: 1, b: 2 }, [["b", 2], ["a", 1]], action), undefined)
  assert.equal(compareAction("x", { 1: [2] }, [[1, [2]]], action), undefined)
  assert.notEqual(compareAction("x", { a: 1 }, [["a", 1], ["b", 2]], action), undefined)
  assert.notEqual(compareAction("x", { a: 1, b: 1 }, [["a", 1], ["b", 2]], action), undefined)
  assert.notEqual(compareAction("x", [["a", 1], ["b", 2]], [["b", 2], ["a", 1]], { op: "collect" }), undefined)
})

Deno.test("compareResult() takes a result for nothing else", () => {
  const expected = {
    error: { class: "java.lang.IllegalArgumentException", message: "requirement failed: n too small" },
  }
  assert.notEqual(compareResult("x", expected, { value: 1 }), undefined)
  assert.notEqual(compareResult("x", { value: 1 }, { error: new Error("n too small") }), undefined)
  assert.equal(compareResult("x", {}, { value: undefined }), undefined)
  assert.notEqual(compareResult("x", {}, { value: 1 }), undefined)
  assert.notEqual(compareResult("x", { value: 1 }, { value: undefined }), undefined)
})
