/** Checks rows against the library, its tests, and the recordings of Spark. */
import * as library from "../../mod.ts"
import type { Case, Family } from "../golden/case.ts"
import { type Outcome, runCase } from "../golden/run.ts"
import { declaredTests } from "../house/source.ts"
import { ids, type Present, type Row } from "./row.ts"

/** What rows are checked against. */
export interface World {
  /** Whether a name is exported. */
  readonly exported: (name: string) => Promise<boolean>
  /** The names of the tests in a file; undefined where there is no such file. */
  readonly testsIn: (file: string) => Promise<ReadonlyArray<string> | undefined>
  /** How a recorded case ends; undefined where there is no such case. */
  readonly golden: (id: string) => Promise<Outcome | undefined>
}

const root = new URL("../../", import.meta.url)

const words = (text: string): ReadonlyArray<string> => text.split(" ").filter((word) => word !== "")

const outcomeText = (outcome: Outcome): string =>
  outcome._tag === "Failed" ? outcome.differences[0] ?? "failed" : outcome._tag === "Skipped" ? outcome.reason : ""

const presentProblems = async (row: Present, world: World): Promise<ReadonlyArray<string>> => {
  const names = words(row.ours)
  const unknown = (await Promise.all(names.map(world.exported))).flatMap((found, i) =>
    found ? [] : [`${names[i]} is not exported`]
  )
  const [file, ...parts] = row.test ?? []
  const tests = file === undefined ? [] : await world.testsIn(file)
  const test = tests === undefined
    ? [`there is no ${file}`]
    : parts.flatMap((part) => tests.some((name) => name.includes(part)) ? [] : [`${file} has no test "${part}"`])
  const golden: Array<string> = []
  for (const id of words(row.golden ?? "")) {
    const outcome = await world.golden(id)
    if (outcome === undefined) golden.push(`there is no case ${id}`)
    else if (outcome._tag !== "Passed") golden.push(`case ${id} does not agree: ${outcomeText(outcome)}`)
  }
  const nothing = names.length === 0 ? ["no name of ours"] : []
  const unproven = row.test === undefined && row.golden === undefined ? ["neither test nor recording"] : []
  return [...nothing, ...unproven, ...unknown, ...test, ...golden]
}

/** What is wrong with rows: ids that are missing, unknown or there twice, names and proofs that are not found. */
export const problemsOf = async (rows: ReadonlyArray<Row>, world: World): Promise<ReadonlyArray<string>> => {
  const seen = new Map<string, number>()
  for (const { row } of rows) seen.set(row, (seen.get(row) ?? 0) + 1)
  const missing = ids.filter((id) => !seen.has(id)).map((id) => `${id}: missing`)
  const unknown = [...seen.keys()].filter((id) => !ids.includes(id)).map((id) => `${id}: unknown`)
  const twice = [...seen].flatMap(([id, count]) => count > 1 ? [`${id}: ${count} times`] : [])
  const wrong: Array<string> = []
  for (const row of rows) {
    const problems = "ours" in row ? await presentProblems(row, world) : row.reason === "" ? ["no reason"] : []
    wrong.push(...problems.map((problem) => `${row.row}: ${problem}`))
  }
  return [...missing, ...unknown, ...twice, ...wrong]
}

const has = (space: unknown, path: ReadonlyArray<string>): boolean => {
  const [first, ...rest] = path
  if (first === undefined) return space !== undefined
  return typeof space === "object" && space !== null && first in space &&
    has(Object.getOwnPropertyDescriptor(space, first)?.value, rest)
}

const exported = async (name: string): Promise<boolean> => {
  const [path, subPath] = name.split("/").toReversed()
  if (path === undefined) return false
  if (subPath === undefined) return has(library, path.split("."))
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)))
  const file: unknown = exports[`./${subPath}`]
  return typeof file === "string" && has(await import(new URL(file, root).href), path.split("."))
}

const testsIn = (file: string): Promise<ReadonlyArray<string> | undefined> =>
  Deno.readTextFile(new URL(file, root)).then(
    (text) => declaredTests(text).map(({ name }) => name),
    () => undefined,
  )

const casesIn = async (folder: URL): Promise<ReadonlyMap<string, Case>> => {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name.endsWith(".json") && name !== "differences.json"
  )
  const families = await Promise.all(
    names.map(async (name): Promise<Family> => JSON.parse(await Deno.readTextFile(new URL(name, folder)))),
  )
  return new Map(families.flatMap(({ cases }) => cases.map((each) => [each.id, each] as const)))
}

/** The project as it is. */
export const project = async (): Promise<World> => {
  const cases = await casesIn(new URL("tests/golden/", root))
  const outcomes = new Map<string, Outcome>()
  const golden = async (id: string): Promise<Outcome | undefined> => {
    const golden = cases.get(id)
    if (golden === undefined) return undefined
    const outcome = outcomes.get(id) ?? await runCase(golden)
    outcomes.set(id, outcome)
    return outcome
  }
  return { exported, testsIn, golden }
}
