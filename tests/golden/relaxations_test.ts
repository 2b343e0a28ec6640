import assert from "node:assert/strict"
import type { Case, EntrySpec, Family } from "./case.ts"
import { relaxations } from "./relaxations.ts"
import { differences, judge, type Outcome } from "./run.ts"

const recorded = async (family: string, id: string): Promise<Case> => {
  const file: Family = JSON.parse(await Deno.readTextFile(new URL(`${family}.json`, import.meta.url)))
  const found = file.cases.find((each) => each.id === id)
  assert.ok(found)
  return found
}

const judged = async (golden: Case): Promise<Outcome["_tag"]> => (await judge(await differences(), golden))._tag

interface Outputs {
  readonly [id: string]: { readonly slideMs: number; readonly batches: ReadonlyArray<EntrySpec> }
}

/** A copy of the case under another id, with something else in one batch of an output. */
const changed = (golden: Case, output: string, batch: number, entry: Partial<EntrySpec>): Case => {
  const outputs = golden.expected.outputs as Outputs
  const { slideMs = 1000, batches = [] } = outputs[output] ?? {}
  const wrong = batches.map((each, i) => i === batch ? { time: each.time, ...entry } : each)
  return {
    ...golden,
    id: "T-01",
    expected: { ...golden.expected, outputs: { ...outputs, [output]: { slideMs, batches: wrong } } },
  }
}

const same = async (family: string, id: string): Promise<Case> => ({ ...await recorded(family, id), id: "T-01" })

Deno.test("judge() skips recordings of a difference on purpose under any id", async () => {
  const shown = [
    ["window_reduce", "WR-02"],
    ["window_reduce", "WR-04"],
    ["window_reduce", "WR-11"],
    ["window_reduce", "WR-23"],
    ["map_with_state", "MS-10"],
    ["map_with_state", "MS-20"],
    ["lifecycle", "LC-22"],
    ["remember", "RM-09"],
    ["rdd_actions", "RA-13"],
    ["rdd_actions", "RA-15"],
  ] as const
  for (const [family, id] of shown) assert.equal(await judged(await same(family, id)), "Skipped", id)
})

Deno.test("judge() fails a wrong result beside keys that stay in inverse windows", async () => {
  const golden = await same("window_reduce", "WR-11")
  assert.equal(await judged(changed(golden, "out", 4, { output: [["b", 1], ["a", 3], ["c", 0]] })), "Failed")
  assert.equal(await judged(changed(golden, "out", 4, { output: [["b", 1], ["a", 2], ["c", 1]] })), "Failed")
  assert.equal(await judged(changed(golden, "out", 4, { output: [["b", 1], ["a", 2], ["c", 0], ["d", 0]] })), "Failed")
  assert.equal(await judged(changed(await same("window_reduce", "WR-02"), "out", 1, { output: [20] })), "Failed")
})

Deno.test("judge() fails a wrong count beside zeros before the first record", async () => {
  assert.equal(await judged(changed(await same("window_reduce", "WR-04"), "out", 3, { output: [4] })), "Failed")
  assert.equal(await judged(changed(await same("window_reduce", "WR-04"), "out", 5, { output: [] })), "Failed")
})

Deno.test("judge() fails a wrong result beside timeouts at other times", async () => {
  const golden = await same("map_with_state", "MS-10")
  assert.equal(await judged(changed(golden, "w", 1, { output: [["b", 2], ["a", 1]] })), "Failed")
  assert.equal(await judged(changed(golden, "w", 4, { output: [["c", ["timeout", 1, 5000]]] })), "Failed")
  assert.equal(await judged(changed(golden, "snap", 20, { output: [] })), "Failed")
})

Deno.test("judge() fails an operation that differs from Spark's as intended, but does not what it should", async () => {
  const [relaxed] = [relaxations.timeouts?.(await same("map_with_state", "MS-10")) ?? []].flat()
  assert.ok(relaxed)
  assert.equal(await judged(relaxed), "Passed")
  const nodes = relaxed.nodes?.map((node) => node.id === "w~" ? { ...node, timeout: 4000 } : node) ?? []
  assert.equal(await judged({ ...relaxed, nodes }), "Failed")
})

/** An inverse window over numbers of one key, and what Spark gives for them. */
const inverse = (
  window: object,
  batches: ReadonlyArray<number>,
  given: ReadonlyArray<number>,
  slideMs = 1000,
): Case => ({
  id: "T-01",
  kind: "stream",
  checkpoint: true,
  inputs: [{ id: "s", type: "pair", batches: batches.map((n) => n === 0 ? [] : [["a", n]]) }],
  nodes: [{ id: "n", op: "reduceByKeyAndWindow", in: "s", f: "add", inv: "sub", ...window }],
  outputs: [{ id: "out", in: "n", compare: "set" }],
  expected: {
    outputs: {
      out: {
        slideMs,
        batches: given.map((n, i) => ({ time: (i + 1) * slideMs, output: n === 0 ? [] : [["a", n]] })),
      },
    },
  },
})

Deno.test("judge() skips what Spark takes out of an inverse window that never came in", async () => {
  const filtered = { window: 2000, slide: 1000, filter: ["valueGt", 1] }
  assert.equal(await judged(inverse(filtered, [1, 3, 0, 0], [0, 3, 2, 0])), "Skipped")
  assert.equal(await judged(inverse(filtered, [1, 3, 0, 0], [0, 3, 4, 0])), "Failed")
  const apart = { window: 1000, slide: 2000 }
  assert.equal(await judged(inverse(apart, [1, 2, 3, 4], [3, 5], 2000)), "Skipped")
  assert.equal(await judged(inverse(apart, [1, 2, 3, 4], [3, 6], 2000)), "Failed")
})

Deno.test("judge() skips what Spark counts between two windows", async () => {
  const given = (op: string, outputs: ReadonlyArray<unknown>): Case => {
    const golden = inverse({}, [1, 2, 3, 4], [0, 0], 2000)
    const batches = outputs.map((output, i) => ({ time: (i + 1) * 2000, output: [output] }))
    return {
      ...golden,
      inputs: [{ id: "s", batches: [["a"], ["a", "a"], ["a"], ["a"]] }],
      nodes: [{ id: "n", op, in: "s", window: 1000, slide: 2000 }],
      expected: { outputs: { out: { slideMs: 2000, batches } } },
    }
  }
  assert.equal(await judged(given("countByWindow", [3, 2])), "Skipped")
  assert.equal(await judged(given("countByWindow", [3, 3])), "Failed")
  assert.equal(await judged(given("countByValueAndWindow", [["a", 3], ["a", 2]])), "Skipped")
  assert.equal(await judged(given("countByValueAndWindow", [["a", 3], ["a", 4]])), "Failed")
})

const boom = {
  class: "org.apache.spark.SparkException",
  message: "Job aborted due to stage failure",
  task: { class: "UserError", message: "boom: 7" },
}

/** A state whose second batch fails, and what its third one gives. */
const failing = (third: Omit<EntrySpec, "time">): Case => ({
  id: "T-01",
  kind: "stream",
  checkpoint: true,
  inputs: [{ id: "s", type: "pair", batches: [[["a", 1]], [["a", 7]], [["a", 2]]] }],
  nodes: [{ id: "n", op: "updateStateByKey", in: "s", f: ["failOnValue", 7] }],
  outputs: [{ id: "out", in: "n", compare: "set" }],
  expected: {
    outputs: {
      out: {
        slideMs: 1000,
        batches: [{ time: 1000, output: [["a", 1]] }, { time: 2000, error: boom }, { time: 3000, ...third }],
      },
    },
    batchErrors: (third.error === undefined ? [2000] : [2000, 3000]).map((time) => ({
      time,
      phase: "job",
      outputOpId: 0,
      error: boom,
    })),
  },
})

Deno.test("judge() skips failures of the state that come again in all later batches", async () => {
  assert.equal(await judged(failing({ output: [["a", 3]] })), "Passed")
  assert.equal(await judged(failing({ output: [["a", 10]] })), "Failed")
  assert.equal(await judged(failing({ error: boom })), "Skipped")
  assert.equal(await judged(changed(failing({ error: boom }), "out", 0, { output: [["a", 2]] })), "Failed")
  assert.equal(await judged(changed(failing({ error: boom }), "out", 1, { output: [["a", 8]] })), "Failed")
})

Deno.test("judge() fails what should not start for another reason than checkpoints", async () => {
  const golden = await same("window_reduce", "WR-17")
  assert.equal(await judged(golden), "Skipped")
  const error = { class: "java.lang.IllegalArgumentException", message: "requirement failed: No output operations" }
  assert.equal(await judged({ ...golden, expected: { error } }), "Failed")
})

Deno.test("judge() skips slices of batches to come and of forgotten ones", async () => {
  const sliced = (value: ReadonlyArray<unknown>): Case => ({
    id: "T-01",
    kind: "script",
    steps: [
      { do: "create" },
      { do: "build" },
      { do: "start" },
      { do: "advance", batches: 2 },
      { do: "slice", in: "s", from: 1000, to: 3000 },
    ],
    inputs: [{ id: "s", batches: [[1], [2], [3]] }],
    outputs: [{ id: "out", in: "s", kind: "called" }],
    expected: {
      steps: [
        { do: "create" },
        { do: "build" },
        { do: "start" },
        { do: "advance", value: ["completed", "completed"] },
        { do: "slice", value },
      ],
      outputs: { out: [{ time: 1000, called: true }, { time: 2000, called: true }] },
    },
  })
  assert.equal(await judged(sliced([[1], [2], [3]])), "Skipped")
  assert.equal(await judged(sliced([[1], [4], [3]])), "Failed")
})

Deno.test("differences.json names relaxations that there are", async () => {
  for (const { differs, like } of await differences()) {
    assert.ok((differs === undefined) !== (like === undefined))
    if (like !== undefined) assert.ok(like in relaxations, like)
  }
})
