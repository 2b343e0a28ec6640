/** What relaxations are made of: nodes put in place of others, and expectations that are left out. */
import { Time } from "../../mod.ts"
import type { BatchErrorSpec, Case, EntrySpec, ErrorSpec, Expected, NodeSpec } from "./case.ts"
import { idsOf } from "./rdd_nodes.ts"

/** The changed case, or several that must all agree; undefined where there is nothing to change. */
export type Relaxation = (golden: Case) => Case | ReadonlyArray<Case> | undefined

/** Puts something in place of some nodes. */
export const replacing = (
  replace: (node: NodeSpec, golden: Case) => ReadonlyArray<NodeSpec> | undefined,
): (golden: Case) => Case | undefined =>
(golden) => {
  const changed = golden.nodes?.map((node) => replace(node, golden))
  if (changed === undefined || changed.every((each) => each === undefined)) return undefined
  return { ...golden, nodes: changed.flatMap((each, i) => each ?? golden.nodes?.[i] ?? []) }
}

/** The node under another name, and an operation on it under its own. */
export const behind = (node: NodeSpec, op: string): ReadonlyArray<NodeSpec> => {
  const id = `${node.id}~`
  return [{ ...node, id }, { ...node, op, in: id }]
}

/** Whether something is taken out of a window again. */
export const isInverse = ({ op, inv }: NodeSpec): boolean =>
  inv !== undefined || op === "countByWindow" || op === "countByValueAndWindow"

const stateful: ReadonlySet<string> = new Set(["updateStateByKey", "mapWithState", "scanned"])

/** Whether an operation keeps state. */
export const isStateful = (node: NodeSpec): boolean => stateful.has(node.op) || isInverse(node)

/** Whether an operation looks back at earlier batches, or at what it made of them. */
export const looksBack = (node: NodeSpec): boolean => isStateful(node) || node.window !== undefined

/** All nodes, those that steps define as well. */
export const nodesOf = ({ nodes = [], steps = [] }: Case): ReadonlyArray<NodeSpec> => [
  ...nodes,
  ...steps.flatMap((step) => step.do === "node" ? [step as unknown as NodeSpec] : []),
]

/** Some streams, and all that are made of them. */
export const downstream = (golden: Case, ids: Iterable<unknown>): ReadonlySet<unknown> => {
  const found = new Set(ids)
  for (const node of nodesOf(golden)) if (idsOf(node)?.some((id) => found.has(id)) === true) found.add(node.id)
  return found
}

/** Some streams, and all that they are made of. */
export const upstream = (golden: Case, ids: Iterable<unknown>): ReadonlySet<unknown> => {
  const found = new Set(ids)
  for (const node of nodesOf(golden).toReversed()) {
    if (found.has(node.id)) idsOf(node)?.forEach((id) => found.add(id))
  }
  return found
}

/** How many batches a case runs. */
export const batchesOf = ({ inputs = [], numBatches }: Case): number =>
  numBatches ?? Math.max(0, ...inputs.map(({ batches }) => batches?.length ?? 0))

/** The time before the first batch. */
export const zeroOf = ({ clockStart = 0, batchMs = 1000 }: Pick<Case, "clockStart" | "batchMs">): number =>
  Time.floor(clockStart, batchMs)

/** Changes what is expected of each output in each batch. */
export const eachEntry = (
  golden: Case,
  change: (entry: EntrySpec, output: string) => EntrySpec,
): NonNullable<Expected["outputs"]> =>
  Object.fromEntries(
    Object.entries(golden.expected.outputs ?? {}).map(([id, output]) => {
      if (output === "free") return [id, output]
      if (!("slideMs" in output)) return [id, output.map((each) => change(each, id))]
      return [id, { ...output, batches: output.batches.map((each) => change(each, id)) }]
    }),
  )

/** Leaves out some of the failures; a batch that nothing could be generated for is left out whole. */
export const freeing = (golden: Case, free: (error: ErrorSpec, time: number) => boolean): Case | undefined => {
  const errors = golden.expected.batchErrors ?? []
  const change = (each: BatchErrorSpec): BatchErrorSpec => free(each.error, each.time) ? { ...each, free: true } : each
  const batchErrors = errors.map(change)
  const whole = new Set(
    batchErrors.flatMap(({ free, phase, time }) => free === true && phase === "generate" ? [time] : []),
  )
  if (batchErrors.every((each) => each.free !== true)) return undefined
  const outputs = eachEntry(
    golden,
    (entry) =>
      whole.has(entry.time) || (entry.error !== undefined && free(entry.error, entry.time))
        ? { ...entry, free: true }
        : entry,
  )
  return { ...golden, expected: { ...golden.expected, batchErrors, outputs } }
}

/** All outputs uncompared. */
const freeOutputs = ({ outputs = [] }: Case): NonNullable<Expected["outputs"]> =>
  Object.fromEntries(outputs.map(({ id }) => [id, "free"] as const))

/** A case that does not start, or starts where Spark's does not: `expected` is what `start` gives, the rest is unknown. */
export const startingOtherwise = (
  golden: Case,
  isStart: (error: ErrorSpec | undefined) => boolean,
  error?: ErrorSpec,
): Case | undefined => {
  const given = error === undefined ? {} : { error }
  if (golden.kind === "stream") {
    return isStart(golden.expected.error)
      ? { ...golden, expected: { ...given, outputs: freeOutputs(golden) } }
      : undefined
  }
  const { steps = [], batchErrors: _, order: __, stdout: ___, files: ____, events: _____, ...rest } = golden.expected
  const at = steps.findIndex((step) => step.do === "start" && isStart(step.error))
  if (at < 0) return undefined
  const changed = steps.map((step, i) =>
    i < at ? step : i === at ? { do: step.do, ...given } : { do: step.do, free: true }
  )
  return { ...golden, expected: { ...rest, steps: changed, outputs: freeOutputs(golden) } }
}
