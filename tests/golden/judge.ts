/** Runs cases, and says whether what differs differs on purpose. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Testing } from "../../lib/testing.ts"
import { callCase, hashCase } from "./call_cases.ts"
import { type Case, takeMissing } from "./case.ts"
import { errorOf, showError } from "./errors.ts"
import { strange } from "./fields.ts"
import { forgetVague } from "./functions.ts"
import { readings } from "./readings.ts"
import { rddCase } from "./rdd_cases.ts"
import { relaxations } from "./relaxations.ts"
import { scriptCase } from "./script_cases.ts"
import { type Differences, streamCase } from "./stream_cases.ts"

type Kind = (golden: Case, engine: Testing.EngineName) => Effect.Effect<Differences>

/** How a case ended. */
export type Outcome =
  | { readonly _tag: "Passed" }
  | { readonly _tag: "Failed"; readonly differences: ReadonlyArray<string> }
  | { readonly _tag: "Skipped"; readonly reason: string }

/** A difference on purpose: what is said about it when a case shows it, and how to tell that a case does. */
export interface Intended {
  readonly reason: string
  /** A recorded case that shows it, where there is one: for readers. */
  readonly shown?: string
  /** A pattern of the difference, wherever it occurs. */
  readonly differs?: string
  /** A relaxation of cases, wherever it applies. */
  readonly like?: string
}

const kinds: Readonly<Record<string, Kind>> = {
  stream: streamCase,
  script: scriptCase,
  rdd: rddCase,
  call: callCase,
  hash: hashCase,
}

const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]

/** How much real time a case may take on one engine. */
const LIMIT = "30 seconds"

const runOn = (golden: Case, kind: Kind, engine: Testing.EngineName): Promise<Differences> =>
  Effect.suspend(() => kind(golden, engine)).pipe(
    // Without waiting for the interruption: what hangs may not listen.
    Effect.forkDetach,
    Effect.flatMap((fiber) => Effect.timeout(Fiber.await(fiber), LIMIT)),
    Effect.flatten,
    Effect.catchCause((cause) => Effect.succeed([showError(errorOf(cause))])),
    Effect.map((differences) => differences.map((text) => `[${engine}] ${text}`)),
    Effect.runPromise,
  )

/** Runs a case on all engines. */
export const runCase = async (golden: Case): Promise<Outcome> => {
  const kind = Object.hasOwn(kinds, golden.kind) ? kinds[golden.kind] : undefined
  if (kind === undefined) return { _tag: "Skipped", reason: `missing: kind ${golden.kind}` }
  takeMissing()
  forgetVague()
  const differences: Array<string> = []
  for (const engine of golden.kind === "call" || golden.kind === "hash" ? engines.slice(0, 1) : engines) {
    differences.push(...await runOn(golden, kind, engine))
    const [lacking] = takeMissing()
    if (lacking !== undefined) return { _tag: "Skipped", reason: `missing: ${lacking}` }
  }
  if (differences.length === 0) return { _tag: "Passed" }
  return golden.informative === true ? { _tag: "Skipped", reason: "informative" } : { _tag: "Failed", differences }
}

const skipped = (some: ReadonlyArray<Intended>): Outcome => ({
  _tag: "Skipped",
  reason: `intended difference: ${Array.from(new Set(some.map(({ reason }) => reason))).join("; ")}`,
})

/** Skips what failed when each difference by itself is one on purpose. */
const excused = (intended: ReadonlyArray<Intended>, outcome: Outcome): Outcome => {
  if (outcome._tag !== "Failed") return outcome
  const purposes = outcome.differences.map((text) =>
    intended.find(({ differs }) => differs !== undefined && new RegExp(differs).test(text))
  )
  return purposes.every((found) => found !== undefined) ? skipped(purposes.slice(0, 1)) : outcome
}

const relax = (some: ReadonlyArray<Intended>, golden: Case): ReadonlyArray<Case> =>
  some.reduce<ReadonlyArray<Case>>(
    (all, { like = "" }) => all.flatMap((each) => relaxations[like]?.(each) ?? [each]),
    [golden],
  )

/** Each by itself, then two of them, then all. */
const choices = <T>(all: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> => [
  ...all.map((each) => [each]),
  ...all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b])),
  ...(all.length > 2 ? [all] : []),
]

/** Whether a case agrees once some differences on purpose are made up for; all that it becomes must agree. */
const agreesLike = async (intended: ReadonlyArray<Intended>, cases: ReadonlyArray<Case>): Promise<boolean> => {
  for (const each of cases) {
    const outcome = await runCase(each)
    if (outcome._tag === "Skipped" || excused(intended, outcome)._tag === "Failed") return false
  }
  return true
}

const judgeReading = async (intended: ReadonlyArray<Intended>, golden: Case): Promise<Outcome> => {
  const outcome = excused(intended, await runCase(golden))
  if (outcome._tag !== "Failed") return outcome
  const applicable = intended.filter(({ like = "" }) => relaxations[like]?.(golden) !== undefined)
  for (const some of choices(applicable)) {
    if (await agreesLike(intended, relax(some, golden))) return skipped(some)
  }
  return outcome
}

/**
 * Runs a case. If it fails, it counts as skipped when everything that differs differs on purpose: by its text, or because
 * nothing differs once the case is relaxed.
 */
export const judge = async (intended: ReadonlyArray<Intended>, golden: Case): Promise<Outcome> => {
  const unknown = strange(golden)
  if (unknown !== undefined) return { _tag: "Skipped", reason: `missing: ${unknown}` }
  const outcome = await judgeReading(intended, golden)
  if (outcome._tag !== "Failed") return outcome
  for (const reading of readings(golden)) {
    const other = await judgeReading(intended, reading)
    if (other._tag !== "Failed") return other
  }
  return outcome
}
