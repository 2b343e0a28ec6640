/** Builds cases by hand, with the results that Spark is documented to give: for what no recording here shows. */
import assert from "node:assert/strict"
import type { Case, EntrySpec, ErrorSpec, InputSpec, NodeSpec, OutputSpec, ResultSpec, StepSpec } from "./case.ts"
import { judge } from "./judge.ts"

/** Asserts that the library gives what a case expects. */
export const agrees = async (golden: Case): Promise<void> => {
  assert.deepEqual(await judge(golden), { _tag: "Passed" }, golden.id)
}

/** Asserts that a case shows these documented differences and no other difference. */
export const differs = async (golden: Case, ...names: ReadonlyArray<string>): Promise<void> => {
  assert.deepEqual(await judge(golden), { _tag: "Skipped", reason: names.join(", ") }, golden.id)
}

/** Asserts that no documented difference explains what a case expects. */
export const fails = async (golden: Case): Promise<void> => {
  const outcome = await judge(golden)
  assert.equal(outcome._tag, "Failed", `${golden.id}: ${JSON.stringify(outcome)}`)
}

/** What an output gives in one batch: its elements, null for no RDD, or the fields of an entry. */
export type Given = ReadonlyArray<unknown> | null | Omit<EntrySpec, "time">

const entryOf = (given: Given, time: number): EntrySpec =>
  given === null || Array.isArray(given) ? { time, output: given } : { time, ...given as Omit<EntrySpec, "time"> }

/** Makes a case of the kind `stream` with one output for each key of `gives`, on the stream of that name. */
export const stream = (
  program: Partial<Case> & { readonly inputs: ReadonlyArray<InputSpec> },
  gives: Readonly<Record<string, ReadonlyArray<Given>>>,
  how: { readonly slideMs?: number; readonly compare?: OutputSpec["compare"] } = {},
): Case => {
  const { batchMs = 1000, clockStart = 0 } = program
  const { compare = "set", slideMs = batchMs } = how
  const zero = Math.floor(clockStart / batchMs) * batchMs
  const outputs = Object.keys(gives).map((id): OutputSpec => ({ id, in: id, compare, partitions: "informative" }))
  return {
    id: "T-01",
    kind: "stream",
    checkpoint: true,
    outputs,
    ...program,
    expected: {
      outputs: Object.fromEntries(
        Object.entries(gives).map(([id, list]) => [
          id,
          { slideMs, batches: list.map((given, i) => entryOf(given, zero + (i + 1) * slideMs)) },
        ]),
      ),
      ...program.expected,
    },
  }
}

/** Makes a case of one input, one node and one output. */
export const operation = (
  node: NodeSpec,
  batches: NonNullable<InputSpec["batches"]>,
  gives: ReadonlyArray<Given>,
  how: { readonly slideMs?: number; readonly compare?: OutputSpec["compare"] } = {},
): Case => ({
  ...stream({ inputs: [{ id: "s", batches }], nodes: [{ id: "n", in: "s", ...node }] }, { n: gives }, how),
  id: `T-${node.op}-${JSON.stringify(node.f ?? "")}`,
})

/** Makes the error of a job whose task failed. */
export const inTask = (message: string, name = "UserError"): ErrorSpec => ({
  class: "org.apache.spark.SparkException",
  message: "Job aborted due to stage failure",
  task: { class: name, message },
})

/** Makes a case of the kind `script` of steps with their results. */
export const script = (
  steps: ReadonlyArray<readonly [step: StepSpec, gives?: ResultSpec]>,
  program: Partial<Case> = {},
  expected: Case["expected"] = {},
): Case => ({
  id: "T-02",
  kind: "script",
  ...program,
  steps: steps.map(([step]) => step),
  expected: { steps: steps.map(([step, gives]) => ({ do: step.do, ...gives })), ...expected },
})

/** Makes a case of the kind `rdd` of actions with their results. */
export const rdd = (
  program: Partial<Case>,
  actions: ReadonlyArray<readonly [action: NodeSpec, gives: ResultSpec]>,
): Case => ({
  id: "T-03",
  kind: "rdd",
  ...program,
  actions: actions.map(([action]) => action),
  expected: { results: actions.map(([, gives]) => gives) },
})
