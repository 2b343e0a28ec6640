/** Changes of recordings whose outcome is known without Spark. */
import type { Case, EntrySpec, Expected, NodeSpec, OutputsSpec } from "./case.ts"
import { batchesOf } from "./relaxing.ts"

/** The changed case; undefined where its outcome would not be known. */
export type Variation = (golden: Case) => Case | undefined

type Outputs = NonNullable<Expected["outputs"]>

const eachOutput = (
  { expected }: Case,
  change: (output: OutputsSpec, id: string) => OutputsSpec | undefined,
): Outputs =>
  Object.fromEntries(
    Object.entries(expected.outputs ?? {}).flatMap(([id, output]) => {
      const changed = output !== "free" && "slideMs" in output ? change(output, id) : undefined
      return changed === undefined ? [] : [[id, changed]]
    }),
  )

/** Whether a case is told by the entries of its outputs and by its failures alone. */
const isPlain = ({ expected, kind }: Case): boolean =>
  kind === "stream" && ["error", "stdout", "files", "events", "order"].every((field) => !(field in expected))

/** What happens first does not depend on what comes later. */
export const shorter: Variation = (golden) => {
  const batches = batchesOf(golden) - 1
  if (!isPlain(golden) || batches < 1) return undefined
  const { batchMs = 1000, clockStart = 0 } = golden
  const last = Math.floor(clockStart / batchMs) * batchMs + batches * batchMs
  const early = <T extends { readonly time: number }>(all: ReadonlyArray<T>) => all.filter(({ time }) => time <= last)
  return {
    ...golden,
    numBatches: batches,
    expected: {
      ...golden.expected,
      outputs: eachOutput(golden, (output) => ({ ...output, batches: early(output.batches) })),
      ...(golden.expected.batchErrors === undefined ? {} : { batchErrors: early(golden.expected.batchErrors) }),
    },
  }
}

/** An output gives the same without the others. */
export const alone: Variation = (golden) => {
  const { outputs = [] } = golden
  const last = outputs.at(-1)
  if (!isPlain(golden) || outputs.length < 2 || last === undefined || golden.expected.batchErrors !== undefined) {
    return undefined
  }
  return {
    ...golden,
    numBatches: batchesOf(golden),
    outputs: [last],
    expected: { outputs: eachOutput(golden, (output, id) => id === last.id ? output : undefined) },
  }
}

const timed = /Time|time|lastSeen|expireAfter|At"|failAt|throwAt|imeout/

/** Nothing depends on when it begins, where no function sees the time. */
export const later: Variation = (golden) => {
  const { batchMs = 1000, clockStart = 0, expected, ...program } = golden
  if (!isPlain(golden) || timed.test(JSON.stringify(program)) || expected.batchErrors !== undefined) return undefined
  const by = 840 * batchMs
  const moved = (entry: EntrySpec): EntrySpec => ({ ...entry, time: entry.time + by })
  return {
    ...golden,
    clockStart: clockStart + by,
    expected: {
      ...expected,
      outputs: eachOutput(golden, (output) => ({ ...output, batches: output.batches.map(moved) })),
    },
  }
}

const scaled = (node: NodeSpec): NodeSpec => ({
  ...node,
  ...Object.fromEntries(
    ["window", "slide", "timeout", "ms"].flatMap((field) =>
      node[field] === undefined ? [] : [[field, 3 * Number(node[field])]]
    ),
  ),
})

/** Nothing depends on how long a batch is, where all else grows with it. */
export const slower: Variation = (golden) => {
  const { batchMs = 1000, clockStart = 0, expected, ...program } = golden
  const sees = /Time|lastSeen|expireAfter|failAt|throwAt|sumReportTimeout|touchReport/.test(JSON.stringify(program))
  if (!isPlain(golden) || sees || expected.batchErrors !== undefined) return undefined
  return {
    ...golden,
    batchMs: 3 * batchMs,
    clockStart: 3 * clockStart,
    nodes: golden.nodes?.map(scaled) ?? [],
    expected: {
      ...expected,
      outputs: eachOutput(golden, ({ batches, slideMs }) => ({
        slideMs: 3 * slideMs,
        batches: batches.map((entry) => ({ ...entry, time: 3 * entry.time })),
      })),
    },
  }
}

const words =
  /pairWith"|ReportTimeout|splitWords|length|upper|chars|Length|First|toString|suffix|Colon|joinComma|sort|Key"|KeyKey|concat|keyNotEq/

/** Words are only compared, where no function looks into them; where they lie changes with their hash codes. */
export const renamed: Variation = (golden) => {
  const { expected: _, ...program } = golden
  const exact = golden.outputs?.some(({ partitions }) => partitions === "exact") === true
  if (!isPlain(golden) || exact || words.test(JSON.stringify(program.nodes))) return undefined
  const rename = (value: unknown): unknown =>
    typeof value === "string" ? `\u{1F600}${value}` : Array.isArray(value) ? value.map(rename) : value
  return {
    ...golden,
    inputs:
      golden.inputs?.map((input) => ({ ...input, ...data(input, ["batches", "rdds", "data", "default"], rename) })) ??
        [],
    nodes: golden.nodes?.map((node) => ({ ...node, ...data(node, ["initial"], rename) })) ?? [],
    expected: {
      ...golden.expected,
      outputs: eachOutput(golden, ({ batches, slideMs }) => ({
        slideMs,
        batches: batches.map((entry) => ({ ...entry, ...data(entry, ["output", "partitions"], rename) })),
      })),
    },
  }
}

const data = (given: object, fields: ReadonlyArray<string>, change: (value: unknown) => unknown): object =>
  Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => fields.includes(key) ? [[key, change(value)]] : []),
  )
