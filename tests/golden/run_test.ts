import assert from "node:assert/strict"
import type { Case, NodeSpec } from "./case.ts"
import { runCase } from "./run.ts"

const streamCase = (node: NodeSpec, output: ReadonlyArray<unknown>, informative = false): Case => ({
  id: "T-01",
  kind: "stream",
  informative,
  inputs: [{ id: "s", batches: [[1, 2]] }],
  nodes: [{ id: "n", in: "s", ...node }],
  outputs: [{ id: "out", in: "n", compare: "list", partitions: "exact" }],
  expected: {
    outputs: { out: { slideMs: 1000, batches: [{ time: 1000, output, partitions: output.map((each) => [each]) }] } },
  },
})

Deno.test("runCase() passes a case if every engine agrees", async () => {
  assert.deepEqual(await runCase(streamCase({ op: "map", f: "double" }, [2, 4])), { _tag: "Passed" })
})

Deno.test("runCase() fails a case that differs and reports each engine", async () => {
  const outcome = await runCase(streamCase({ op: "map", f: "double" }, [2, 5]))
  assert.deepEqual(outcome, {
    _tag: "Failed",
    differences: ["local", "closures", "loopback"].map((name) => `[${name}] out at 1000: expected [2,5], got [2,4]`),
  })
})

Deno.test("runCase() skips an informative case that differs", async () => {
  const outcome = await runCase(streamCase({ op: "map", f: "double" }, [2, 5], true))
  assert.deepEqual(outcome, { _tag: "Skipped", reason: "informative" })
})

Deno.test("runCase() skips a case that needs something missing and names it", async () => {
  const operation = await runCase(streamCase({ op: "frobnicate" }, []))
  assert.deepEqual(operation, { _tag: "Skipped", reason: "missing: frobnicate" })
  const inside = await runCase(streamCase({ op: "transform", rdd: [{ op: "frobnicate" }] }, []))
  assert.deepEqual(inside, { _tag: "Skipped", reason: "missing: frobnicate" })
  const named = await runCase(streamCase({ op: "map", f: ["unheard", 1] }, []))
  assert.deepEqual(named, { _tag: "Skipped", reason: "missing: map function unheard" })
})

Deno.test("runCase() fails a script if a step gives another result", async () => {
  const golden = (state: string): Case => ({
    id: "T-02",
    kind: "script",
    steps: [{ do: "create" }, { do: "state" }],
    expected: { steps: [{ do: "create" }, { do: "state", value: state }] },
  })
  assert.deepEqual(await runCase(golden("INITIALIZED")), { _tag: "Passed" })
  assert.equal((await runCase(golden("ACTIVE")))._tag, "Failed")
})
