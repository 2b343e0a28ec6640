/** Cases of the kind `script`: steps, one after another. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Testing } from "../../lib/testing.ts"
import { type Case, type Differences, Missing, missing, outputsOf, type ResultSpec, type StepSpec } from "./case.ts"
import { compareEntries, comparePrinted, compareResult, compareValues, type Result } from "./compare.ts"
import { recording } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { compareEvents, toFields } from "./events.ts"
import { compareFiles, fileStep, folder, isFileStep } from "./files.ts"
import { isSilent } from "./outputs.ts"
import { Recorder } from "./recorder.ts"
import { Script, type ScriptContext } from "./script.ts"
import { runStep } from "./steps.ts"
import { checkIds, compareFailures, compareOrder, directoryOf, inputIds, isUnordered } from "./stream_cases.ts"

/** Compares what the outputs of a script gave. */
export const compareOutputs = (golden: Case, recorder: Recorder): Differences => {
  const specs = outputsOf(golden)
  checkIds(golden, specs)
  return specs.flatMap((spec) => {
    const expected = golden.expected.outputs?.[spec.id]
    if (expected === undefined && isSilent(spec)) return []
    if (expected !== undefined && "slideMs" in expected) return missing("outputs of scripts by slide")
    return compareEntries(spec, expected ?? [], recorder.entries.get(spec.id) ?? [])
  })
}

/** The events of all contexts in the form of recordings. */
const eventsOf = (script: Script) => {
  const known = new Map<ScriptContext, (id: number) => number>()
  const idsOf = (context: ScriptContext) => {
    const graph = context.graph(new Recorder())
    const ids = known.get(context) ?? inputIds(context, context.program, graph)
    known.set(context, ids)
    return ids
  }
  return toFields(script.events.map(([context, event]) => [event, idsOf(context)]))
}

/** How the result of a step is compared. The library shows how long it remembers RDDs in whole slides only. */
const comparison = (step: StepSpec, script: Script, what: string) => (expected: unknown, got: unknown) => {
  if (step.do !== "rememberDuration" || typeof expected !== "number" || typeof got !== "number") {
    return compareValues(what, expected, got)
  }
  const slide = script.context(step.ctx).slideOf(String(step.in))
  return compareValues(what, Math.ceil(expected / slide) * slide, got)
}

/** Runs the steps and compares their results; undefined when something is missing. */
const runSteps = Effect.fnUntraced(function* (golden: Case, script: Script, root: string) {
  const { expected, steps = [] } = golden
  const number = compareValues("steps", expected.steps?.map((step) => step.do), steps.map((step) => step.do))
  const found = number === undefined ? [] : [number]
  for (const [i, step] of steps.entries()) {
    const run = isFileStep(step) ? Effect.promise(() => fileStep(step, root)) : runStep(step, script)
    const exit = yield* Effect.exit(Effect.provideService(run, Console.Console, recording(script.recorder)))
    const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
    if (got.error instanceof Missing) return undefined
    const wanted: ResultSpec = expected.steps?.[i] ?? {}
    if (step.do === "checkpointDir" && "value" in wanted) return missing("the checkpoint directory")
    const what = `step ${i} ${step.do}`
    const different = compareResult(what, wanted, got, comparison(step, script, what))
    if (different !== undefined) found.push(different)
  }
  return found
})

/** Runs a case of the kind `script` on one engine and compares it. */
export const scriptCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { batchErrors = [], events, files, order, stdout } = golden.expected
    const root = yield* folder
    const recorder = new Recorder(root)
    const script = new Script(golden, engine, recorder, yield* Effect.scope)
    const found = yield* runSteps(golden, script, root)
    if (found === undefined) return []
    // Listeners hear of everything before a context has stopped.
    if (events !== undefined) yield* script.stopAll
    const outputs = outputsOf(golden)
    return [
      ...found,
      ...recorder.faults,
      ...compareOutputs(golden, recorder),
      ...compareFailures(batchErrors, recorder.failures),
      ...[
        compareOrder(order, recorder.order, outputs),
        comparePrinted(stdout, recorder.stdout, isUnordered(golden, /^print/)),
      ].filter((each) => each !== undefined),
      ...(files === undefined
        ? []
        : yield* Effect.promise(() =>
          compareFiles(files, `${root}/${directoryOf(outputs)}`, isUnordered(golden, /^save/))
        )),
      ...(events === undefined ? [] : compareEvents(events, eventsOf(script), recorder.failures)),
    ]
  }).pipe(Effect.scoped)
