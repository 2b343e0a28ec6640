/** Differences between batches: DStream's results are computed by an account of the case. */
import * as Effect from "effect/Effect"
import { Time } from "../../../mod.ts"
import { type Account, accountOf } from "../account/account.ts"
import type { Dialect } from "../account/ledger.ts"
import { batchesOf, type Case, type Differences, type EntrySpec, type Expected, type OutputSpec } from "../case.ts"
import { comparePrinted, type Entry } from "../compare.ts"
import { specOf } from "../errors.ts"
import { isSilent } from "../outputs.ts"
import type { Failure } from "../recorder.ts"
import { compareFailures, compareOrder, compareOutputs, isUnordered } from "../stream_cases.ts"
import { encode, same } from "../values.ts"
import type { Rewritten, Rule } from "./rule.ts"

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

const run = (golden: Case, dialect: Dialect): Effect.Effect<Account, unknown> =>
  accountOf({ ...golden, spec: golden, batches: batchesOf(golden) }, dialect)

/** What differs between a recording and an account. */
const differencesOf = (golden: Case, { recorder, slideOf }: Account): Differences => {
  const { batchErrors = [], order, stdout } = golden.expected
  return [
    ...compareOutputs(golden, slideOf, recorder),
    ...compareFailures(batchErrors, recorder.failures),
    ...[
      compareOrder(order, recorder.order, golden.outputs ?? []),
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

const outputsIn = (golden: Case, { recorder, slideOf }: Account): NonNullable<Expected["outputs"]> => {
  const { batchMs = 1000, clockStart = 0, outputs = [] } = golden
  const zero = Time.floor(clockStart, batchMs)
  const end = zero + batchesOf(golden) * batchMs
  return Object.fromEntries(
    outputs.filter((spec) => !isSilent(spec)).map((spec: OutputSpec) => {
      const slideMs = slideOf(spec.in)
      const entries = recorder.entries.get(spec.id) ?? []
      const batches = Time.to(zero + slideMs, end, slideMs).map((time): EntrySpec => {
        const entry = entries.find((each) => each.time === time)
        return entry === undefined ? { time, output: null } : entrySpec(entry)
      })
      return [spec.id, { slideMs, batches }]
    }),
  )
}

/** Turns Spark's output ids in events into those of DStream: places in the graph. */
const eventsIn = (events: NonNullable<Expected["events"]>, golden: Case, { recorder }: Account) => {
  const place = (time: unknown, id: unknown) => {
    const ran = recorder.ranAt(Number(time))[Number(id)]
    const found = golden.outputs?.findIndex((spec) => spec.id === ran) ?? -1
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
const expectedIn = (golden: Case, account: Account): Expected => {
  const { events, order, stdout } = golden.expected
  const recorded = new Set(order?.map((run) => run.replace(/^\d+ /, "")))
  const left = new Set(golden.outputs?.flatMap((spec) => isSilent(spec) && !recorded.has(spec.id) ? [spec.id] : []))
  const batchErrors = account.recorder.failures.map(batchError)
  const { error: _, batchErrors: __, ...rest } = golden.expected
  return {
    ...rest,
    outputs: outputsIn(golden, account),
    ...(batchErrors.length === 0 ? {} : { batchErrors }),
    ...(order === undefined
      ? {}
      : { order: account.recorder.order.filter((run) => !left.has(run.replace(/^\d+ /, ""))) }),
    ...(stdout === undefined ? {} : { stdout: account.recorder.stdout }),
    ...(events === undefined ? {} : { events: eventsIn(events, golden, account) }),
  }
}

/** What DStream gives where Spark does not start. */
export const expectedOfDStream = (golden: Case): Effect.Effect<Expected, unknown> =>
  Effect.map(run(golden, dstream), (account) => expectedIn(golden, account))

/** Whether a recording is what Spark gives according to the account. */
export const isLikeSpark = (golden: Case): Effect.Effect<boolean> =>
  Effect.orElseSucceed(
    Effect.map(run(golden, spark), (account) => differencesOf(golden, account).length === 0),
    () => false,
  )

/** The differences without which DStream would give something else. */
const shownBy = (golden: Case, expected: Expected): Effect.Effect<ReadonlyArray<string>, unknown> =>
  Effect.map(
    Effect.forEach(Object.keys(names) as ReadonlyArray<keyof Dialect>, (name) =>
      Effect.map(run(golden, { ...dstream, [name]: false }), (account) =>
        same(expectedIn(golden, account), expected) ? [] : [names[name]])),
    (found) =>
      found.flat(),
  )

/**
 * The differences that show in the batches of a stream: inverse windows, timeouts, failed batches, misplaced states, output
 * ids. The account has to reproduce the recording first; then it tells what DStream gives.
 */
export const accounts: Rule = (golden) =>
  Effect.gen(function* () {
    const { error } = golden.expected
    if (golden.kind !== "stream" || error !== undefined || !(yield* isLikeSpark(golden))) return undefined
    const expected = yield* expectedOfDStream(golden)
    const shown = yield* shownBy(golden, expected)
    return shown.length === 0 ? undefined : { golden: { ...golden, expected }, names: shown } satisfies Rewritten
  }).pipe(Effect.catchCause(() => Effect.undefined))

/** A case that starts here with the results that the account tells. */
export const starting = (golden: Case): Effect.Effect<Case | undefined> =>
  Effect.orElseSucceed(
    Effect.map(expectedOfDStream(golden), (expected): Case | undefined => ({ ...golden, expected })),
    () => undefined,
  )
