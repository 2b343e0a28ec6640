/** Falsifies recordings: each mutant says something that Spark did not do, so it must not be accepted. */
import type { Case, OutputSpec } from "./case.ts"
import { outputsOf } from "./case.ts"
import { same } from "./values.ts"

/** A falsified case, and what is false in it. */
export interface Mutant {
  readonly what: string
  readonly golden: Case
}

type Path = ReadonlyArray<string>
type Plain = Readonly<Record<string, unknown>>

const isPlain = (value: unknown): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value)

/** A value below `expected`, and a function that puts another one in its place. */
interface Place {
  readonly path: Path
  readonly value: unknown
  readonly put: (value: unknown) => unknown
}

const placesIn = (value: unknown, path: Path, put: Place["put"]): ReadonlyArray<Place> => {
  const own = { path, value, put }
  if (Array.isArray(value)) {
    const below = value.flatMap((each, i) => placesIn(each, [...path, String(i)], (next) => put(value.with(i, next))))
    return [own, ...below]
  }
  if (!isPlain(value)) return [own]
  const below = Object.entries(value).flatMap(([key, each]) =>
    placesIn(each, [...path, key], (next) => put({ ...value, [key]: next }))
  )
  return [own, ...below]
}

/** A value of the same type that is another one. */
const other = (value: unknown): unknown =>
  typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : value === null ? 0 : `!${value}`

/** Whether a place lies inside the records of an output or of a result. */
const isInRecords = (path: Path): boolean => path.some((key) => /^(output|partitions|value)$/.test(key))

const outputAt = (golden: Case, path: Path): OutputSpec | undefined =>
  path[0] === "outputs" ? outputsOf(golden).find(({ id }) => id === path[1]) : undefined

/** Whether the order of a list counts. */
const isOrdered = (golden: Case, path: Path): boolean => {
  if (!isInRecords(path)) return true
  const [field] = path.slice(-1)
  const { compare = "list", partitions } = outputAt(golden, path) ?? { compare: "set" as const }
  return (field === "output" && compare === "list") || (field === "partitions" && partitions === "exact")
}

/** Fields without which a recording says less, but nothing false. */
const optional = (path: Path): boolean =>
  isInRecords(path) || path.includes("events") || /^(partitions|text|phase)$/.test(path.at(-1) ?? "")

const without = (value: Plain, key: string): Plain =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))

/** The places of two neighbours that differ. */
const neighbours = (list: ReadonlyArray<unknown>): ReadonlyArray<number> =>
  list.flatMap((each, i) => i + 1 < list.length && !same(each, list[i + 1]) ? [i] : [])

/** All ways to falsify one value, item or field of what a case expects. */
export const mutantsOf = (golden: Case): ReadonlyArray<Mutant> => {
  const found: Array<Mutant> = []
  const add = (path: Path, what: string, expected: unknown) =>
    found.push({ what: `${path.join(".")}: ${what}`, golden: { ...golden, expected: expected as Case["expected"] } })
  for (const { path, put, value } of placesIn(golden.expected, [], (next) => next)) {
    if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) {
        add(path, `item ${i} is missing`, put(value.toSpliced(i, 1)))
        add(path, `item ${i} is there twice`, put(value.toSpliced(i, 0, each)))
      }
      if (!isOrdered(golden, path)) continue
      for (const i of neighbours(value)) {
        add(path, `items ${i} and ${i + 1} are swapped`, put(value.with(i, value[i + 1]).with(i + 1, value[i])))
      }
    } else if (isPlain(value)) {
      for (const key of Object.keys(value)) {
        // An empty field says no more than none.
        if (optional([...path, key]) || same(value[key], {})) continue
        add(path, `field ${key} is missing`, put(without(value, key)))
      }
    } else add(path, `${JSON.stringify(value)} is another value`, put(other(value)))
  }
  return found
}

/** The entries of an output in a case of the kind `stream`. */
const batchesOf = (golden: Case, id: string) => {
  const output = golden.expected.outputs?.[id]
  return output !== undefined && "slideMs" in output ? output : undefined
}

/** Exchanges the times of the neighbours in the entries of all outputs. */
export const swappedTimes = (golden: Case): ReadonlyArray<Mutant> =>
  Object.keys(golden.expected.outputs ?? {}).flatMap((id) => {
    const output = batchesOf(golden, id)
    return output === undefined ? [] : output.batches.slice(1).map((later, i): Mutant => {
      const earlier = output.batches[i] ?? later
      const batches = output.batches.with(i, { ...earlier, time: later.time }).with(i + 1, {
        ...later,
        time: earlier.time,
      })
      const outputs = { ...golden.expected.outputs, [id]: { ...output, batches } }
      return {
        what: `outputs.${id}: times ${i} and ${i + 1} are swapped`,
        golden: { ...golden, expected: { ...golden.expected, outputs } },
      }
    })
  })
