/** How Spark writes values that JavaScript does not have. */
import type { Case, EntrySpec, Expected, ResultSpec } from "../case.ts"
import { expecting, pure, type Rule } from "./rule.ts"

const [OPEN, CLOSE] = ["\u0001", "\u0002"]

/** Writes numbers and lists in a text of Spark as DStream does: no `.0`, and lists of two or three elements as tuples. */
const rewritten = (text: string): string => {
  let found = text.replace(/(?<![\w.])-?\d+\.\d+(?:E-?\d+)?(?![\w.])/g, (number) => String(Number(number)))
  const inner = /\[([^[\]]*)\]|\b(?:CompactBuffer|List|ArraySeq|ArrayBuffer|Vector)\(([^()[\]]*)\)/
  for (let match = inner.exec(found); match !== null; match = inner.exec(found)) {
    const parts = (match[1] ?? match[2] ?? "").split(", ")
    const tuple = parts.length === 2 || parts.length === 3
    const list = tuple ? `(${parts.join(",")})` : `${OPEN}${parts.join(", ")}${CLOSE}`
    found = found.slice(0, match.index) + list + found.slice(match.index + match[0].length)
  }
  return found.replaceAll(OPEN, "[").replaceAll(CLOSE, "]")
}

const deeply = (value: unknown): unknown =>
  typeof value === "string" ? rewritten(value) : Array.isArray(value) ? value.map(deeply) : value

const inResult = <T extends ResultSpec>(each: T): T => "value" in each ? { ...each, value: deeply(each.value) } : each

const inEntry = (entry: EntrySpec): EntrySpec => ({
  ...entry,
  ...(entry.output === undefined ? {} : { output: deeply(entry.output) as NonNullable<typeof entry.output> }),
  ...(entry.partitions === undefined ? {} : { partitions: deeply(entry.partitions) as typeof entry.partitions }),
  ...("value" in entry ? { value: deeply(entry.value) } : {}),
})

/** Changes the recorded entries of all outputs. */
const eachEntry = (
  golden: Case,
  change: (entry: EntrySpec, output: string) => EntrySpec,
): NonNullable<Expected["outputs"]> =>
  Object.fromEntries(
    Object.entries(golden.expected.outputs ?? {}).map(([id, output]) =>
      "slideMs" in output
        ? [id, { ...output, batches: output.batches.map((each) => change(each, id)) }]
        : [id, output.map((each) => change(each, id))]
    ),
  )

/** Whole numbers have no `.0`, and lists of two or three elements look like tuples. */
export const texts: Rule = pure("texts", (golden) => {
  const { files, outputs, results, stdout, steps } = golden.expected
  return expecting(golden, {
    ...(outputs === undefined ? {} : { outputs: eachEntry(golden, inEntry) }),
    ...(stdout === undefined ? {} : { stdout: rewritten(stdout) }),
    ...(files === undefined
      ? {}
      : { files: files.map((each) => each.text === undefined ? each : { ...each, text: rewritten(each.text) }) }),
    ...(results === undefined ? {} : { results: results.map(inResult) }),
    ...(steps === undefined ? {} : { steps: steps.map(inResult) }),
  })
})
