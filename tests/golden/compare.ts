/** Compares values, entries of outputs and results. Each comparison describes what differs, or gives undefined. */
import type { Compare, Differences, EntrySpec, ErrorSpec, NodeSpec, OutputSpec, ResultSpec } from "./case.ts"
import { compareErrors, showError } from "./errors.ts"
import { encode, same, show } from "./values.ts"

/** What an output gave in one batch of a run. */
export interface Entry {
  readonly time: number
  readonly partitions?: ReadonlyArray<ReadonlyArray<unknown>>
  readonly partitioner?: string | null
  readonly called?: boolean
  readonly value?: unknown
  readonly error?: unknown
}

/** The result of a step, a call or an action of a run. */
export interface Result {
  readonly value?: unknown
  readonly error?: unknown
}

const sorted = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  values.map((value) => [JSON.stringify(value), value] as const)
    .toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([, value]) => value)

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : [value]

/** How each comparison orders the inside of an element. */
const ordered: Readonly<Record<Compare, (element: unknown) => unknown>> = {
  list: (element) => element,
  set: (element) => element,
  group: (element) => {
    const [key, values, ...rest] = list(element)
    return [key, sorted(list(values)), ...rest]
  },
  lists: (element) => sorted(list(element)),
  cogroup: (element) => {
    const [key, groups, ...rest] = list(element)
    return [key, list(groups).map((values) => sorted(list(values))), ...rest]
  },
}

/** Brings elements into an order in which equal lists are equal. */
const canonical = (elements: unknown, compare: Compare): ReadonlyArray<unknown> => {
  const all = list(encode(elements)).map(ordered[compare])
  return compare === "list" ? all : sorted(all)
}

const differ = (what: string, expected: unknown, got: unknown): string =>
  `${what}: expected ${show(expected)}, got ${show(got)}`

/** Describes two lists that differ: both as a whole if they are short, else the elements that only one of them has. */
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
  const [absent, extra] = [without(expected, got), without(got, expected)]
  if (absent.length > 0 || extra.length > 0) {
    return `${what}: lacks ${show(absent)}, has ${show(extra)} instead, of ${expected.length} expected`
  }
  const at = expected.findIndex((each, i) => !same(each, got[i]))
  return `${what}: the order differs from element ${at} on: expected ${show(expected[at])}, got ${show(got[at])}`
}

/** Compares two values exactly. */
export const compareValues = (what: string, expected: unknown, got: unknown): string | undefined =>
  same(encode(expected), encode(got)) ? undefined : differ(what, encode(expected), encode(got))

/** Compares two texts and names the first line that differs. Without a recorded text there is nothing to compare. */
export const compareText = (what: string, expected: string | undefined, got: string): string | undefined => {
  if (expected === undefined || expected === got) return undefined
  const [lines, others] = [expected.split("\n"), got.split("\n")]
  const at = lines.findIndex((line, i) => line !== others[i])
  return at < 0
    ? differ(`${what}, number of lines`, lines.length, others.length)
    : differ(`${what}, line ${at + 1}`, lines[at], others[at] ?? null)
}

const header = /^(?=-{43}\nTime: )/m

/** Sorts the printed records of each batch. */
const sortedLines = (text: string): string =>
  text.split(header).map((block) => {
    const [top, time, bottom, ...rest] = block.split("\n")
    return [top, time, bottom, ...rest.toSorted()].join("\n")
  }).join("")

/** Compares what was printed, with the lines of each batch in any order if `unordered`. */
export const comparePrinted = (expected: string | undefined, got: string, unordered: boolean): string | undefined =>
  unordered && expected !== undefined
    ? compareText("stdout", sortedLines(expected), sortedLines(got))
    : compareText("stdout", expected, got)

/** Compares elements in the order that counts. */
export const compareElements = (
  what: string,
  expected: unknown,
  got: unknown,
  compare: Compare = "list",
): string | undefined =>
  same(canonical(expected, compare), canonical(got, compare))
    ? undefined
    : differIn(what, list(encode(expected)), list(encode(got)))

/** Compares elements partition by partition; the order inside a partition counts as `compare` says. */
export const comparePartitions = (
  what: string,
  expected: ReadonlyArray<unknown>,
  got: ReadonlyArray<unknown>,
  compare: Compare,
): string | undefined => {
  const form = (parts: ReadonlyArray<unknown>) => parts.map((part) => canonical(part, compare))
  return same(form(expected), form(got)) ? undefined : differIn(what, expected, list(encode(got)))
}

/** Actions whose result is a map: its entries have no order. */
const mapActions: ReadonlySet<string> = new Set(["countByKey", "countByValue", "collectAsMap", "reduceByKeyLocally"])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Turns the keys of map entries into texts, as a recorded JSON object has them. */
const textKeys = (entries: unknown): ReadonlyArray<unknown> =>
  list(encode(entries)).map((entry) => {
    const [key, ...rest] = list(entry)
    return [String(key), ...rest]
  })

/** Compares what an action gave. */
export const compareAction = (
  what: string,
  expected: unknown,
  got: unknown,
  { op, compare = mapActions.has(op) ? "set" : "list" }: NodeSpec,
): string | undefined => {
  if (isObject(expected) && mapActions.has(op)) {
    return compareElements(what, Object.entries(expected), textKeys(got), "set")
  }
  if (!Array.isArray(expected) || !Array.isArray(got)) return compareValues(what, expected, got)
  if (op === "collectPartitions") {
    // The format does not say whether there is one list of elements, or one for each partition.
    const isFlat = expected.length !== got.length || !expected.every(Array.isArray)
    return isFlat
      ? compareElements(what, expected, got.flat(), compare)
      : comparePartitions(what, expected, got, compare)
  }
  if (op !== "glomCollect") return compareElements(what, expected, got, compare)
  if (compare === "list") return comparePartitions(what, expected, got, compare)
  return compareValues(`${what}, number of partitions`, expected.length, got.length) ??
    compareElements(what, expected.flat(), got.flat(), compare)
}

const compareOutput = (what: string, expected: EntrySpec, got: Entry, output: OutputSpec): string | undefined => {
  const { compare = "list", partitions = "informative" } = output
  const parts = got.partitions ?? []
  const different = compareElements(what, expected.output, parts.flat(), compare)
  if (different !== undefined) return different
  const count = expected.numPartitions ?? expected.partitions?.length
  // Cases that are built by hand may leave the partitions out.
  if (count === undefined) return undefined
  if (count !== parts.length) return differ(`${what}, number of partitions`, count, parts.length)
  const placed = partitions === "exact" && expected.partitions !== undefined
    ? comparePartitions(`${what}, partitions`, expected.partitions, parts, compare)
    : undefined
  // Wherever the elements lie, the recorded partitions hold the recorded elements.
  const anyOrder = compare === "list" ? "set" : compare
  const whole = expected.partitions === undefined
    ? undefined
    : compareElements(`${what}, recorded partitions`, expected.output, expected.partitions.flat(), anyOrder)
  return placed ?? whole ?? compareValues(`${what}, partitioner`, expected.partitioner ?? null, got.partitioner ?? null)
}

/** Compares what an output gave in one batch with the entry of the same batch. */
export const compareEntry = (expected: EntrySpec, got: Entry, output: OutputSpec): string | undefined => {
  const what = `${output.id} at ${expected.time}`
  if (expected.error !== undefined) {
    return "error" in got ? compareErrors(what, expected.error, got.error) : differ(what, expected.error, summary(got))
  }
  if ("error" in got) return differ(what, summary(expected), showError(got.error))
  if (expected.called !== undefined) return compareValues(what, expected.called, got.called)
  if ("value" in expected) {
    return "value" in got
      ? compareAction(what, expected.value, got.value, output.action ?? { op: "collect" })
      : differ(what, expected.value, summary(got))
  }
  if (expected.output === undefined) return `${what}: the recording says nothing of this batch`
  return got.partitions === undefined
    ? differ(what, summary(expected), summary(got))
    : compareOutput(what, expected, got, output)
}

const summary = (entry: Entry | EntrySpec): unknown => {
  if (entry.error !== undefined) return showError(entry.error)
  return entry.partitions ?? ("output" in entry ? entry.output : undefined) ?? entry.value ?? entry.called
}

/** Compares all that an output gave: exactly one entry for each recorded one that has an RDD, in the same order. */
export const compareEntries = (
  output: OutputSpec,
  expected: ReadonlyArray<EntrySpec>,
  got: ReadonlyArray<Entry>,
): Differences => {
  const wanted = expected.filter((each) => each.output !== null)
  const times = compareValues(
    `${output.id}, batches with an RDD`,
    wanted.map(({ time }) => time),
    got.map(({ time }) => time),
  )
  if (times !== undefined) return [times]
  return wanted.flatMap((each, i) => {
    const own = got[i]
    return own === undefined ? [] : compareEntry(each, own, output) ?? []
  })
}

const compareOutcome = (what: string, expected: ErrorSpec, got: Result): string | undefined =>
  "error" in got ? compareErrors(what, expected, got.error) : differ(what, expected, got.value)

/** Compares the result of a step, a call or an action. Where neither a value nor an error is recorded, there may be none. */
export const compareResult = (
  what: string,
  expected: ResultSpec,
  got: Result,
  how: (expected: unknown, got: unknown) => string | undefined = (a, b) => compareValues(what, a, b),
): string | undefined => {
  if (expected.error !== undefined) return compareOutcome(what, expected.error, got)
  if ("error" in got) return differ(what, expected.value, showError(got.error))
  return "value" in expected ? how(expected.value, got.value) : compareValues(what, undefined, got.value)
}
