/** Cases of kind `script`: steps, one after another. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Testing } from "../../lib/testing.ts"
import { type Case, type EntrySpec, Missing } from "./case.ts"
import { compareEntry, compareResult, compareValues, type Result } from "./compare.ts"
import { recording } from "./contexts.ts"
import { errorOf } from "./errors.ts"
import { compareFiles, fileStep, folder, isFileStep } from "./files.ts"
import { Recorder } from "./outputs.ts"
import { Script } from "./script.ts"
import { runStep } from "./steps.ts"
import { compareBatchErrors, type Differences } from "./stream_cases.ts"

const compareOutputs = (golden: Case, recorder: Recorder): Differences =>
  (golden.outputs ?? []).flatMap((spec) => {
    const expected = (golden.expected.outputs?.[spec.id] ?? []) as ReadonlyArray<EntrySpec> | "free"
    if (expected === "free") return []
    const got = recorder.entries.get(spec.id) ?? []
    return [
      compareValues(`${spec.id}, times`, expected.map(({ time }) => time), got.map(({ time }) => time)),
      ...expected.map((each, i) => compareEntry(each, got[i], spec)),
    ].filter((found) => found !== undefined)
  })

/** Runs a case on one engine. */
export const scriptCase = (golden: Case, engine: Testing.EngineName): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { expected, steps = [] } = golden
    const root = yield* folder
    const recorder = new Recorder(root)
    const script = new Script(golden, engine, recorder, yield* Effect.scope)
    const number = compareValues("steps", expected.steps?.map((step) => step.do), steps.map((step) => step.do))
    const found = number === undefined ? [] : [number]
    for (const [i, step] of steps.entries()) {
      const run = isFileStep(step) ? Effect.promise(() => fileStep(step, root)) : runStep(step, script)
      const exit = yield* Effect.exit(run)
      const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
      if (got.error instanceof Missing) return []
      const different = compareResult(`step ${i} ${step.do}`, expected.steps?.[i] ?? {}, got)
      if (different !== undefined) found.push(different)
    }
    const files = expected.files
    return [
      ...found,
      ...compareOutputs(golden, recorder),
      ...compareBatchErrors(expected.batchErrors ?? [], recorder.errors),
      ...(files === undefined ? [] : yield* Effect.promise(() => compareFiles(files, root))),
      ...(expected.stdout === undefined
        ? []
        : [compareValues("stdout", expected.stdout, recorder.stdout) ?? []].flat()),
    ]
  }).pipe(
    Effect.scoped,
    // One console for all contexts of a script would need a recorder of its own; scripts print little.
    Effect.provideService(Console.Console, recording(new Recorder())),
  )
