/** Runs cases, and decides whether a case that differs shows nothing but documented differences. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Testing } from "../../lib/testing.ts"
import { withoutAliases } from "./aliases.ts"
import { callCase, hashCase } from "./call_cases.ts"
import { type Case, type Differences, takeMissing } from "./case.ts"
import { errorOf, showError } from "./errors.ts"
import { notUnderstood } from "./fields.ts"
import { clearOpenTexts } from "./functions.ts"
import { rddCase } from "./rdd_cases.ts"
import { readings } from "./readings.ts"
import { rules } from "./rules/rules.ts"
import type { Rewritten, Rule } from "./rules/rule.ts"
import { scriptCase } from "./script_cases.ts"
import { streamCase } from "./stream_cases.ts"

type Kind = (golden: Case, engine: Testing.EngineName) => Effect.Effect<Differences>

/** How a case ended. The reason of a skipped case is `informative`, `missing: …`, or the names of differences. */
export type Outcome =
  | { readonly _tag: "Passed" }
  | { readonly _tag: "Failed"; readonly differences: Differences }
  | { readonly _tag: "Skipped"; readonly reason: string }

const kinds: Readonly<Record<string, Kind>> = {
  stream: streamCase,
  script: scriptCase,
  rdd: rddCase,
  call: callCase,
  hash: hashCase,
}

/** The engines that cases run on. */
export const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]

/** The real time that a case may take on one engine. */
const LIMIT = "30 seconds"

const runOn = (golden: Case, kind: Kind, engine: Testing.EngineName): Promise<Differences> =>
  Effect.suspend(() => kind(golden, engine)).pipe(
    // A case that hangs may not react to its interruption, so nothing waits for that.
    Effect.forkDetach,
    Effect.flatMap((fiber) => Effect.timeout(Fiber.await(fiber), LIMIT)),
    Effect.flatten,
    Effect.catchCause((cause) => Effect.succeed([showError(errorOf(cause))])),
    Effect.map((differences) => differences.map((text) => `[${engine}] ${text}`)),
    Effect.runPromise,
  )

/** Runs a case and compares it with its recording. */
export const runCase = async (given: Case, on: typeof engines = engines): Promise<Outcome> => {
  const golden = withoutAliases(given)
  const kind = Object.hasOwn(kinds, golden.kind) ? kinds[golden.kind] : undefined
  if (kind === undefined) return { _tag: "Skipped", reason: `missing: kind ${golden.kind}` }
  takeMissing()
  clearOpenTexts()
  const differences: Array<string> = []
  for (const engine of golden.kind === "call" || golden.kind === "hash" ? on.slice(0, 1) : on) {
    differences.push(...await runOn(golden, kind, engine))
    const [missing] = takeMissing()
    if (missing !== undefined) return { _tag: "Skipped", reason: `missing: ${missing}` }
  }
  if (differences.length === 0) return { _tag: "Passed" }
  return golden.informative === true ? { _tag: "Skipped", reason: "informative" } : { _tag: "Failed", differences }
}

/** Applies a rule to a case that other rules have rewritten. */
const apply = async (before: Rewritten, rule: Rule): Promise<Rewritten | undefined> => {
  const found = await Effect.runPromise(rule(before.golden))
  return found === undefined ? undefined : { golden: found.golden, names: [...before.names, ...found.names] }
}

/** The case rewritten by one rule, by two rules, and by all that apply. */
const rewritings = async function* (golden: Case): AsyncGenerator<Rewritten> {
  const plain: Rewritten = { golden, names: [] }
  const single: Array<readonly [place: number, rewritten: Rewritten]> = []
  for (const [place, rule] of rules.entries()) {
    const found = await apply(plain, rule)
    if (found === undefined) continue
    single.push([place, found])
    yield found
  }
  for (const [place, first] of single) {
    for (const rule of rules.slice(place + 1)) {
      const found = await apply(first, rule)
      if (found !== undefined) yield found
    }
  }
  let all = plain
  for (const rule of rules) all = await apply(all, rule) ?? all
  if (all.names.length > 2) yield all
}

/** Whether a case passes. The other engines are tried only if the first one agrees. */
const passes = async (golden: Case, on: typeof engines): Promise<boolean> => {
  for (const part of [on.slice(0, 1), on.slice(1)]) {
    if (part.length > 0 && (await runCase(golden, part))._tag !== "Passed") return false
  }
  return true
}

const judgeReading = async (golden: Case, on: typeof engines): Promise<Outcome> => {
  const outcome = await runCase(golden, on)
  if (outcome._tag !== "Failed") return outcome
  for await (const rewritten of rewritings(golden)) {
    if (await passes(rewritten.golden, on)) return { _tag: "Skipped", reason: rewritten.names.join(", ") }
  }
  return outcome
}

/**
 * Runs a case. If it fails, it counts as skipped when the documented differences explain the recording exactly: the rules
 * replace Spark's results by those of DStream, and the case has to pass with these.
 */
export const judge = async (given: Case, on: typeof engines = engines): Promise<Outcome> => {
  const unknown = notUnderstood(given)
  if (unknown !== undefined) return { _tag: "Skipped", reason: `missing: ${unknown}` }
  const golden = withoutAliases(given)
  const outcome = await judgeReading(golden, on)
  if (outcome._tag !== "Failed") return outcome
  for (const reading of readings(golden)) {
    const other = await judgeReading(reading, on)
    if (other._tag !== "Failed") return other
  }
  return outcome
}
