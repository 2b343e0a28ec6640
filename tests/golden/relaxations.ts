/**
 * Differences on purpose as changes of cases: the case with Spark's behaviour in place of ours, or without the
 * expectations that cannot be met. All else in a changed case is compared as ever. `differences.json` says which there are.
 */
import { Time } from "../../mod.ts"
import type { BatchErrorSpec, Case, EntrySpec, ErrorSpec, Expected, NodeSpec, OutputSpec } from "./case.ts"
import { idsOf } from "./rdd_nodes.ts"

/** The changed case; undefined where there is nothing to change. */
type Relaxation = (golden: Case) => Case | undefined

/** Puts something behind or in place of some nodes. */
const replacing =
  (replace: (node: NodeSpec, golden: Case) => ReadonlyArray<NodeSpec> | undefined): Relaxation => (golden) => {
    const changed = golden.nodes?.map((node) => replace(node, golden))
    if (changed === undefined || changed.every((each) => each === undefined)) return undefined
    return { ...golden, nodes: changed.flatMap((each, i) => each ?? golden.nodes?.[i] ?? []) }
  }

const behind = (node: NodeSpec, op: string): ReadonlyArray<NodeSpec> => {
  const id = `${node.id}~`
  return [{ ...node, id }, { ...node, op, in: id }]
}

const isInverse = ({ op, inv }: NodeSpec): boolean =>
  inv !== undefined || op === "countByWindow" || op === "countByValueAndWindow"

/** Whether what leaves an inverse window is what once entered it. */
const isBalanced = ({ filter, slide, window }: NodeSpec): boolean =>
  filter === undefined && !(Number(slide) > Number(window))

const inverseWindows = replacing((node) => {
  if (node.inv === undefined || !isBalanced(node)) return undefined
  if (node.op === "reduceByKeyAndWindow") return behind(node, "keepKeys")
  return node.op === "reduceByWindow" ? behind(node, "keepValue") : undefined
})

const countsFromFirst = replacing((node) =>
  node.op === "countByWindow" && isBalanced(node) ? behind(node, "fromFirst") : undefined
)

interface ExpectedOutput {
  readonly slideMs: number
  readonly batches: ReadonlyArray<EntrySpec>
}

/** Whether a batch fails in all of which nothing else must differ. */
const hasFailures = ({ expected }: Case): boolean =>
  expected.error !== undefined || (expected.batchErrors ?? []).some(({ free }) => free !== true)

/**
 * Puts Spark's behaviour in place of that of some nodes, where it cannot be made of what the nodes give. That they give what
 * they should is the matter of one more output: it compares them with a plain account of ours. Where batches fail it cannot.
 */
const replaced = (
  golden: Case,
  which: (node: NodeSpec) => boolean,
  change: (node: NodeSpec) => { readonly spark: NodeSpec; readonly plain: NodeSpec },
): Case | undefined => {
  const ids = (golden.nodes ?? []).filter(which).map(({ id }) => String(id))
  const own = { batchMs: golden.batchMs ?? 1000, zeroTime: Time.floor(golden.clockStart ?? 0, golden.batchMs ?? 1000) }
  const relaxed = replacing((node) => {
    if (!which(node)) return undefined
    const { spark, plain } = change({ ...node, ...own })
    const [ours, same, differing] = [`${node.id}~`, `${node.id}~~`, `${node.id}~~~`]
    return [
      spark,
      { ...node, id: ours },
      { ...plain, id: same },
      { id: differing, op: "differing", in: [ours, same] },
    ]
  })(golden)
  if (relaxed === undefined || hasFailures(golden)) return relaxed
  const outputs = ids.map((id): OutputSpec => ({ id: `${id}~~~`, in: `${id}~~~`, kind: "nothing" }))
  return { ...relaxed, outputs: [...relaxed.outputs ?? [], ...outputs] }
}

/** Spark looks for idle keys every tenth batch, or at the interval of `checkpoint`. */
const timeouts: Relaxation = (golden) =>
  replaced(golden, ({ op, timeout }) => op === "mapWithState" && timeout !== undefined, (node) => {
    const every = golden.nodes?.findLast(({ op, in: of }) => op === "checkpoint" && of === node.id)?.ms
    return { spark: { ...node, op: "scanned", every }, plain: { ...node, op: "scanned", every: node.batchMs } }
  })

/** Spark takes out of a window also what a filter had kept from being counted, and what lies between two windows. */
const uncounted: Relaxation = (golden) =>
  replaced(
    golden,
    (node) => isInverse(node) && !isBalanced(node),
    (node) => ({
      spark: { ...node, of: node.op, op: "sparkWindow" },
      plain: { ...node, of: node.op, op: "plainWindow" },
    }),
  )

const checkpointRules =
  /The checkpoint directory has not been set|The checkpoint interval for \w+ has been set|has been marked for checkpointing but the storage level/

const refused = (error: ErrorSpec | undefined): boolean => checkpointRules.test(error?.message ?? "")

/** What Spark does not start for the want of checkpoints starts, and no batch fails. */
const checkpoints: Relaxation = (golden) => {
  const { error, steps = [] } = golden.expected
  if (refused(error)) {
    const { error: _, ...expected } = golden.expected
    return { ...golden, expected }
  }
  const at = steps.findIndex((step) => step.do === "start" && refused(step.error))
  if (at < 0) return undefined
  const outputs = Object.fromEntries((golden.outputs ?? []).map(({ id }) => [id, "free"]))
  const changed = steps.map((step, i) => i < at ? step : { do: step.do, free: true })
  return { ...golden, expected: { ...golden.expected, steps: changed, outputs } }
}

const sameError = (a: ErrorSpec, b: ErrorSpec): boolean =>
  (a.task ?? a).class === (b.task ?? b).class && (a.task ?? a).message === (b.task ?? b).message

const eachEntry = (golden: Case, change: (entry: EntrySpec) => EntrySpec): Expected["outputs"] =>
  Object.fromEntries(
    Object.entries(golden.expected.outputs ?? {}).map(([id, output]) => {
      if (output === "free") return [id, output]
      if (Array.isArray(output)) return [id, output.map(change)]
      const { batches = [], ...rest } = output as ExpectedOutput
      return [id, { ...rest, batches: batches.map(change) }]
    }),
  )

/** Leaves out some of the failures. */
const freeing = (golden: Case, free: (error: ErrorSpec, time: number) => boolean): Case | undefined => {
  const errors = golden.expected.batchErrors ?? []
  if (!errors.some(({ error, time }) => free(error, time))) return undefined
  const change = <T extends EntrySpec | BatchErrorSpec>(each: T): T =>
    each.error !== undefined && free(each.error, each.time) ? { ...each, free: true } : each
  return {
    ...golden,
    expected: { ...golden.expected, batchErrors: errors.map(change), outputs: eachEntry(golden, change) ?? {} },
  }
}

const isStateful = (node: NodeSpec): boolean =>
  node.op === "updateStateByKey" || node.op === "mapWithState" || isInverse(node)

/** In Spark a failure in the state of one batch comes again in all later ones. */
const poisoned: Relaxation = (golden) => {
  if (golden.nodes?.some(isStateful) !== true) return undefined
  const errors = golden.expected.batchErrors ?? []
  return freeing(golden, (error, time) => errors.some((each) => each.time < time && sameError(each.error, error)))
}

const leavingFiltered: Relaxation = (golden) =>
  freeing(golden, (error) => /^Neither previous window has value for key/.test(error.task?.message ?? ""))

/** Keys that a function of partitions makes: those that belong elsewhere fail here. Which ones do is up to the partitioner. */
const misplaced: Relaxation = (golden) => {
  if (golden.nodes?.some(({ f, n, form }) => form === "iterator" && f === "iterRename" && n !== 1) !== true) {
    return undefined
  }
  const outputs = eachEntry(golden, ({ time }) => ({ time, free: true })) ?? {}
  const error = { class: "any" }
  const batchErrors = (golden.outputs ?? []).flatMap(({ id }, outputOpId) => {
    const { batches = [] } = outputs[id] as Partial<ExpectedOutput>
    return batches.map(({ time }) => ({ time, phase: "job", outputOpId, error, free: true } as const))
  })
  return { ...golden, expected: { ...golden.expected, outputs, batchErrors } }
}

/** In Spark a window persists the stream that it is made of, and persisting the window does that. */
const windowLevels: Relaxation = (golden) => {
  const windows = golden.nodes?.filter(({ op }) => op === "window") ?? []
  const concerned = new Set(windows.flatMap((node) => [node.id, ...idsOf(node) ?? []]))
  const steps = golden.expected.steps?.map((step, i) =>
    step.do === "storageLevel" && concerned.has(golden.steps?.[i]?.in) ? { do: step.do, free: true } : step
  )
  return windows.length === 0 || steps === undefined
    ? undefined
    : { ...golden, expected: { ...golden.expected, steps } }
}

/** Spark makes the RDDs that a slice lacks: those of batches to come, and those that it has forgotten. */
const slices: Relaxation = (golden) => {
  const now = new Map<string, number>()
  const changed = (golden.steps ?? []).map((step, i) => {
    const expected = golden.expected.steps?.[i] ?? { do: step.do }
    const { ctx = "A" } = step
    const { batchMs = 1000, clockStart = 0, remember = 0 } = golden.steps?.find((each) =>
      each.do === "create" && (each.ctx ?? "A") === ctx
    ) ?? {}
    const zero = Time.floor(clockStart, batchMs)
    const time = now.get(ctx) ?? zero
    if (step.do === "advance") now.set(ctx, time + Number(step.batches ?? 1) * batchMs)
    if (step.do !== "slice" || !Array.isArray(expected.value)) return expected
    const [from, to] = [Time.floor(Number(step.from), batchMs), Time.floor(Number(step.to), batchMs)]
    const times = Time.to(Math.max(from, zero + batchMs), to, batchMs)
    const oldest = time - Math.max(remember, batchMs)
    // Where some have no RDD, and on streams of another slide, there is no telling which is of which time.
    if (times.length !== expected.value.length) return expected
    return {
      ...expected,
      value: expected.value.filter((_, at) => (times[at] ?? 0) > oldest && (times[at] ?? 0) <= time),
    }
  })
  const same = JSON.stringify(changed) === JSON.stringify(golden.expected.steps ?? [])
  return same ? undefined : { ...golden, expected: { ...golden.expected, steps: changed } }
}

/** The relaxations by the names that `differences.json` uses. */
export const relaxations: Readonly<Record<string, Relaxation>> = {
  inverseWindows,
  countsFromFirst,
  timeouts,
  uncounted,
  checkpoints,
  poisoned,
  leavingFiltered,
  misplaced,
  windowLevels,
  slices,
}
