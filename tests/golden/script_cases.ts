/** Cases of kind `script`: steps, one after another. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Testing } from "../../lib/testing.ts"
import { type Case, Missing, missing, type OutputSpec } from "./case.ts"
import { compareEntry, comparePrinted, compareResult, compareValues, type Result } from "./compare.ts"
import { recording } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { compareEvents, type Ids, toFields } from "./events.ts"
import { compareFiles, fileStep, folder, isFileStep } from "./files.ts"
import { Recorder } from "./outputs.ts"
import { Script, type ScriptContext } from "./script.ts"
import { runStep } from "./steps.ts"
import {
  checkIds,
  compareBatchErrors,
  compareOrder,
  type Differences,
  directoryOf,
  idOf,
  isSilent,
  isUnordered,
} from "./stream_cases.ts"

/** The outputs that a case defines, at once or by steps. */
const outputsOf = ({ outputs = [], steps = [] }: Case): ReadonlyArray<OutputSpec> => [
  ...outputs,
  ...steps.flatMap((step) => step.do === "output" ? [step as unknown as OutputSpec] : []),
]

const compareOutputs = (golden: Case, recorder: Recorder): Differences => {
  const specs = outputsOf(golden)
  checkIds(golden, specs)
  return specs.flatMap((spec) => {
    const expected = golden.expected.outputs?.[spec.id] ?? (isSilent(spec) ? "free" : [])
    if (expected === "free") return []
    if ("slideMs" in expected) return missing("outputs of scripts by slide")
    const got = recorder.entries.get(spec.id) ?? []
    return [
      compareValues(`${spec.id}, times`, expected.map(({ time }) => time), got.map(({ time }) => time)),
      ...expected.map((each, i) => compareEntry(each, got[i], spec)),
    ].filter((found) => found !== undefined)
  })
}

/** The events of all contexts in the form of the cases. */
const eventsOf = (script: Script, { numbering }: Case) => {
  const known = new Map<ScriptContext, Ids>()
  const idsOf = (context: ScriptContext): Ids => {
    const graph = context.graph(new Recorder())
    const ids = known.get(context) ?? { input: idOf(context, context.program, graph), numbering }
    known.set(context, ids)
    return ids
  }
  return toFields(script.events.map(([context, event]) => [event, idsOf(context)]))
}

/** Runs a case on one engine. */
export const scriptCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { expected, numbering, steps = [] } = golden
    const root = yield* folder
    const recorder = new Recorder(root)
    const script = new Script(golden, engine, recorder, yield* Effect.scope)
    const number = compareValues("steps", expected.steps?.map((step) => step.do), steps.map((step) => step.do))
    const found = number === undefined ? [] : [number]
    for (const [i, step] of steps.entries()) {
      const run = isFileStep(step) ? Effect.promise(() => fileStep(step, root)) : runStep(step, script)
      const exit = yield* Effect.exit(Effect.provideService(run, Console.Console, recording(recorder)))
      const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
      if (got.error instanceof Missing) return []
      const wanted = expected.steps?.[i] ?? {}
      if (step.do === "checkpointDir" && "value" in wanted) return missing("the checkpoint directory")
      const different = compareResult(`step ${i} ${step.do}`, wanted, got)
      if (different !== undefined) found.push(different)
    }
    const { files, order, events } = expected
    // Listeners hear of everything before a context has stopped.
    if (events !== undefined) yield* script.stopAll
    const text = comparePrinted(expected.stdout, recorder.stdout, isUnordered(golden, /^print/))
    return [
      ...found,
      ...compareOutputs(golden, recorder),
      ...compareBatchErrors(
        expected.batchErrors ?? [],
        numbering === "jobs" ? recorder.errorsAsSpark : recorder.errors,
      ),
      ...[compareOrder(order, recorder.order, outputsOf(golden)), text].filter((each) => each !== undefined),
      ...(files === undefined
        ? []
        : yield* Effect.promise(() =>
          compareFiles(files, `${root}/${directoryOf(outputsOf(golden))}`, isUnordered(golden, /^save/))
        )),
      ...(events === undefined ? [] : compareEvents(events, eventsOf(script, golden))),
    ]
  }).pipe(Effect.scoped)
