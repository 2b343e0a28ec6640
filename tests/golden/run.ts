/**
 * Compares the library with recordings of Apache Spark: `deno task golden [folder …]`. With `--engine=threads` cases run on that
 * engine instead of the usual ones.
 */
import type { Testing } from "../../lib/testing.ts"
import type { Case, Differences } from "./case.ts"
import { type Judged, judgePinned, stalePins } from "./pins.ts"
import { nameOf, ownFolder, recordingsIn, together } from "./recordings.ts"

export { judge, type Outcome, runCase } from "./judge.ts"
export { type Recordings, recordingsIn } from "./recordings.ts"

/** A documented difference between DStream and Spark. */
export interface Difference {
  /** The name that rules and pins use. */
  readonly name: string
  /** What differs, in one sentence. */
  readonly reason: string
  /** A recording that shows it, where there is one. */
  readonly shown?: string
}

/** Reads the documented differences. */
export const differences = async (): Promise<ReadonlyArray<Difference>> =>
  JSON.parse(await Deno.readTextFile(new URL("differences.json", import.meta.url)))

/** Merges the differences that several engines show alike. */
const merged = (all: Differences): Differences => {
  const engines = new Map<string, Array<string>>()
  for (const each of all) {
    const [, engine = "", text = each] = /^\[(\w+)\] ([^]*)$/.exec(each) ?? []
    const known = engines.get(text)
    if (known === undefined) engines.set(text, [engine])
    else known.push(engine)
  }
  return Array.from(
    engines,
    ([text, names]) => names.length === 3 || names[0] === "" ? text : `${text} (${names.join(", ")})`,
  )
}

/** How many differences of a case are printed. */
const MOST = 8

const failure = (name: string, all: Differences): string => {
  const lines = merged(all)
  const rest = lines.length > MOST ? [`and ${lines.length - MOST} more`] : []
  return [`FAILED ${name}`, ...lines.slice(0, MOST), ...rest].join("\n    ")
}

const judgeSafely = async (
  family: string,
  golden: unknown,
  on: ReadonlyArray<Testing.EngineName> | undefined,
): Promise<Judged> => {
  try {
    return await judgePinned(family, golden as Case, on)
  } catch (error) {
    const text = `the comparison itself fails: ${error instanceof Error ? error.stack : error}`
    return { _tag: "Failed", differences: [text], isNew: false }
  }
}

/** Replaces the names of differences by what they say. */
const explained = (reason: string, known: ReadonlyArray<Difference>): string => {
  const found = reason.split(", ").map((name) => known.find((each) => each.name === name)?.reason)
  return found.every((each) => each !== undefined) ? `${reason}: ${found.join("; ")}` : reason
}

const listed = (names: ReadonlyArray<string>): string =>
  (names.length > 4 ? [...names.slice(0, 4), "..."] : names).join(", ")

/** Runs recordings, prints what differs and what is skipped, and gives the exit code. */
export const main = async (
  args: ReadonlyArray<string>,
  print: (line: string) => void = console.log,
): Promise<number> => {
  const folders = args.filter((arg) => !arg.startsWith("--"))
  const engine = args.find((arg) => arg.startsWith("--engine="))?.slice("--engine=".length)
  const on = engine === undefined ? undefined : [engine as Testing.EngineName]
  const known = await differences()
  const counts = { Passed: 0, Failed: 0, Skipped: 0 }
  const skipped = new Map<string, Array<string>>()
  const unpinned: Array<string> = []
  const { families, problems } = together(
    (folders.length === 0 ? [ownFolder] : folders).map(recordingsIn),
  )
  for (const { family, cases } of families) {
    const own = { Passed: 0, Failed: 0, Skipped: 0 }
    for (const golden of cases) {
      const name = nameOf(family, golden)
      const outcome = await judgeSafely(family, golden, on)
      counts[outcome._tag]++
      own[outcome._tag]++
      if (outcome._tag === "Skipped") skipped.set(outcome.reason, [...skipped.get(outcome.reason) ?? [], name])
      if (outcome._tag === "Skipped" && outcome.isNew) unpinned.push(name)
      if (outcome._tag === "Failed") print(failure(name, outcome.differences))
    }
    if (Deno.env.has("GOLDEN_FAMILIES")) print(`${family} ${JSON.stringify(own)}`)
  }
  for (const [reason, names] of skipped) {
    print(`skipped ${names.length}, ${explained(reason, known)} (${listed(names)})`)
  }
  if (unpinned.length > 0) print(`not pinned, because they are no recordings of this repository: ${listed(unpinned)}`)
  const stale = (await stalePins()).map((name) => `skips.ts: there is no recording ${name}`)
  for (const each of [...problems, ...stale]) print(`UNREADABLE ${each}`)
  print(`${counts.Passed} passed, ${counts.Failed} failed, ${counts.Skipped} skipped`)
  return counts.Failed > 0 || problems.length > 0 || stale.length > 0 ? 1 : 0
}

if (import.meta.main) Deno.exit(await main(Deno.args))
