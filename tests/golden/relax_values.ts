/** How what Spark says of streams and RDDs, and how it writes values, differs on purpose. */
import { Time } from "../../mod.ts"
import type { Case, NodeSpec, ResultSpec, StepSpec } from "./case.ts"
import { idsOf } from "./rdd_nodes.ts"
import { eachEntry, nodesOf, type Relaxation, upstream } from "./relaxing.ts"
import { checkpointed } from "./relax_state.ts"

/** Leaves out what some steps give. */
const freeSteps = (golden: Case, free: (step: StepSpec) => boolean): Case | undefined => {
  const { steps = [] } = golden
  const changed = golden.expected.steps?.map((step, i) => {
    const given = steps[i]
    return given !== undefined && free(given) ? { do: step.do, free: true } : step
  })
  return changed?.some((step) => step.free === true) === true
    ? { ...golden, expected: { ...golden.expected, steps: changed } }
    : undefined
}

/** In Spark a window persists the stream that it is made of, state persists itself, and persisting a window does nothing. */
export const windowLevels: Relaxation = (golden) => {
  const windows = nodesOf(golden).filter(({ window }) => window !== undefined)
  const concerned = new Set([...windows.flatMap((node) => [node.id, ...idsOf(node) ?? []]), ...checkpointed(golden)])
  return freeSteps(golden, (step) => /^(storageLevel|rddStorageLevel)$/.test(step.do) && concerned.has(step.in))
}

/** In Spark state is checkpointed at intervals, and what it is made of is remembered for twice as long. */
export const intervals: Relaxation = (golden) => {
  const own = checkpointed(golden)
  const held = upstream(golden, own)
  return freeSteps(
    golden,
    (step) =>
      /^(rememberDuration|generatedTimes)$/.test(step.do)
        ? held.has(step.in)
        : /^(checkpointDuration|stateCheckpointDuration|rddIsCheckpointed)$/.test(step.do) && own.has(step.in),
  )
}

/** Spark makes the RDDs that a slice lacks: those of batches to come, and those that it has forgotten. */
export const slices: Relaxation = (golden) => {
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
    const oldest = time - Math.max(remember, batchMs)
    if (step.do === "getOrCompute" || step.do === "rddStorageLevel") {
      return Number(step.time) > oldest && Number(step.time) <= time ? expected : { do: step.do, free: true }
    }
    if (step.do !== "slice" || !Array.isArray(expected.value)) return expected
    const [from, to] = [Time.floor(Number(step.from), batchMs), Time.floor(Number(step.to), batchMs)]
    const times = Time.to(Math.max(from, zero + batchMs), to, batchMs)
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

const refusals =
  /Cannot change storage level of an RDD after it was already assigned|Checkpoint directory has not been set in the SparkContext/

/** What Spark refuses to do to an RDD is left out: it changes nothing there. */
export const refusedChanges: Relaxation = (golden) => {
  const { results = [] } = golden.expected
  const kept = <T>(_: T, i: number) => !refusals.test(results[i]?.error?.message ?? "")
  const rest = results.filter(kept)
  if (rest.length === results.length) return undefined
  return { ...golden, actions: golden.actions?.filter(kept) ?? [], expected: { ...golden.expected, results: rest } }
}

const isCheckpoint = ({ op }: NodeSpec): boolean => op === "checkpoint" || op === "localCheckpoint"

/** Spark checkpoints when the next job runs. */
export const lateCheckpoints: Relaxation = (golden) => {
  const { actions = [], expected: { results = [] } } = golden
  const changed = results.map((result, i): ResultSpec => {
    const action = actions[i]
    const marked = actions.slice(0, i).some((each) => isCheckpoint(each) && String(each.in) === String(action?.in))
    return action?.op === "isCheckpointed" && marked && result.value === false ? { free: true } : result
  })
  return changed.some(({ free }) => free === true)
    ? { ...golden, expected: { ...golden.expected, results: changed } }
    : undefined
}

const arrays = /cannot partition array keys|Cannot use map-side combining with array keys/

/** Spark takes no arrays as keys. */
export const arrayKeys: Relaxation = ({ expected: { results = [] }, ...golden }) => {
  const changed = results.map((each): ResultSpec => arrays.test(each.error?.message ?? "") ? { free: true } : each)
  return changed.some(({ free }) => free === true) ? { ...golden, expected: { results: changed } } : undefined
}

const [OPEN, CLOSE] = ["\u0001", "\u0002"]

/** A text of Spark's with numbers and lists as JavaScript has them: no `.0`, and two or three elements are a tuple. */
const printed = (text: string): string => {
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
  typeof value === "string" ? printed(value) : Array.isArray(value) ? value.map(deeply) : value

/** Values that are written as text. */
export const texts: Relaxation = (golden) => {
  const { stdout, files, results, steps } = golden.expected
  const expected = {
    ...golden.expected,
    outputs: eachEntry(golden, (entry) => ({
      ...entry,
      ...(entry.output === undefined ? {} : { output: deeply(entry.output) as NonNullable<typeof entry.output> }),
      ...(entry.partitions === undefined ? {} : { partitions: deeply(entry.partitions) as typeof entry.partitions }),
      ...("value" in entry ? { value: deeply(entry.value) } : {}),
    })),
    ...(stdout === undefined ? {} : { stdout: printed(stdout) }),
    ...(files === undefined
      ? {}
      : { files: files.map((each) => each.text === undefined ? each : { ...each, text: printed(each.text) }) }),
    ...(results === undefined ? {} : { results: results.map((each) => changedValue(each)) }),
    ...(steps === undefined ? {} : { steps: steps.map((each) => changedValue(each)) }),
  }
  return JSON.stringify(expected) === JSON.stringify({ ...golden.expected, outputs: golden.expected.outputs ?? {} })
    ? undefined
    : { ...golden, expected }
}

const changedValue = <T extends ResultSpec>(each: T): T =>
  "value" in each ? { ...each, value: deeply(each.value) } : each
