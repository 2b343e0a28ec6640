/** Cases made by hand, with what Spark is documented to do: for what no recording here shows. */
import assert from "node:assert/strict"
import type { Case, EntrySpec, ErrorSpec, InputSpec, NodeSpec, OutputSpec, ResultSpec, StepSpec } from "./case.ts"
import { type Intended, judge, type Outcome } from "./judge.ts"
import { differences } from "./run.ts"

const known: Promise<ReadonlyArray<Intended>> = differences()

/** How a case ends, differences on purpose considered. */
export const judged = async (golden: Case): Promise<Outcome> => await judge(await known, golden)

/** Asserts that a case agrees. */
export const agrees = async (golden: Case): Promise<void> => {
  assert.deepEqual(await judged(golden), { _tag: "Passed" }, golden.id)
}

/** Asserts that a case differs on purpose, in nothing else, and for a reason that says so. */
export const differsOnPurpose = async (golden: Case, reason: RegExp): Promise<void> => {
  const outcome = await judged(golden)
  assert.equal(outcome._tag, "Skipped", JSON.stringify(outcome))
  assert.match(outcome._tag === "Skipped" ? outcome.reason : "", reason)
}

/** Asserts that a case fails. */
export const fails = async (golden: Case): Promise<void> => {
  assert.equal((await judged(golden))._tag, "Failed", golden.id)
}

/** What an output gives in each of its batches: elements, null for no RDD, or more of an entry than that. */
export type Given = ReadonlyArray<unknown> | null | Omit<EntrySpec, "time">

const entryOf = (given: Given, time: number): EntrySpec =>
  given === null || Array.isArray(given) ? { time, output: given } : { time, ...given as Omit<EntrySpec, "time"> }

/** A case of kind `stream`: one output for each key of `gives`, on the stream of that name. */
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

/** A case of one input, one node and one output. */
export const operation = (
  node: NodeSpec,
  batches: NonNullable<InputSpec["batches"]>,
  gives: ReadonlyArray<Given>,
  how: { readonly slideMs?: number; readonly compare?: OutputSpec["compare"] } = {},
): Case => ({
  ...stream({ inputs: [{ id: "s", batches }], nodes: [{ id: "n", in: "s", ...node }] }, { n: gives }, how),
  id: `T-${node.op}-${JSON.stringify(node.f ?? "")}`,
})

/** A failure inside of a task. */
export const inTask = (message: string, name = "UserError"): ErrorSpec => ({
  class: "org.apache.spark.SparkException",
  message: "Job aborted due to stage failure",
  task: { class: name, message },
})

/** A case of kind `script`: steps, each with what it gives. */
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

/** A case of kind `rdd`: actions, each with what it gives. */
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
