/** Differences in what runs again after a restart. */
import type { EntrySpec } from "../case.ts"
import { same } from "../values.ts"
import { contextOf, expecting, pure, type Rule, type Step, stepsOf } from "./rule.ts"

/** The time of the last batch that a context has run. */
const lastBatch = (steps: ReadonlyArray<Step>, context: string): number => {
  const own = steps.filter((step) => contextOf(step) === context)
  const batches = own.reduce((sum, step) => step.do === "advance" ? sum + Number(step.batches ?? 1) : sum, 0)
  return batches * Number(own.find((step) => step.do === "create")?.batchMs ?? 1000)
}

/** Removes the second of the entries at a time, if it is like the first. */
const runOnce = (entries: ReadonlyArray<EntrySpec>, time: number): ReadonlyArray<EntrySpec> => {
  const first = entries.findIndex((entry) => entry.time === time)
  return first >= 0 && same(entries[first], entries[first + 1]) ? entries.filter((_, i) => i !== first + 1) : entries
}

/** A batch that has ended is not run again; Spark runs the batch of its last checkpoint again. */
export const recoveredBatches: Rule = pure("recoveredBatches", (golden) => {
  const steps = stepsOf(golden)
  const recovery = steps.findIndex((step) => step.do === "recover" && step.expected.error === undefined)
  const { outputs } = golden.expected
  if (recovery < 0 || outputs === undefined) return undefined
  const time = lastBatch(steps.slice(0, recovery), "A")
  const once = Object.entries(outputs).map(([id, entries]) =>
    [id, "slideMs" in entries ? entries : runOnce(entries, time)] as const
  )
  return expecting(golden, { outputs: Object.fromEntries(once) })
})
