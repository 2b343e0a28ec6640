/** Differences between batches: an account of the case tells what DStream gives. */
import * as Effect from "effect/Effect"
import { Time } from "../../../mod.ts"
import { type Account, accountOf, type Program } from "../account/account.ts"
import type { Dialect } from "../account/ledger.ts"
import { batchesOf, type Case, type Differences, type EntrySpec, type Expected } from "../case.ts"
import { comparePrinted, compareValues, type Entry } from "../compare.ts"
import { specOf } from "../errors.ts"
import { compareLists } from "../files.ts"
import { isSilent } from "../outputs.ts"
import type { Failure } from "../recorder.ts"
import * as scripts from "../script_cases.ts"
import { compareFailures, compareOrder, compareOutputs, isUnordered } from "../stream_cases.ts"
import { encode, same } from "../values.ts"
import type { Rewritten, Rule } from "./rule.ts"
import { advances, programOfScript } from "./script_programs.ts"

const spark: Dialect = { windows: false, timeouts: false, failures: false, misplaced: false, outputIds: false }
const dstream: Dialect = { windows: true, timeouts: true, failures: true, misplaced: true, outputIds: true }

/** The names of the differences that an account knows. */
const names: Readonly<Record<keyof Dialect, string>> = {
  windows: "inverseWindows",
  timeouts: "timeouts",
  failures: "failedBatches",
  misplaced: "misplacedStates",
  outputIds: "outputIds",
}

/** The graph and the batches of a case; undefined if its steps are too complex for an account. */
const programOf = (golden: Case): Program | undefined =>
  golden.kind === "stream"
    ? { ...golden, spec: golden, batches: batchesOf(golden) }
    : golden.kind === "script"
    ? programOfScript(golden)
    : undefined

/** What differs between a recording and an account. */
const differencesOf = (golden: Case, program: Program, account: Account): Differences => {
  const { batchErrors = [], files, order, steps, stdout } = golden.expected
  const { recorder, slideOf } = account
  const isScript = golden.kind === "script"
  const ends = isScript ? advances(golden, account.ends) : steps
  return [
    ...(isScript ? scripts.compareOutputs(golden, recorder) : compareOutputs(golden, slideOf, recorder)),
    ...compareFailures(batchErrors, recorder.failures),
    ...(files === undefined ? [] : compareLists(files, account.files, isUnordered(golden, /^save/))),
    ...[
      compareValues("steps", steps, ends),
      compareOrder(order, recorder.order, program.outputs ?? []),
      comparePrinted(stdout, recorder.stdout, isUnordered(golden, /^print/)),
    ].filter((found) => found !== undefined),
  ]
}

const entrySpec = ({ error, partitioner, partitions, ...rest }: Entry): EntrySpec => ({
  ...rest,
  ...("value" in rest ? { value: encode(rest.value) } : {}),
  ...(error === undefined ? {} : { error: specOf(error) }),
  ...(partitions === undefined
    ? {}
    : { output: encode(partitions.flat()) as Array<unknown>, partitions: encode(partitions) as Array<Array<unknown>> }),
  ...(typeof partitioner === "string" ? { partitioner } : {}),
})

const batchError = ({ error, outputOpId, phase, time }: Failure) => ({
  time,
  phase,
  ...(outputOpId === undefined ? {} : { outputOpId }),
  error: specOf(error),
})

const outputsIn = (golden: Case, program: Program, { recorder, slideOf }: Account): Expected["outputs"] => {
  const { batchMs = 1000, clockStart = 0 } = program.spec
  const zero = Time.floor(clockStart, batchMs)
  const end = zero + program.batches * batchMs
  const noted = (program.outputs ?? []).filter((spec) => !isSilent(spec))
  return Object.fromEntries(noted.map((spec) => {
    const slideMs = slideOf(spec.in)
    const entries = recorder.entries.get(spec.id) ?? []
    if (golden.kind === "script") return [spec.id, entries.map(entrySpec)]
    const batches = Time.to(zero + slideMs, end, slideMs).map((time): EntrySpec => {
      const entry = entries.find((each) => each.time === time)
      return entry === undefined ? { time, output: null } : entrySpec(entry)
    })
    return [spec.id, { slideMs, batches }]
  }))
}

/** Turns Spark's output ids in events into those of DStream: places in the graph. */
const eventsIn = (events: NonNullable<Expected["events"]>, program: Program, { recorder }: Account) => {
  const place = (time: unknown, id: unknown) => {
    const ran = recorder.ranAt(Number(time))[Number(id)]
    const found = program.outputs?.findIndex((spec) => spec.id === ran) ?? -1
    return found < 0 ? id : found
  }
  return events.map((event) => ({
    ...event,
    ...("id" in event ? { id: place(event.time, event.id) } : {}),
    ...(Array.isArray(event.outputOps)
      ? { outputOps: event.outputOps.map((each) => ({ ...each, id: place(event.time, each.id) })) }
      : {}),
  }))
}

/** What a case expects of DStream according to its account. */
const expectedIn = (golden: Case, program: Program, account: Account): Expected => {
  const { batchErrors: _, error: __, events, files, order, stdout, ...rest } = golden.expected
  const { outputs = [] } = program
  const recorded = new Set(order?.map((run) => run.replace(/^\d+ /, "")))
  const left = new Set(outputs.flatMap((spec) => isSilent(spec) && !recorded.has(spec.id) ? [spec.id] : []))
  const batchErrors = account.recorder.failures.map(batchError)
  return {
    ...rest,
    outputs: outputsIn(golden, program, account) ?? {},
    ...(golden.kind === "script" ? { steps: advances(golden, account.ends) } : {}),
    ...(batchErrors.length === 0 ? {} : { batchErrors }),
    ...(order === undefined
      ? {}
      : { order: account.recorder.order.filter((run) => !left.has(run.replace(/^\d+ /, ""))) }),
    ...(files === undefined ? {} : { files: account.files }),
    ...(stdout === undefined ? {} : { stdout: account.recorder.stdout }),
    ...(events === undefined ? {} : { events: eventsIn(events, program, account) }),
  }
}

/** Tells whether the account reproduces a recording. */
export const isLikeSpark = (golden: Case): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const program = programOf(golden)
    if (program === undefined) return false
    return differencesOf(golden, program, yield* accountOf(program, spark)).length === 0
  }).pipe(Effect.catchCause(() => Effect.succeed(false)))

/** Replaces what a case expects by what DStream gives according to the account; undefined without an account. */
export const likeDStream = (golden: Case, dialect: Dialect = dstream): Effect.Effect<Case | undefined> =>
  Effect.gen(function* () {
    const program = programOf(golden)
    if (program === undefined) return undefined
    return { ...golden, expected: expectedIn(golden, program, yield* accountOf(program, dialect)) }
  }).pipe(Effect.catchCause(() => Effect.undefined))

/** The differences without which DStream would give something else. */
const shownBy = (golden: Case, rewritten: Case): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(Object.keys(names) as ReadonlyArray<keyof Dialect>, (name) =>
      Effect.map(
        likeDStream(golden, { ...dstream, [name]: false }),
        (other) => same(other, rewritten) ? [] : [names[name]],
      )),
    (found) => found.flat(),
  )

/**
 * The differences that show in batches: inverse windows, timeouts, failed batches, misplaced states, output ids. The account
 * has to reproduce the recording first; then it tells what DStream gives.
 */
export const accounts: Rule = (golden) =>
  Effect.gen(function* () {
    if (golden.expected.error !== undefined || !(yield* isLikeSpark(golden))) return undefined
    const rewritten = yield* likeDStream(golden)
    if (rewritten === undefined) return undefined
    const shown = yield* shownBy(golden, rewritten)
    return shown.length === 0 ? undefined : { golden: rewritten, names: shown } satisfies Rewritten
  })
