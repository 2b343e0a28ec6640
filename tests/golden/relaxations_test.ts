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

const judged = async (golden: Case): Promise<Outcome["_tag"]> =>
  (await judge(await differences(), "other", golden))._tag

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

Deno.test("judge() takes a timed state function to agree with a plain account of it, in each batch", async () => {
  const golden = await same("map_with_state", "MS-10")
  const relaxed = relaxations.timeouts?.(golden)
  assert.equal(relaxed?.outputs?.length, 3)
  // With an operation in place of ours that times out at other times, that output has records.
  const nodes = relaxed?.nodes?.map((node) => node.id === "w~" ? { ...node, timeout: 4000 } : node)
  assert.equal(await judged({ ...golden, ...relaxed, nodes: nodes ?? [] }), "Failed")
})

const failing = (last: EntrySpec): Case => {
  const boom = {
    class: "org.apache.spark.SparkException",
    message: "Job aborted due to stage failure",
    task: { class: "UserError", message: "boom: 7" },
  }
  const error = (time: number) => ({ time, error: boom })
  const failed = (time: number) => ({ time, phase: "job", outputOpId: 0, error: boom } as const)
  return {
    id: "T-01",
    kind: "stream",
    checkpoint: true,
    inputs: [{ id: "s", type: "pair", batches: [[["a", 1]], [["a", 7]], [["a", 2]]] }],
    nodes: [{ id: "n", op: "updateStateByKey", in: "s", f: ["failOnValue", 7] }],
    outputs: [{ id: "out", in: "n", compare: "set" }],
    expected: {
      outputs: { out: { slideMs: 1000, batches: [{ time: 1000, output: [["a", 1]] }, error(2000), last] } },
      batchErrors: last.error === undefined ? [failed(2000)] : [failed(2000), failed(3000)],
    },
  }
}

Deno.test("judge() skips failures of the state that come again in all later batches", async () => {
  const [, , again] = (failing({ time: 3000 }).expected.outputs as Outputs).out?.batches ?? []
  assert.equal(again?.time, 3000)
  assert.equal(await judged(failing({ time: 3000, output: [["a", 3]] })), "Passed")
  const { error } = (failing({ time: 3000 }).expected.outputs as Outputs).out?.batches[1] ?? {}
  assert.ok(error)
  const golden = failing({ time: 3000, error })
  assert.equal(await judged(golden), "Skipped")
  assert.equal(await judged(changed(golden, "out", 0, { output: [["a", 2]] })), "Failed")
  assert.equal(await judged(changed(golden, "out", 1, { output: [["a", 8]] })), "Failed")
})

Deno.test("judge() fails what should not start for another reason than checkpoints", async () => {
  const golden = await same("window_reduce", "WR-17")
  assert.equal(await judged(golden), "Skipped")
  const error = { class: "java.lang.IllegalArgumentException", message: "requirement failed: No output operations" }
  assert.equal(await judged({ ...golden, expected: { error } }), "Failed")
})

Deno.test("differences.json names relaxations that there are", async () => {
  for (const { differs, like } of await differences()) {
    assert.ok(differs !== undefined || like !== undefined)
    if (like !== undefined) assert.ok(like in relaxations, like)
  }
})
