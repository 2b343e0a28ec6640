/** Compares with recordings of Apache Spark: `deno task golden [folder …]`. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Testing } from "../../lib/testing.ts"
import { callCase, hashCase } from "./call_cases.ts"
import { type Case, type Family, takeMissing } from "./case.ts"
import { errorOf, showError } from "./errors.ts"
import { relaxations } from "./relaxations.ts"
import { rddCase } from "./rdd_cases.ts"
import { scriptCase } from "./script_cases.ts"
import { type Differences, streamCase } from "./stream_cases.ts"

type Kind = (golden: Case, engine: Testing.EngineName) => Effect.Effect<Differences>

/** How a case ended. */
export type Outcome =
  | { readonly _tag: "Passed" }
  | { readonly _tag: "Failed"; readonly differences: ReadonlyArray<string> }
  | { readonly _tag: "Skipped"; readonly reason: string }

/** A difference on purpose: what is said about it when a case shows it, and a case that does. */
export interface Intended {
  readonly family?: string
  readonly id?: string
  readonly reason: string
  /** A pattern of the difference, wherever it occurs. */
  readonly differs?: string
  /** A relaxation of cases, wherever it applies. Without this and a pattern the case itself may differ, in any way. */
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
const LIMIT = "20 seconds"

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
  const kind = kinds[golden.kind]
  if (kind === undefined) return { _tag: "Skipped", reason: `kind ${golden.kind}` }
  takeMissing()
  const differences: Array<string> = []
  for (const engine of golden.kind === "call" || golden.kind === "hash" ? engines.slice(0, 1) : engines) {
    differences.push(...await runOn(golden, kind, engine))
    const [lacking] = takeMissing()
    if (lacking !== undefined) return { _tag: "Skipped", reason: `missing: ${lacking}` }
  }
  if (differences.length === 0) return { _tag: "Passed" }
  return golden.informative === true ? { _tag: "Skipped", reason: "informative" } : { _tag: "Failed", differences }
}

const excused = (intended: ReadonlyArray<Intended>, family: string, { id }: Case, outcome: Outcome): Outcome => {
  if (outcome._tag !== "Failed") return outcome
  const purposes = outcome.differences.map((text) =>
    intended.find(({ differs, ...each }) =>
      differs === undefined
        ? each.like === undefined && each.family === family && each.id === id
        : new RegExp(differs).test(text)
    )
  )
  const [first] = purposes
  return first === undefined || purposes.includes(undefined)
    ? outcome
    : { _tag: "Skipped", reason: `intended difference: ${first.reason}` }
}

/**
 * Runs a case. If it fails, it counts as skipped when everything that differs differs on purpose: by its text, or because
 * nothing differs once the case is relaxed.
 */
export const judge = async (intended: ReadonlyArray<Intended>, family: string, golden: Case): Promise<Outcome> => {
  const outcome = excused(intended, family, golden, await runCase(golden))
  if (outcome._tag !== "Failed") return outcome
  const single = intended.filter(({ like = "" }) => relaxations[like]?.(golden) !== undefined)
  const tries = single.length > 1 ? [...single.map((each) => [each]), single] : [single]
  for (const some of tries.filter(({ length }) => length > 0)) {
    const relaxed = some.reduce((all, { like = "" }) => relaxations[like]?.(all) ?? all, golden)
    const again = excused(intended, family, golden, await runCase(relaxed))
    if (again._tag === "Passed") {
      return { _tag: "Skipped", reason: `intended difference: ${some.map(({ reason }) => reason).join("; ")}` }
    }
    if (again._tag === "Skipped") return again
  }
  return outcome
}

const isFamily = (value: unknown): value is Family => typeof value === "object" && value !== null && "cases" in value

const familiesIn = async (folder: string): Promise<ReadonlyArray<Family>> => {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name.endsWith(".json")
  )
  const files = await Promise.all(
    names.toSorted().map(async (name): Promise<unknown> => JSON.parse(await Deno.readTextFile(`${folder}/${name}`))),
  )
  return files.filter(isFamily)
}

/** The differences on purpose. */
export const differences = async (): Promise<ReadonlyArray<Intended>> =>
  JSON.parse(await Deno.readTextFile(new URL("differences.json", import.meta.url)))

const main = async (folders: ReadonlyArray<string>): Promise<number> => {
  const here = new URL(".", import.meta.url).pathname
  const intended = await differences()
  const counts = { Passed: 0, Failed: 0, Skipped: 0 }
  const skipped = new Map<string, Array<string>>()
  const families = (await Promise.all((folders.length === 0 ? [here] : folders).map(familiesIn))).flat()
  for (const { family, cases } of families) {
    const own = { Passed: 0, Failed: 0, Skipped: 0 }
    for (const golden of cases) {
      const outcome = await judge(intended, family, golden)
      counts[outcome._tag]++
      own[outcome._tag]++
      if (outcome._tag === "Skipped") {
        const reason = skipped.get(outcome.reason)
        if (reason === undefined) skipped.set(outcome.reason, [`${family} ${golden.id}`])
        else reason.push(`${family} ${golden.id}`)
      }
      if (outcome._tag === "Failed") {
        const [first, ...rest] = outcome.differences
        console.log(`FAILED ${family} ${golden.id}: ${first}${rest.length === 0 ? "" : ` (and ${rest.length} more)`}`)
      }
    }
    if (Deno.env.has("GOLDEN_FAMILIES")) console.log(family, own)
  }
  for (const [reason, ids] of skipped) {
    console.log(
      `skipped ${ids.length}, ${reason} (${ids.length > 4 ? `${ids.slice(0, 4).join(", ")}, ...` : ids.join(", ")})`,
    )
  }
  console.log(`${counts.Passed} passed, ${counts.Failed} failed, ${counts.Skipped} skipped`)
  return counts.Failed > 0 ? 1 : 0
}

if (import.meta.main) Deno.exit(await main(Deno.args))
