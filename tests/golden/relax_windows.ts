/** How Spark's windows differ on purpose. */
import type { Case, NodeSpec, OutputSpec } from "./case.ts"
import { behind, freeing, isInverse, type Relaxation, replacing, startingOtherwise, zeroOf } from "./relaxing.ts"

/** Whether what leaves an inverse window is what once entered it. */
const isBalanced = ({ filter, slide, window }: NodeSpec): boolean =>
  filter === undefined && !(Number(slide) > Number(window))

/** What has left stays, at what taking the last value from itself gives. */
export const inverseWindows: Relaxation = replacing((node) => {
  if (node.inv === undefined || !isBalanced(node)) return undefined
  if (node.op === "reduceByKeyAndWindow") return behind(node, "keepKeys")
  return node.op === "reduceByWindow" ? behind(node, "keepValue") : undefined
})

/** Nothing is counted before the first record. */
export const countsFromFirst: Relaxation = replacing((node) =>
  node.op === "countByWindow" && isBalanced(node) ? behind(node, "fromFirst") : undefined
)

/** Whether a batch fails in all of which nothing else must differ. */
const hasFailures = ({ expected }: Case): boolean =>
  expected.error !== undefined || (expected.batchErrors ?? []).some(({ free }) => free !== true)

/**
 * Puts Spark's behaviour in place of that of some nodes, where it cannot be made of what the nodes give. That they give what
 * they should is the matter of one more output: it compares them with a plain account of ours. Where batches fail it cannot.
 */
export const replaced = (
  golden: Case,
  which: (node: NodeSpec) => boolean,
  change: (node: NodeSpec) => { readonly spark: NodeSpec; readonly plain: NodeSpec },
): Case | undefined => {
  const ids = (golden.nodes ?? []).filter(which).map(({ id }) => String(id))
  const own = {
    batchMs: golden.batchMs ?? 1000,
    zeroTime: zeroOf(golden),
    parallelism: Number(golden.conf?.["spark.default.parallelism"] ?? 2),
  }
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

/** Spark takes out of a window also what a filter had kept from being counted, and what lies between two windows. */
export const uncounted: Relaxation = (golden) =>
  replaced(
    golden,
    (node) => isInverse(node) && !isBalanced(node),
    (node) => ({
      spark: { ...node, of: node.op, op: "sparkWindow" },
      plain: { ...node, of: node.op, op: "plainWindow" },
    }),
  )

/** A key that a filter has dropped fails the job when its batch leaves. */
export const leavingFiltered: Relaxation = (golden) =>
  freeing(golden, (error) => /^Neither previous window has value for key/.test(error.task?.message ?? ""))

/** Spark's windows may have no length. */
export const emptyWindows: Relaxation = (golden) =>
  golden.nodes?.some(({ window }) => window === 0) === true
    ? startingOtherwise(golden, (error) => error === undefined, {
      class: "InvalidGraph",
      message: "(0) must be a positive whole number of milliseconds",
    })
    : undefined
