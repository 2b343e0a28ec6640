/** Compares with recordings of Apache Spark: `deno task golden [folder …]`. */
import type { Case } from "./case.ts"
import { type Intended, judge, type Outcome } from "./judge.ts"

export { type Intended, judge, type Outcome, runCase } from "./judge.ts"

interface Loaded {
  readonly path: string
  readonly family: string
  readonly cases: ReadonlyArray<unknown>
}

/** What could be read, and what is wrong with the rest. */
export interface Recordings {
  readonly families: ReadonlyArray<Loaded>
  readonly problems: ReadonlyArray<string>
}

const problem = (path: string, error: unknown): Recordings => ({
  families: [],
  problems: [`${path}: ${error instanceof Error ? error.message : String(error)}`],
})

const familyIn = async (path: string): Promise<Recordings> => {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path))
    if (typeof value !== "object" || value === null || !("cases" in value)) return { families: [], problems: [] }
    const family = "family" in value ? String(value.family) : path.replace(/^.*\/|\.json$/g, "")
    return Array.isArray(value.cases)
      ? { families: [{ path, family, cases: value.cases }], problems: [] }
      : problem(path, "cases is no list")
  } catch (error) {
    return problem(path, error)
  }
}

const together = (all: ReadonlyArray<Recordings>): Recordings => ({
  families: all.flatMap(({ families }) => families),
  problems: all.flatMap(({ problems }) => problems),
})

/** The recordings in a folder, or in one file. */
export const recordingsIn = async (path: string): Promise<Recordings> => {
  if (path.endsWith(".json")) return await familyIn(path)
  try {
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name)
    const files = names.filter((name) => name.endsWith(".json")).toSorted()
    const found = together(await Promise.all(files.map((name) => familyIn(`${path.replace(/\/$/, "")}/${name}`))))
    const empty = found.families.length === 0 && found.problems.length === 0
    return empty ? problem(path, "there are no recordings in it") : found
  } catch (error) {
    return problem(path, error)
  }
}

/** The differences on purpose. */
export const differences = async (): Promise<ReadonlyArray<Intended>> =>
  JSON.parse(await Deno.readTextFile(new URL("differences.json", import.meta.url)))

/** Differences once each, with the engines that show them. */
const merged = (differences: ReadonlyArray<string>): ReadonlyArray<string> => {
  const engines = new Map<string, Array<string>>()
  for (const each of differences) {
    const [, engine = "", text = each] = /^\[(\w+)\] ([^]*)$/.exec(each) ?? []
    const known = engines.get(text)
    if (known === undefined) engines.set(text, [engine])
    else known.push(engine)
  }
  return Array.from(engines, ([text, names]) => names.length === 3 ? text : `${text} (${names.join(", ")})`)
}

/** How many differences of a case are told. */
const MANY = 8

const failure = (name: string, differences: ReadonlyArray<string>): string => {
  const all = merged(differences)
  const rest = all.length > MANY ? [`and ${all.length - MANY} more`] : []
  return [`FAILED ${name}`, ...all.slice(0, MANY), ...rest].join("\n    ")
}

const judgeSafely = async (intended: ReadonlyArray<Intended>, golden: unknown): Promise<Outcome> => {
  try {
    return await judge(intended, golden as Case)
  } catch (error) {
    return {
      _tag: "Failed",
      differences: [`the comparison itself fails: ${error instanceof Error ? error.stack : error}`],
    }
  }
}

const idOf = (golden: unknown): string =>
  typeof golden === "object" && golden !== null && "id" in golden ? String(golden.id) : "(no id)"

/** Runs what there is, tells what differs, and gives the exit code. */
export const main = async (
  folders: ReadonlyArray<string>,
  tell: (line: string) => void = console.log,
): Promise<number> => {
  const here = new URL(".", import.meta.url).pathname
  const intended = await differences()
  const counts = { Passed: 0, Failed: 0, Skipped: 0 }
  const skipped = new Map<string, Array<string>>()
  const { families, problems } = together(
    await Promise.all((folders.length === 0 ? [here] : folders).map(recordingsIn)),
  )
  for (const { family, cases } of families) {
    const own = { Passed: 0, Failed: 0, Skipped: 0 }
    for (const golden of cases) {
      const name = `${family} ${idOf(golden)}`
      const outcome = await judgeSafely(intended, golden)
      counts[outcome._tag]++
      own[outcome._tag]++
      if (outcome._tag === "Skipped") skipped.set(outcome.reason, [...skipped.get(outcome.reason) ?? [], name])
      if (outcome._tag === "Failed") tell(failure(name, outcome.differences))
    }
    if (Deno.env.has("GOLDEN_FAMILIES")) tell(`${family} ${JSON.stringify(own)}`)
  }
  for (const [reason, names] of skipped) {
    const some = names.length > 4 ? [...names.slice(0, 4), "..."] : names
    tell(`skipped ${names.length}, ${reason} (${some.join(", ")})`)
  }
  for (const each of problems) tell(`UNREADABLE ${each}`)
  tell(`${counts.Passed} passed, ${counts.Failed} failed, ${counts.Skipped} skipped`)
  return counts.Failed > 0 || problems.length > 0 ? 1 : 0
}

if (import.meta.main) Deno.exit(await main(Deno.args))
