import assert from "node:assert/strict"
import { problemsOf, project, type World } from "./check.ts"
import { ids, type Row } from "./row.ts"
import { rows } from "./rows.ts"

const world: World = {
  exported: (name) => Promise.resolve(name === "DStream.map"),
  testsIn: (file) => Promise.resolve(file === "a_test.ts" ? ["map() maps", "map() keeps"] : undefined),
  golden: (id) =>
    Promise.resolve(
      id === "A-1" ? { _tag: "Passed" } : id === "A-2" ? { _tag: "Skipped", reason: "missing: map" } : undefined,
    ),
}

const good: Row = { row: "D-05", ours: "DStream.map", test: ["a_test.ts", "keeps"], golden: "A-1" }

/** The problems of a list in which one operation is replaced. */
const problemsWith = (row: Row) =>
  problemsOf([...ids.filter((id) => id !== "D-05").map((id) => ({ row: id, reason: "none" })), row], world)

Deno.test("every operation of Spark has an export and a test or recording, or a reason why it is not supported", async () => {
  assert.deepEqual(await problemsOf(rows, project()), [])
})

Deno.test("problemsOf() accepts operations that are covered, or have a reason", async () => {
  assert.deepEqual(await problemsWith(good), [])
  assert.deepEqual(await problemsWith({ row: "D-05", reason: "why" }), [])
})

Deno.test("problemsOf() reports operations that are missing, repeated or unknown", async () => {
  const others = ids.filter((id) => id !== "D-05").map((id) => ({ row: id, reason: "none" }))
  assert.deepEqual(await problemsOf(others, world), ["D-05: is missing"])
  assert.deepEqual(await problemsOf([...others, good, good], world), ["D-05: occurs 2 times"])
  assert.deepEqual(await problemsOf([...others, good, { row: "D-99", reason: "none" }], world), ["D-99: is unknown"])
})

Deno.test("problemsOf() reports exports, tests and cases that do not exist or do not pass", async () => {
  const wrong: ReadonlyArray<readonly [Row, string]> = [
    [{ ...good, ours: "DStream.map DStream.nap" }, "DStream.nap is not exported"],
    [{ ...good, ours: "" }, "names no export"],
    [{ ...good, test: ["b_test.ts", "keeps"] }, "b_test.ts does not exist"],
    [{ ...good, test: ["a_test.ts", "sleeps"] }, 'a_test.ts has no test "sleeps"'],
    [{ ...good, test: ["a_test.ts", "keeps", "naps"] }, 'a_test.ts has no test "naps"'],
    [{ ...good, golden: "A-1 A-3" }, "case A-3 does not exist"],
    [{ ...good, golden: "A-2" }, "case A-2 does not pass: missing: map"],
    [{ row: "D-05", ours: "DStream.map" }, "has neither a test nor a recorded case"],
    [{ row: "D-05", reason: "" }, "gives no reason"],
  ]
  for (const [row, problem] of wrong) assert.deepEqual(await problemsWith(row), [`D-05: ${problem}`])
})

Deno.test("project() finds exports of mod.ts and of sub-paths, and no other names", async () => {
  const { exported } = project()
  const names = ["DStream.map", "runMain", "testing/Testing.run", "DStream.none", "DStream", "None.map", "none/map"]
  assert.deepEqual(await Promise.all(names.map(exported)), [true, true, true, false, true, false, false])
})
