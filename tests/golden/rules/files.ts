/** Differences in what file streams read. */
import type { BatchErrorSpec, Case, EntrySpec, StepSpec } from "../case.ts"
import { same } from "../values.ts"
import { eachStep, expecting, pure, type Rule } from "./rule.ts"

/** The partition of a text file. */
const linesOf = ({ text }: StepSpec): ReadonlyArray<string> => String(text ?? "").split(/\r\n|\n/).slice(0, -1)

const byTime = (a: StepSpec, b: StepSpec): number =>
  Number(a.mtime) - Number(b.mtime) || (String(a.name) < String(b.name) ? -1 : 1)

/** The steps that write files, in the order in which DStream reads the files. */
const written = (golden: Case): ReadonlyArray<StepSpec> =>
  (golden.steps ?? []).filter((step) => step.do === "writeFile").toSorted(byTime)

/** Changes the entries of the outputs that have the records of file streams as they are. */
const eachOutput = (golden: Case, change: (entries: ReadonlyArray<EntrySpec>) => ReadonlyArray<EntrySpec>): Case => {
  const inputs = (golden.inputs ?? []).filter(({ kind }) => kind === "textFiles" || kind === "files")
  const own = new Set(
    (golden.outputs ?? []).flatMap((output) => inputs.some(({ id }) => id === output.in) ? [output.id] : []),
  )
  const outputs = Object.entries(golden.expected.outputs ?? {}).map(([id, entries]) =>
    [id, own.has(id) && !("slideMs" in entries) ? change(entries) : entries] as const
  )
  return own.size === 0 ? golden : expecting(golden, { outputs: Object.fromEntries(outputs) })
}

/** The files of a batch are in the order of their modification. Spark takes the order of the directory. */
export const fileOrder: Rule = pure("fileOrder", (golden) => {
  if (golden.kind !== "script") return undefined
  const files = written(golden).map(linesOf)
  const place = (part: unknown): number => files.findIndex((lines) => same(lines, part))
  return eachOutput(
    golden,
    (entries) =>
      entries.map((entry) =>
        entry.partitions === undefined || entry.partitions.some((part) => place(part) < 0)
          ? entry
          : { ...entry, partitions: entry.partitions.toSorted((a, b) => place(a) - place(b)) }
      ),
  )
})

const hidden = /^Input path does not exist: file:<tmp>\/case\/.*\/(_[^/]*)$/

/** Whether a batch failed as Spark does on a file whose name begins with an underscore. */
const isHiddenFailure = ({ error, outputOpId, phase }: BatchErrorSpec, names: ReadonlyArray<unknown>): boolean => {
  const [, name] = hidden.exec(error.message ?? "") ?? []
  return names.includes(name) && phase === "generate" && outputOpId === undefined &&
    error.class === "org.apache.hadoop.mapreduce.lib.input.InvalidInputException" &&
    error.cause?.class === "java.io.IOException" && error.cause.message === error.message
}

/** Files whose names begin with an underscore are skipped. Spark selects them, and the batch fails. */
export const hiddenFiles: Rule = pure("hiddenFiles", (golden) => {
  const { batchMs = 1000, clockStart = 0, expected: { batchErrors = [] }, kind, steps = [] } = golden
  const isHidden = (failure: BatchErrorSpec) => isHiddenFailure(failure, written(golden).map(({ name }) => name))
  const failed = batchErrors.filter(isHidden).map(({ time }) => time)
  if (kind !== "script" || failed.length === 0) return undefined
  const start = Number(steps.find((step) => step.do === "create")?.clockStart ?? clockStart)
  const ended = eachStep(golden, (step, before) => {
    const batches = before.reduce((sum, each) => each.do === "advance" ? sum + Number(each.batches ?? 1) : sum, 0)
    return step.do === "advance" && failed.includes(start + (batches + 1) * batchMs)
      ? { value: "completed" }
      : undefined
  })
  const readAt = (time: number): EntrySpec => {
    const files = written(golden).filter(({ mtime, name }) =>
      Number(mtime) > time - batchMs && Number(mtime) <= time && !/^[._]/.test(String(name))
    )
    return { time, output: files.flatMap(linesOf), partitions: files.map(linesOf) }
  }
  return expecting(
    eachOutput(ended, (entries) => [...entries, ...failed.map(readAt)].toSorted((a, b) => a.time - b.time)),
    { batchErrors: batchErrors.filter((each) => !isHidden(each)) },
  )
})
