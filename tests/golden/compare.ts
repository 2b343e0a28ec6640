/** Comparisons: what differs, in one line, or undefined. */
import type { Compare, EntrySpec, ErrorSpec, OutputSpec, ResultSpec } from "./case.ts"
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

/** Compares values, exactly. */
export const compareValues = (what: string, expected: unknown, got: unknown): string | undefined =>
  equal(encode(expected), encode(got)) ? undefined : differ(what, encode(expected), encode(got))

/** Compares elements in the order that matters. */
export const compareElements = (
  what: string,
  expected: unknown,
  got: unknown,
  compare: Compare = "list",
): string | undefined =>
  equal(canonical(expected, compare), canonical(got, compare)) ? undefined : differ(what, expected, encode(got))

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
  return equal(form(expected), form(got)) ? undefined : differ(what, expected, encode(got))
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
  if ("value" in expected) return compareElements(what, expected.value, got.value, output.action?.compare)
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
