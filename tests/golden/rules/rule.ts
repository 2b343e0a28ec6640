/**
 * Rules: the documented differences between DStream and Spark. A rule takes a case and replaces what Spark did with what
 * DStream does instead. The changed case is compared as strictly as any other, so a rule excuses nothing.
 */
import * as Effect from "effect/Effect"
import type { Case, ResultSpec, StepSpec } from "../case.ts"
import { same } from "../values.ts"

/** A case with DStream's results, and the names of the differences that it has. */
export interface Rewritten {
  readonly golden: Case
  readonly names: ReadonlyArray<string>
}

/** Rewrites a case; gives undefined if the case does not show the difference. */
export type Rule = (golden: Case) => Effect.Effect<Rewritten | undefined>

/** Makes a rule from a function that rewrites cases without running them. */
export const pure = (name: string, rewrite: (golden: Case) => Case | undefined): Rule => (golden) =>
  Effect.sync(() => {
    const rewritten = rewrite(golden)
    return rewritten === undefined || same(rewritten, golden) ? undefined : { golden: rewritten, names: [name] }
  })

/** Replaces what is expected. */
export const expecting = (golden: Case, expected: Partial<Case["expected"]>): Case => ({
  ...golden,
  expected: { ...golden.expected, ...expected },
})

/** A step with its recorded result. */
export type Step = StepSpec & { readonly expected: ResultSpec & { readonly do: string } }

/** Gives the steps of a case with their recorded results. */
export const stepsOf = (golden: Case): ReadonlyArray<Step> =>
  (golden.steps ?? []).map((step, i) => ({ ...step, expected: golden.expected.steps?.[i] ?? { do: step.do } }))

/** Replaces the recorded results of steps; undefined keeps a result. */
export const eachStep = (
  golden: Case,
  change: (step: Step, before: ReadonlyArray<Step>) => ResultSpec | undefined,
): Case => {
  const steps = stepsOf(golden)
  return expecting(golden, {
    steps: (golden.expected.steps ?? []).map((recorded, i) => {
      const step = steps[i]
      const changed = step === undefined || step.do !== recorded.do ? undefined : change(step, steps.slice(0, i))
      return changed === undefined ? recorded : { do: recorded.do, ...changed }
    }),
  })
}

/** Gives the name of the context that a step works on. */
export const contextOf = ({ ctx = "A" }: StepSpec): string => ctx

/** Tells whether a context runs after some steps. */
export const isRunning = (before: ReadonlyArray<Step>, context: string): boolean =>
  before.filter((step) => contextOf(step) === context).reduce(
    (running, step) =>
      step.do === "start" && step.expected.error === undefined ? true : step.do === "stop" ? false : running,
    false,
  )

/** Tells whether some steps have started a context. */
export const hasStarted = (before: ReadonlyArray<Step>, context: string): boolean =>
  before.some((step) => step.do === "start" && contextOf(step) === context && step.expected.error === undefined)

/** Tells whether some steps have started or stopped a context. */
export const hasBegun = (before: ReadonlyArray<Step>, context: string): boolean =>
  hasStarted(before, context) || before.some((step) => step.do === "stop" && contextOf(step) === context)
