/** How Spark's state, its checkpoints and its failures differ on purpose. */
import type { BatchErrorSpec, Case, EntrySpec } from "./case.ts"
import { idsOf } from "./rdd_nodes.ts"
import { downstream, eachEntry, isStateful, nodesOf, type Relaxation, startingOtherwise } from "./relaxing.ts"
import { replaced } from "./relax_windows.ts"

/** Spark looks for idle keys every tenth batch, or at the interval of `checkpoint`. */
export const timeouts: Relaxation = (golden) =>
  replaced(golden, ({ op, timeout }) => op === "mapWithState" && timeout !== undefined, (node) => {
    const intervals = [
      ...golden.nodes?.filter(({ op, in: of }) => op === "checkpoint" && of === node.id) ?? [],
      ...golden.steps?.filter((step) => step.do === "checkpointStream" && step.in === node.id) ?? [],
    ]
    return {
      spark: { ...node, op: "scanned", every: intervals.at(-1)?.ms },
      plain: { ...node, op: "scanned", every: node.batchMs },
    }
  })

const checkpointRules = new RegExp([
  "The checkpoint directory has not been set",
  "The checkpoint interval for \\w+ has been set",
  "has been marked for checkpointing but the storage level",
  "which is not more than the checkpoint interval",
].join("|"))

/** What Spark does not start for the want of checkpoints starts, and no batch fails. */
export const checkpoints: Relaxation = (golden) =>
  startingOtherwise(golden, (error) => checkpointRules.test(error?.message ?? ""))

/** Keys that a function of partitions makes: those that belong elsewhere fail here. Which ones do is up to the partitioner. */
export const misplaced: Relaxation = (golden) => {
  const nodes = nodesOf(golden).filter(({ f, n, form }) => form === "iterator" && f === "iterRename" && n !== 1)
  if (nodes.length === 0) return undefined
  const streams = downstream(golden, nodes.map(({ id }) => id))
  const concerned = new Set(golden.outputs?.flatMap((each) => streams.has(each.in) ? [each.id] : []))
  const outputs = eachEntry(golden, (entry, id) => concerned.has(id) ? { time: entry.time, free: true } : entry)
  const errors = (golden.outputs ?? []).flatMap(({ id }, outputOpId): ReadonlyArray<BatchErrorSpec> => {
    const own = outputs[id]
    if (!concerned.has(id) || own === undefined || own === "free") return []
    const entries: ReadonlyArray<EntrySpec> = "slideMs" in own ? own.batches : own
    return entries.map(({ time }) => ({ time, phase: "job", outputOpId, error: { class: "any" }, free: true }))
  })
  const batchErrors = [...golden.expected.batchErrors ?? [], ...errors]
  return { ...golden, expected: { ...golden.expected, outputs, batchErrors } }
}

/** A number of partitions that cannot be is told by `start`, where Spark's batches fail one after another. */
export const badPartitions: Relaxation = (golden) => {
  const [first] = golden.expected.batchErrors ?? []
  return first !== undefined && nodesOf(golden).some(({ n = 1 }) => n < 1)
    ? startingOtherwise(golden, (error) => error === undefined, first.error)
    : undefined
}

/** The ids of outputs are their places among those that have a job in the batch. */
export const outputIds: Relaxation = (golden) =>
  (golden.outputs ?? []).length > 1 && golden.numbering === undefined ? { ...golden, numbering: "jobs" } : undefined

/** Streams that Spark checkpoints at an interval. */
export const checkpointed = (golden: Case): ReadonlySet<unknown> => {
  const nodes = nodesOf(golden)
  const marked = nodes.filter(({ op }) => op === "checkpoint").flatMap((node) => [node.id, ...idsOf(node) ?? []])
  const steps = golden.steps?.flatMap((step) => step.do === "checkpointStream" ? [step.in] : []) ?? []
  return new Set([...marked, ...steps, ...nodes.filter(isStateful).map(({ id }) => id)])
}
