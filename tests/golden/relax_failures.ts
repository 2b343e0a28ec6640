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

/** In Spark a failure below the state or window of one batch comes again in all later ones that need it. */
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

/** What cannot be evaluated in some batch, and all that is made of it. */
const failingIn = (golden: Case): ReadonlySet<unknown> => {
  const gaps = gapsOf(golden)
  const inputs = golden.inputs?.flatMap((input) => has(input, isThrow) ? [input.id] : []) ?? []
  const nodes = nodesOf(golden).filter((node) =>
    node.rdd?.some(({ op }) => op === "throwAt" || op === "returnNull") === true ||
    (demanding.has(node.op) && idsOf(node)?.some((id) => gaps.has(id)) === true)
  )
  return downstream(golden, [...inputs, ...nodes.map(({ id }) => id)])
}

/**
 * In Spark a stream that cannot be evaluated takes the other outputs of its batch with it. Here those run that do not need
 * the stream.
 */
export const othersRun: Relaxation = (golden) => {
  const { batchErrors = [], outputs = {} } = golden.expected
  const failed = new Set(batchErrors.flatMap(({ phase, time }) => phase === "generate" ? [time] : []))
  const failing = failingIn(golden)
  const others = new Set(golden.outputs?.flatMap((each) => failing.has(each.in) ? [] : [each.id]))
  if (failed.size === 0 || failing.size === 0 || others.size === 0) return undefined
  const changed = eachEntry(
    golden,
    (entry, id) => others.has(id) && failed.has(entry.time) ? { ...entry, free: true } : entry,
  )
  // Scripts list only the batches in which an output has run.
  const all = Object.entries(changed).map(([id, output]) => {
    if (output === "free" || "slideMs" in output || !others.has(id)) return [id, output] as const
    const missing = Array.from(failed).filter((time) => output.every((entry) => entry.time !== time))
    const entries = [...output, ...missing.map((time) => ({ time, free: true }) as const)]
    return [id, entries.toSorted((x, y) => x.time - y.time)] as const
  })
  return { ...golden, expected: { ...golden.expected, outputs: { ...outputs, ...Object.fromEntries(all) } } }
}
