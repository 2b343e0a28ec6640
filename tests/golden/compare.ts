/** Comparisons: what differs, in one line, or undefined. */
import type { Compare, EntrySpec, ErrorSpec, NodeSpec, OutputSpec, ResultSpec } from "./case.ts"
import { matches, showError } from "./errors.ts"
import { encode, show } from "./values.ts"

/** What an output gave in one batch here. */
export interface Entry {
  readonly time: number
  readonly partitions?: ReadonlyArray<ReadonlyArray<unknown>>
  readonly partitioner?: string | null
  readonly called?: boolean
  readonly value?: unknown
  readonly error?: unknown
}

/** What a step, a call or an action gave here. */
export interface Result {
  readonly value?: unknown
  readonly error?: unknown
}

const sorted = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  values.map((value) => [JSON.stringify(value), value] as const)
    .toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([, value]) => value)

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : [value]

const freely: Readonly<Record<Compare, (element: unknown) => unknown>> = {
  list: (element) => element,
  set: (element) => element,
  group: (element) => {
    const [key, values] = list(element)
    return [key, sorted(list(values))]
  },
  lists: (element) => sorted(list(element)),
  cogroup: (element) => {
    const [key, groups] = list(element)
    return [key, list(groups).map((values) => sorted(list(values)))]
  },
}

/** Elements in the form in which equal ones are equal. */
const canonical = (elements: unknown, compare: Compare): ReadonlyArray<unknown> => {
  const all = list(encode(elements)).map(freely[compare])
  return compare === "list" ? all : sorted(all)
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const differ = (what: string, expected: unknown, got: unknown): string =>
  `${what}: expected ${show(expected)}, got ${show(got)}`

/** What differs in two lists: all of it where it is short, else what only one of them has. */
const differIn = (what: string, expected: ReadonlyArray<unknown>, got: ReadonlyArray<unknown>): string => {
  const whole = differ(what, expected, got)
  if (!whole.includes("...")) return whole
  const without = (all: ReadonlyArray<unknown>, others: ReadonlyArray<unknown>) => {
    const left = new Map<string, number>()
    for (const each of others) left.set(show(each, Infinity), (left.get(show(each, Infinity)) ?? 0) + 1)
    return all.filter((each) => {
      const count = left.get(show(each, Infinity)) ?? 0
      left.set(show(each, Infinity), count - 1)
      return count <= 0
    })
  }
  const [lacking, beyond] = [without(expected, got), without(got, expected)]
  if (lacking.length > 0 || beyond.length > 0) {
    return `${what}: lacks ${show(lacking)}, has ${show(beyond)} instead, of ${expected.length} expected`
  }
  const at = expected.findIndex((each, i) => !equal(each, got[i]))
  return `${what}: another order, from place ${at} on: expected ${show(expected[at])}, got ${show(got[at])}`
}

/** Compares values, exactly. */
export const compareValues = (what: string, expected: unknown, got: unknown): string | undefined =>
  equal(encode(expected), encode(got)) ? undefined : differ(what, encode(expected), encode(got))

/** Compares texts, where one is expected: the first line that differs. */
export const compareText = (what: string, expected: string | undefined, got: string): string | undefined => {
  if (expected === undefined || expected === got) return undefined
  const [lines, others] = [expected.split("\n"), got.split("\n")]
  const at = lines.findIndex((line, i) => line !== others[i])
  return at < 0
    ? differ(`${what}, number of lines`, lines.length, others.length)
    : differ(`${what}, line ${at + 1}`, lines[at], others[at] ?? null)
}

const header = /^(?=-{43}\nTime: )/m

/** What is printed, with the lines of each batch in one order. */
const inOneOrder = (text: string): string =>
  text.split(header).map((block) => {
    const [top, time, bottom, ...rest] = block.split("\n")
    return [top, time, bottom, ...rest.toSorted()].join("\n")
  }).join("")

/** Compares what was printed. */
export const comparePrinted = (expected: string | undefined, got: string, unordered: boolean): string | undefined =>
  unordered && expected !== undefined
    ? compareText("stdout", inOneOrder(expected), inOneOrder(got))
    : compareText("stdout", expected, got)

/** Compares elements in the order that matters. */
export const compareElements = (
  what: string,
  expected: unknown,
  got: unknown,
  compare: Compare = "list",
): string | undefined =>
  equal(canonical(expected, compare), canonical(got, compare))
    ? undefined
    : differIn(what, list(encode(expected)), list(encode(got)))

/** Compares elements by partition. Where their order is free, that of the partitions is as well. */
export const comparePartitions = (
  what: string,
  expected: ReadonlyArray<unknown>,
  got: ReadonlyArray<unknown>,
  compare: Compare,
): string | undefined => {
  const form = (parts: ReadonlyArray<unknown>) => {
    const each = parts.map((part) => canonical(part, compare))
    return compare === "list" ? each : sorted(each)
  }
  return equal(form(expected), form(got)) ? undefined : differIn(what, expected, list(encode(got)))
}

/** Compares what an action gave. */
export const compareAction = (
  what: string,
  expected: unknown,
  got: unknown,
  { op, compare = "list" }: NodeSpec,
): string | undefined => {
  if (!Array.isArray(expected) || !Array.isArray(got)) return compareValues(what, expected, got)
  if (op !== "glomCollect") return compareElements(what, expected, got, compare)
  if (compare === "list") return comparePartitions(what, expected, got, compare)
  return compareValues(`${what}, number of partitions`, expected.length, got.length) ??
    compareElements(what, expected.flat(), got.flat(), compare)
}

/** Compares errors. */
export const compareErrors = (what: string, expected: ErrorSpec, error: unknown): string | undefined =>
  matches(expected, error)
    ? undefined
    : `${what}: expected ${expected.class} ${show((expected.task ?? expected).message)}, got ${showError(error)}`

const compareOutput = (what: string, expected: EntrySpec, got: Entry, output: OutputSpec): string | undefined => {
  const { compare = "list", partitions = "informative" } = output
  const different = compareElements(what, expected.output, got.partitions?.flat(), compare)
  if (different !== undefined) return different
  if (expected.partitions === undefined) return undefined
  const parts = got.partitions ?? []
  if (expected.partitions.length !== parts.length) {
    return differ(`${what}, number of partitions`, expected.partitions.length, parts.length)
  }
  const placed = partitions === "exact"
    ? comparePartitions(`${what}, partitions`, expected.partitions, parts, compare)
    : undefined
  return placed ?? compareValues(`${what}, partitioner`, expected.partitioner ?? null, got.partitioner ?? null)
}

/** Compares what an output gave in one batch. */
export const compareEntry = (expected: EntrySpec, got: Entry | undefined, output: OutputSpec): string | undefined => {
  if (expected.free === true) return undefined
  const what = `${output.id} at ${expected.time}`
  if (expected.output === null) return got === undefined ? undefined : differ(what, "no RDD", summary(got))
  if (got === undefined) return differ(what, summary(expected), "no RDD")
  if (expected.time !== got.time) return differ(`${what}, time`, expected.time, got.time)
  if (expected.error !== undefined) {
    return "error" in got ? compareErrors(what, expected.error, got.error) : differ(what, expected.error, summary(got))
  }
  if ("error" in got) return differ(what, summary(expected), showError(got.error))
  if (expected.called !== undefined) return compareValues(what, expected.called, got.called)
  if ("value" in expected) return compareAction(what, expected.value, got.value, output.action ?? { op: "collect" })
  return compareOutput(what, expected, got, output)
}

const summary = (entry: Entry | EntrySpec): unknown => {
  if (entry.error !== undefined) return showError(entry.error)
  return entry.partitions ?? entry.value ?? entry.called
}

/** Compares what a step, a call or an action gave. */
export const compareResult = (
  what: string,
  expected: ResultSpec,
  got: Result,
  how: (expected: unknown, got: unknown) => string | undefined = (a, b) => compareValues(what, a, b),
): string | undefined => {
  if (expected.free === true) return undefined
  if (expected.error !== undefined) {
    return "error" in got ? compareErrors(what, expected.error, got.error) : differ(what, expected.error, got.value)
  }
  if ("error" in got) return differ(what, expected.value, showError(got.error))
  return "value" in expected ? how(expected.value, got.value) : undefined
}
