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

/** What is wrong with a table in which one row is as given. */
const problemsWith = (row: Row) =>
  problemsOf([...ids.filter((id) => id !== "D-05").map((id) => ({ row: id, reason: "none" })), row], world)

Deno.test("every row of Spark's operations has its name and its proof here, or a reason", async () => {
  assert.deepEqual(await problemsOf(rows, await project()), [])
})

Deno.test("problemsOf() finds nothing wrong with rows that are proven, or have a reason", async () => {
  assert.deepEqual(await problemsWith(good), [])
  assert.deepEqual(await problemsWith({ row: "D-05", reason: "why" }), [])
})

Deno.test("problemsOf() wants every row once, and no others", async () => {
  const others = ids.filter((id) => id !== "D-05").map((id) => ({ row: id, reason: "none" }))
  assert.deepEqual(await problemsOf(others, world), ["D-05: missing"])
  assert.deepEqual(await problemsOf([...others, good, good], world), ["D-05: 2 times"])
  assert.deepEqual(await problemsOf([...others, good, { row: "D-99", reason: "none" }], world), ["D-99: unknown"])
})

Deno.test("problemsOf() names what is not exported, not tested, not recorded, or does not agree", async () => {
  const wrong: ReadonlyArray<readonly [Row, string]> = [
    [{ ...good, ours: "DStream.map DStream.nap" }, "DStream.nap is not exported"],
    [{ ...good, ours: "" }, "no name of ours"],
    [{ ...good, test: ["b_test.ts", "keeps"] }, "there is no b_test.ts"],
    [{ ...good, test: ["a_test.ts", "sleeps"] }, 'a_test.ts has no test "sleeps"'],
    [{ ...good, test: ["a_test.ts", "keeps", "naps"] }, 'a_test.ts has no test "naps"'],
    [{ ...good, golden: "A-1 A-3" }, "there is no case A-3"],
    [{ ...good, golden: "A-2" }, "case A-2 does not agree: missing: map"],
    [{ row: "D-05", ours: "DStream.map" }, "neither test nor recording"],
    [{ row: "D-05", reason: "" }, "no reason"],
  ]
  for (const [row, problem] of wrong) assert.deepEqual(await problemsWith(row), [`D-05: ${problem}`])
})

Deno.test("project() knows names of mod.ts and of sub-paths, and no others", async () => {
  const { exported } = await project()
  const names = ["DStream.map", "runMain", "testing/Testing.run", "DStream.none", "DStream", "None.map", "none/map"]
  assert.deepEqual(await Promise.all(names.map(exported)), [true, true, true, false, true, false, false])
})
