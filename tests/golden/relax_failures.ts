/** How what Spark makes of failed batches differs on purpose. */
import type { Case, ErrorSpec, Given, InputSpec, NodeSpec } from "./case.ts"
import { idsOf } from "./rdd_nodes.ts"
import { downstream, eachEntry, freeing, looksBack, nodesOf, type Relaxation, zeroOf } from "./relaxing.ts"

const sameError = (a: ErrorSpec, b: ErrorSpec): boolean =>
  (a.task ?? a).class === (b.task ?? b).class && (a.task ?? a).message === (b.task ?? b).message

const isThrow = (given: Given): given is { readonly throw: string } =>
  given !== null && !Array.isArray(given) && "throw" in given

const has = ({ batches = [] }: InputSpec, what: (given: Given) => boolean): boolean => batches.some(what)

/** The texts that inputs and functions throw while a batch is put together, with the times of those batches. */
const thrownIn = (golden: Case): ReadonlyArray<readonly [text: string, time: number]> => [
  ...golden.inputs?.flatMap(({ batches = [] }) =>
    batches.flatMap((given, i) =>
      isThrow(given) ? [[given.throw, zeroOf(golden) + (i + 1) * (golden.batchMs ?? 1000)] as const] : []
    )
  ) ?? [],
  ...nodesOf(golden).flatMap(({ rdd = [] }) =>
    rdd.flatMap(({ message, op, time }) =>
      op === "throwAt" ? [[String(message ?? `boom at ${time}`), Number(time)] as const] : []
    )
  ),
]

/** Failures that are those of an earlier batch: the same error, or one that can be of an earlier batch only. */
const again = (golden: Case): (error: ErrorSpec, time: number) => boolean => {
  const { batchErrors = [] } = golden.expected
  const thrown = thrownIn(golden)
  return (error, time) => {
    const times = thrown.flatMap(([text, at]) => error.class === "UserError" && text === error.message ? [at] : [])
    const [, named] = / at time (\d+) ms$/.exec(error.message ?? "") ?? []
    return batchErrors.some((each) => each.time < time && sameError(each.error, error)) ||
      (named !== undefined && Number(named) < time) || (times.some((at) => at < time) && !times.includes(time))
  }
}

/** In Spark a failure in the state of one batch comes again in all later ones. */
export const poisoned: Relaxation = (golden) =>
  nodesOf(golden).some(looksBack) ? freeing(golden, again(golden)) : undefined

/** Operations that fail a batch where a stream has no RDD in it. */
const demanding = new Set([
  ...["transform", "transformWith", "transformAll", "count", "repartition", "partitionBy", "union", "unionAll"],
  ...["cogroup", "join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin"],
])

/** Operations that have an RDD in each of their batches. */
const isSteady = ({ op, window }: NodeSpec): boolean =>
  window !== undefined || op === "mapWithState" || op === "scanned" || op === "stateSnapshots"

/** Streams that may have no RDD in some batch. */
const gapsOf = (golden: Case): ReadonlySet<unknown> => {
  const missing = golden.inputs?.filter((input) => has(input, (given) => given === null)) ?? []
  const gaps = new Set<unknown>(missing.map(({ id }) => id))
  for (const node of golden.nodes ?? []) {
    const gap = idsOf(node)?.some((id) => gaps.has(id)) === true
    if (gap && !isSteady(node) && !demanding.has(node.op)) gaps.add(node.id)
  }
  return gaps
}

/** A node that goes on where it would fail a batch: that batch is another one, the others are the same. */
const goingOn = (node: NodeSpec, gaps: ReadonlySet<unknown>): ReadonlyArray<NodeSpec> => {
  const rdd = node.rdd?.filter(({ op }) => op !== "throwAt" && op !== "returnNull")
  const own = rdd === undefined ? node : { ...node, rdd }
  if (!demanding.has(node.op)) return [own]
  const ids = (idsOf(node) ?? []).map((id, i) => gaps.has(id) ? { id: `${node.id}<${i}`, op: "orEmpty", in: id } : id)
  return [
    ...ids.filter((each) => typeof each !== "string"),
    { ...own, in: ids.map((each) => typeof each === "string" ? each : each.id) },
  ]
}

/** The case without what fails batches before their jobs. */
const withoutFailures = (golden: Case): Case => ({
  ...golden,
  inputs:
    golden.inputs?.map((input) =>
      has(input, isThrow)
        ? { ...input, batches: input.batches?.map((given) => isThrow(given) ? [] : given) ?? [] }
        : input
    ) ?? [],
  nodes: golden.nodes?.flatMap((node) => goingOn(node, gapsOf(golden))) ?? [],
})

/**
 * A batch that fails before its jobs is in no state and no window. In Spark it is, as far as it can be made: batches in which it
 * cannot fail as well, and all others are as if it had not failed. Both is looked at, the failures and the others.
 */
export const heldBack: Relaxation = (golden) => {
  const { batchErrors = [] } = golden.expected
  const failed = new Set(batchErrors.flatMap(({ phase, time }) => phase === "generate" ? [time] : []))
  const back = downstream(golden, nodesOf(golden).filter(looksBack).map(({ id }) => id))
  if (golden.kind !== "stream" || failed.size === 0 || back.size === 0) return undefined
  const first = Math.min(...failed)
  const concerned = new Set(golden.outputs?.flatMap((each) => back.has(each.in) ? [each.id] : []))
  const { expected } = freeing(golden, again(golden)) ?? golden
  const { batchErrors: failures = [] } = expected
  const outputs = eachEntry(
    { ...golden, expected },
    (entry, id) => entry.time > first && concerned.has(id) ? { ...entry, free: true } : entry,
  )
  return [
    { ...golden, expected: { outputs, batchErrors: failures } },
    {
      ...withoutFailures(golden),
      expected: {
        outputs: eachEntry(golden, (entry) => failed.has(entry.time) ? { ...entry, free: true } : entry),
        batchErrors: batchErrors.filter(({ phase }) => phase === "job"),
      },
    },
  ]
}
