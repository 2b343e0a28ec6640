/** Varies recordings in ways whose results are known without Spark. */
import { batchesOf, type Case, type EntrySpec, type Expected, type NodeSpec, type OutputsSpec } from "./case.ts"

/** The varied case; undefined where its results would not be known. */
export type Variation = (golden: Case) => Case | undefined

type Outputs = NonNullable<Expected["outputs"]>

const eachOutput = (
  { expected }: Case,
  change: (output: OutputsSpec, id: string) => OutputsSpec | undefined,
): Outputs =>
  Object.fromEntries(
    Object.entries(expected.outputs ?? {}).flatMap(([id, output]) => {
      const changed = "slideMs" in output ? change(output, id) : undefined
      return changed === undefined ? [] : [[id, changed]]
    }),
  )

/** Whether a case expects entries and failures only. */
const isPlain = ({ expected, kind }: Case): boolean =>
  kind === "stream" && ["error", "stdout", "files", "events", "order"].every((field) => !(field in expected))

/** One batch less: earlier batches do not depend on later ones. */
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

/** One output alone: it gives the same without the others. */
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

/** A later start: results do not depend on it where no function sees the time. */
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

/** Longer batches: results do not depend on them where all durations grow alike. */
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

/** Other words: they are only compared where no function looks into them. Their hash codes change the placement. */
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
