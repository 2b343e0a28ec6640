/** Differences in the life of a context, and in what it tells of its streams. */
import { Time } from "../../../mod.ts"
import { type Case, idsOf, type ResultSpec } from "../case.ts"
import { same } from "../values.ts"
import { graphAt, heldTimes, isInverse } from "./durations.ts"
import { contextOf, eachStep, hasBegun, hasStarted, isRunning, pure, type Rule, type Step } from "./rule.ts"

/** Says that a recording is not what Spark does, so that a rule does not explain it. */
const contradiction = Symbol("contradiction")

type Change = (
  step: Step,
  before: ReadonlyArray<Step>,
  golden: Case,
) => ResultSpec | undefined | typeof contradiction

/** Makes a rule that changes the results of steps. */
const inScripts = (name: string, change: Change): Rule =>
  pure(name, (golden) => {
    if (golden.kind !== "script") return undefined
    let isSparks = true
    const changed = eachStep(golden, (step, before) => {
      const result = change(step, before, golden)
      if (result !== contradiction) return result
      isSparks = false
      return undefined
    })
    return isSparks ? changed : undefined
  })

const isError = ({ expected: { error } }: Step, name: string, text: RegExp): boolean =>
  error?.class === name && text.test(error.message ?? "")

const alreadyStarted = {
  class: "AlreadyStarted",
  message: "StreamingContext has already been started at <site>; start it once, with all its outputs",
}

/** Starting twice is an error, which Spark ignores with a warning. */
export const startTwice: Rule = inScripts(
  "startTwice",
  (step, before) =>
    step.do === "start" && step.expected.error === undefined && isRunning(before, contextOf(step))
      ? { error: alreadyStarted }
      : undefined,
)

/** What is remembered is set before the start; Spark accepts it later as well, without effect. */
export const lateRemember: Rule = inScripts(
  "lateRemember",
  (step, before) =>
    step.do === "remember" && step.expected.error === undefined && isRunning(before, contextOf(step))
      ? { error: alreadyStarted }
      : undefined,
)

const late =
  /^Adding new inputs, transformations, and output operations after (starting|stopping) a context is not supported$/

/** What is defined after the start belongs to no context. */
export const lateDefinitions: Rule = inScripts(
  "lateDefinitions",
  (step, before) =>
    !/^(input|node|output|build)$/.test(step.do) || !hasBegun(before, contextOf(step))
      ? undefined
      : isError(step, "java.lang.IllegalStateException", late)
      ? {}
      : contradiction,
)

const lateChange =
  /^Cannot change (storage level|checkpoint interval) of a DStream after streaming context has started$/

/** `persist` and `checkpoint` make new streams and change none. */
export const lateChanges: Rule = inScripts(
  "lateChanges",
  (step, before) =>
    !/^(persist|cache|checkpoint)Stream$/.test(step.do) || !hasBegun(before, contextOf(step))
      ? undefined
      : isError(step, "java.lang.UnsupportedOperationException", lateChange)
      ? {}
      : contradiction,
)

/** Streams belong to no context, so that those of different contexts can be united. */
export const contextsOfStreams: Rule = inScripts("contextsOfStreams", (step) =>
  step.do === "unionOfContexts" &&
    isError(
      step,
      "java.lang.IllegalArgumentException",
      /^requirement failed: Some of the DStreams have different contexts$/,
    )
    ? {}
    : undefined)

/** Nothing is checkpointed at intervals, or remembered for that. */
export const intervals: Rule = inScripts("intervals", (step, before, golden) => {
  if (typeof step.in !== "string") return undefined
  const spark = graphAt(golden, step, before, "spark")
  const [theirs, ours] = [spark.durationsOf(step.in), graphAt(golden, step, before, "dstream").durationsOf(step.in)]
  const recorded = step.expected.value
  switch (step.do) {
    case "checkpointDuration":
      return same(recorded, theirs.checkpoint) ? { value: null } : contradiction
    case "stateCheckpointDuration":
      return same(recorded, theirs.stateCheckpoint) ? { value: null } : contradiction
    case "rememberDuration":
      return same(recorded, theirs.remember) ? { value: ours.remember } : contradiction
    case "rddIsCheckpointed": {
      const interval = theirs.checkpoint ?? theirs.stateCheckpoint
      const is = interval !== null && (Number(step.time) - spark.zeroTime) % interval === 0
      return same(recorded, is) ? { value: false } : contradiction
    }
    case "generatedTimes": {
      const times = heldTimes(spark, step.in)
      // Spark's slices leave the RDDs that they have computed.
      const hasMore = before.some((each) => each.do === "slice" || each.do === "getOrCompute")
      const isRecorded = hasMore
        ? Array.isArray(recorded) && times.every((time) => recorded.includes(time))
        : same(recorded, times)
      return isRecorded ? { value: heldTimes(graphAt(golden, step, before, "dstream"), step.in) } : contradiction
    }
    default:
      return undefined
  }
})

/** The storage levels of streams: those that the program gave them, and in Spark those of windows and states as well. */
const levelsAt = (golden: Case, step: Step, before: ReadonlyArray<Step>, like: "spark" | "dstream") => {
  const levels = new Map<string, string>()
  const { nodes } = graphAt(golden, step, before, like)
  const persist = (id: string, level: unknown) => {
    const window = like === "spark" ? nodes.find((node) => node.id === id && node.op === "window") : undefined
    levels.set(window === undefined ? id : String(idsOf(window)?.[0]), String(level ?? "MEMORY_ONLY_SER"))
  }
  for (const node of nodes) {
    const [parent = ""] = idsOf(node) ?? []
    if (node.op === "persist" || node.op === "cache") persist(parent, node.level)
    if (like === "dstream" || node.id === undefined) continue
    if (node.op === "window") levels.set(parent, "MEMORY_ONLY_SER")
    if (node.op === "updateStateByKey" || isInverse(node)) levels.set(node.id, "MEMORY_ONLY_SER")
  }
  for (const each of before) {
    const changes = each.do === "persistStream" || each.do === "cacheStream"
    if (changes && typeof each.in === "string" && each.expected.error === undefined) persist(each.in, each.level)
  }
  return levels
}

/** A window persists for itself what it is made of, and a state is kept by the state store: no level changes. */
export const windowLevels: Rule = inScripts("windowLevels", (step, before, golden) => {
  if ((step.do !== "storageLevel" && step.do !== "rddStorageLevel") || typeof step.in !== "string") return undefined
  const levelIn = (like: "spark" | "dstream") => levelsAt(golden, step, before, like).get(String(step.in)) ?? "NONE"
  return same(step.expected.value, levelIn("spark")) ? { value: levelIn("dstream") } : contradiction
})

/** A slice is what a stream has had and remembers; Spark computes the RDDs that are missing. */
export const slices: Rule = inScripts("slices", (step, before, golden) => {
  if (typeof step.in !== "string" || step.expected.error !== undefined) return undefined
  const graph = graphAt(golden, step, before, "dstream")
  const { zeroTime } = graph
  const { slide } = graph.durationsOf(step.in)
  const held = hasStarted(before, contextOf(step)) ? heldTimes(graph, step.in) : []
  if (step.do === "getOrCompute" || step.do === "rddStorageLevel") {
    return held.includes(Number(step.time)) ? undefined : { value: null }
  }
  if (step.do !== "slice" || !Array.isArray(step.expected.value)) return undefined
  const [from, to] = [step.from, step.to].map((time) => Time.floorZero(Number(time), slide, zeroTime))
  const times = Time.to(Math.max(from ?? 0, zeroTime + slide), to ?? 0, slide)
  // If some of these times have no RDD, the recording does not tell which of them.
  if (times.length !== step.expected.value.length) return undefined
  return { value: step.expected.value.filter((_, i) => held.includes(times[i] ?? NaN)) }
})
