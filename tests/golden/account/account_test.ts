import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { batchesOf, type Case } from "../case.ts"
import { withoutAliases } from "../aliases.ts"
import { ownFolder, recordingsIn } from "../recordings.ts"
import { isLikeSpark, likeDStream } from "../rules/accounts.ts"
import { idleBatches } from "../rules/listeners.ts"
import { runCase } from "../run.ts"
import { pins } from "../skips.ts"
import { agrees, stream } from "../synthetic.ts"
import { randomProgram } from "./random_programs.ts"

const isRun = ({ expected, kind }: Case): boolean => kind === "stream" && expected.error === undefined

const recorded = (): ReadonlyArray<readonly [name: string, golden: Case]> => {
  const { families } = recordingsIn(ownFolder)
  return families.flatMap(({ cases, family }) =>
    (cases as ReadonlyArray<Case>).map((golden) => [`${family} ${golden.id}`, withoutAliases(golden)] as const)
  ).filter(([name, golden]) =>
    isRun(golden) && !pins.some((pin) => pin.name === name && pin.reason.startsWith("missing"))
  )
}

Deno.test("the account reproduces what Spark gives in every recording of a stream", async () => {
  const all = recorded()
  assert.ok(all.length > 190)
  for (const [name, golden] of all) assert.equal(await Effect.runPromise(isLikeSpark(golden)), true, name)
})

Deno.test("the account tells what DStream gives in every recording of a stream", async () => {
  for (const [name, golden] of recorded()) {
    const told = await Effect.runPromise(likeDStream(golden))
    assert.ok(told, name)
    const { golden: ours = told } = await Effect.runPromise(idleBatches(told)) ?? {}
    assert.deepEqual(await runCase(ours, ["local"]), { _tag: "Passed" }, name)
  }
})

const pairs = (...batches: ReadonlyArray<ReadonlyArray<number>>) => batches.map((batch) => batch.map((n) => ["a", n]))

/** Asserts that the library gives what the account tells. */
const isTold = async (program: Parameters<typeof stream>[0], ...ids: ReadonlyArray<string>) => {
  const golden = stream(program, Object.fromEntries(ids.map((id) => [id, []])))
  const told = await Effect.runPromise(likeDStream(golden))
  assert.ok(told !== undefined && batchesOf(golden) > 0)
  await agrees(told)
}

Deno.test("the account tells what comes after a failed batch: windows, inverse windows, states, snapshots", async () => {
  const failing = { id: "m", op: "mapValues", in: "s", f: ["failOn", 7] } as const
  const nodes = [
    failing,
    { id: "w", op: "window", in: "m", window: 3000 },
    { id: "w2", op: "window", in: "m", window: 4000, slide: 2000 },
    { id: "r", op: "reduceByKeyAndWindow", in: "m", f: "add", inv: "sub", window: 2000 },
    { id: "g", op: "groupByKeyAndWindow", in: "m", window: 2000 },
    { id: "u", op: "updateStateByKey", in: "m", f: "runningSum" },
    { id: "x", op: "mapWithState", in: "m", f: "sumReportTimeout", arity: 4, timeout: 2000 },
    { id: "snap", op: "stateSnapshots", in: "x" },
  ] as const
  const inputs = [{ id: "s", batches: pairs([1], [2, 7], [3], [7], [], [4], [], [], [5]) }]
  for (const id of ["w", "w2", "r", "g", "u", "x", "snap"]) await isTold({ inputs, nodes }, id)
  await isTold({ inputs, nodes }, "w", "w2", "r", "g", "u", "x", "snap")
})

Deno.test("the account tells what comes after a batch that failed before its jobs", async () => {
  const nodes = [
    { id: "t", op: "transform", in: "s", rdd: [{ op: "throwAt", time: 3000 }] },
    { id: "w", op: "window", in: "s", window: 4000, slide: 2000 },
    { id: "wt", op: "window", in: "t", window: 2000 },
    { id: "r", op: "reduceByKeyAndWindow", in: "s", f: "add", inv: "sub", window: 3000 },
    { id: "u", op: "updateStateByKey", in: "s", f: "appendAll" },
    { id: "x", op: "mapWithState", in: "t", f: "sumReturnPair" },
    { id: "snap", op: "stateSnapshots", in: "x" },
  ] as const
  const batches = [...pairs([1], [2]), { throw: "no data" }, ...pairs([4], [5], [6], [7])]
  await isTold({ inputs: [{ id: "s", batches: pairs([1], [2], [3], [4], [5], [6]) }], nodes }, "t", "w", "r", "u")
  await isTold({ inputs: [{ id: "s", batches: pairs([1], [2], [3], [4], [5], [6]) }], nodes }, "wt", "x", "snap")
  await isTold({ inputs: [{ id: "s", batches }], nodes }, "w", "wt", "r", "u", "x", "snap")
})

Deno.test("the account tells what windows and states give around batches without an RDD", async () => {
  const nodes = [
    { id: "w", op: "window", in: "s", window: 2000 },
    { id: "r", op: "reduceByKeyAndWindow", in: "s", f: "add", inv: "sub", window: 2000, filter: ["valueGt", 1] },
    { id: "u", op: "updateStateByKey", in: "s", f: "runningCount", initial: [["b", 3]] },
    { id: "x", op: "mapWithState", in: "s", f: "sumReturnPair", initial: [["b", 3]] },
    { id: "snap", op: "stateSnapshots", in: "x" },
  ] as const
  const batches = [null, ...pairs([1, 2], []), null, ...pairs([5]), null, null]
  await isTold({ inputs: [{ id: "s", batches }], nodes }, "w", "r", "u", "x", "snap")
})

Deno.test("the account tells what becomes of states that are given for keys of other partitions", async () => {
  const nodes = [7, 3, 2].map((n) => ({
    id: `u${n}`,
    op: "updateStateByKey",
    in: "s",
    form: "iterator",
    f: "iterRename",
    n,
    rememberPartitioner: n !== 2,
  }))
  const batches = [[["a", 1], ["b", 2]], [["a", 3]], [["c", 4], ["b!", 5]], []]
  for (const n of [7, 3, 2]) await isTold({ inputs: [{ id: "s", batches }], nodes }, `u${n}`)
})

Deno.test("the account tells what DStream gives in random programs", async () => {
  const program = fc.gen().map((gen) => randomProgram((n) => gen(fc.nat, { max: n - 1 })))
  const isTrue = async (golden: Case) => {
    const told = await Effect.runPromise(likeDStream(golden))
    assert.ok(told)
    assert.deepEqual(await runCase(told, ["local"]), { _tag: "Passed" }, JSON.stringify({ ...golden, expected: {} }))
  }
  await fc.assert(fc.asyncProperty(program, isTrue), { numRuns: 30, endOnFailure: true })
})
