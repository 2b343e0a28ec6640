/** Checks the list of Spark's operations against the library, its tests and the recordings of Spark. */
import * as library from "../../mod.ts"
import type { Case } from "../golden/case.ts"
import { nameOf, ownFolder, recordingsIn } from "../golden/recordings.ts"
import type { Outcome } from "../golden/run.ts"
import { pins } from "../golden/skips.ts"
import { declaredTests } from "../house/source.ts"
import { ids, type Present, type Row } from "./row.ts"

/** What rows are checked against. */
export interface World {
  /** Whether a name is exported. */
  readonly exported: (name: string) => Promise<boolean>
  /** The names of the tests in a file; undefined if the file does not exist. */
  readonly testsIn: (file: string) => Promise<ReadonlyArray<string> | undefined>
  /** The outcome of a recorded case; undefined if the case does not exist. */
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
    ? [`${file} does not exist`]
    : parts.flatMap((part) => tests.some((name) => name.includes(part)) ? [] : [`${file} has no test "${part}"`])
  const golden: Array<string> = []
  for (const id of words(row.golden ?? "")) {
    const outcome = await world.golden(id)
    if (outcome === undefined) golden.push(`case ${id} does not exist`)
    else if (outcome._tag !== "Passed") golden.push(`case ${id} does not pass: ${outcomeText(outcome)}`)
  }
  const nothing = names.length === 0 ? ["names no export"] : []
  const unproven = row.test === undefined && row.golden === undefined ? ["has neither a test nor a recorded case"] : []
  return [...nothing, ...unproven, ...unknown, ...test, ...golden]
}

/** Reports ids that are missing, unknown or repeated, and exports, tests and cases that do not exist or do not pass. */
export const problemsOf = async (rows: ReadonlyArray<Row>, world: World): Promise<ReadonlyArray<string>> => {
  const seen = new Map<string, number>()
  for (const { row } of rows) seen.set(row, (seen.get(row) ?? 0) + 1)
  const missing = ids.filter((id) => !seen.has(id)).map((id) => `${id}: is missing`)
  const unknown = [...seen.keys()].filter((id) => !ids.includes(id)).map((id) => `${id}: is unknown`)
  const twice = [...seen].flatMap(([id, count]) => count > 1 ? [`${id}: occurs ${count} times`] : [])
  const wrong: Array<string> = []
  for (const row of rows) {
    const problems = "ours" in row ? await presentProblems(row, world) : row.reason === "" ? ["gives no reason"] : []
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

/** The recordings by their ids, as outcomes: `deno task golden` fails unless exactly those pass that have no pin. */
const outcomes = (): ReadonlyMap<string, Outcome> =>
  new Map(
    recordingsIn(ownFolder).families.flatMap(({ cases, family }) =>
      cases.map((golden): readonly [string, Outcome] => {
        const pin = pins.find(({ name }) => name === nameOf(family, golden))
        return [(golden as Case).id, pin === undefined ? { _tag: "Passed" } : { _tag: "Skipped", reason: pin.reason }]
      })
    ),
  )

/** Looks names, tests and cases up in this project. */
export const project = (): World => {
  const known = outcomes()
  return { exported, testsIn, golden: (id) => Promise.resolve(known.get(id)) }
}
