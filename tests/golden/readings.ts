/**
 * Named functions whose description leaves something open, and the other ways to read it. A recording that only one reading
 * explains, and explains completely, settles which one is meant.
 */
import type { Case } from "./case.ts"

const others: Readonly<Record<string, ReadonlyArray<string>>> = {
  half: ["half, whole"],
  stateToString: ["stateToString, with key"],
  timeoutKeyOnly: ["timeoutKeyOnly, last value"],
  updateNull: ["updateNull, nothing", "updateNull, exists"],
}

const nameOf = (f: unknown): unknown => Array.isArray(f) ? f[0] : f

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const namesIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (!isObject(value)) return []
  const own = nameOf(value.f)
  return [...(typeof own === "string" ? [own] : []), ...Object.values(value).flatMap(namesIn)]
}

const renamed = (value: unknown, from: string, to: string): unknown => {
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([field, each]) => {
      if (field !== "f" || nameOf(each) !== from) return [field, renamed(each, from, to)]
      return [field, Array.isArray(each) ? [to, ...each.slice(1)] : to]
    }),
  )
}

/** The case with one of its functions read in another way, for each such function and reading. */
export const readings = (golden: Case): ReadonlyArray<Case> => {
  const { expected, ...program } = golden
  return Array.from(new Set(namesIn(program))).flatMap((name) =>
    (Object.hasOwn(others, name) ? others[name] ?? [] : []).map((other) => ({
      ...renamed(program, name, other) as Case,
      expected,
    }))
  )
}
