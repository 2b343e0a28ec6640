/** How long RDDs are remembered: in Spark with its checkpoint intervals, and in DStream without them. */
import { Time } from "../../../mod.ts"
import { type Case, idsOf, type InputSpec, nodesOf, type NodeSpec, outputsOf } from "../case.ts"
import { contextOf, type Step } from "./rule.ts"

/** The durations of a stream in milliseconds; null where the stream has none. */
export interface Durations {
  readonly slide: number
  readonly remember: number | null
  readonly checkpoint: number | null
  /** The checkpoint interval of the internal stream of `mapWithState`. */
  readonly stateCheckpoint: number | null
}

/** The streams of a script in the context of a step. */
export interface Graph {
  readonly nodes: ReadonlyArray<NodeSpec>
  readonly batchMs: number
  readonly zeroTime: number
  /** The time of the last batch before the step. */
  readonly now: number
  readonly durationsOf: (stream: string) => Durations
}

/** Tells whether a window takes out again what leaves it. */
export const isInverse = ({ op, inv }: NodeSpec): boolean =>
  inv !== undefined || op === "countByWindow" || op === "countByValueAndWindow"

const slidesOf = (golden: Case, nodes: ReadonlyArray<NodeSpec>, batchMs: number): ReadonlyMap<string, number> => {
  const steps = golden.steps?.flatMap((step) => step.do === "input" ? [step as unknown as InputSpec] : []) ?? []
  const slides = new Map([...golden.inputs ?? [], ...steps].map(({ id }) => [id, batchMs]))
  for (const node of nodes) {
    const parent = slides.get(idsOf(node)?.[0] ?? "") ?? batchMs
    if (node.id !== undefined) slides.set(node.id, node.slide === undefined ? parent : Number(node.slide))
  }
  return slides
}

const TEN_SECONDS = 10_000

/** Gives the graph of a script before a step, with the durations of Spark or of DStream. */
export const graphAt = (golden: Case, step: Step, before: ReadonlyArray<Step>, like: "spark" | "dstream"): Graph => {
  const context = contextOf(step)
  const own = before.filter((each) => contextOf(each) === context)
  const create = own.find((each) => each.do === "create")
  const { batchMs = 1000, clockStart = 0 } = create ?? {}
  const remembered = own.find((each) => each.do === "remember" && each.expected.error === undefined)?.ms
  const remember = Number(remembered ?? create?.remember ?? 0)
  const zeroTime = Time.floor(clockStart, batchMs)
  const batches = own.reduce((n, each) => each.do === "advance" ? n + Number(each.batches ?? 1) : n, 0)

  const nodes = nodesOf(golden)
  const slides = slidesOf(golden, nodes, batchMs)
  const intervals = new Map<string, number>()
  const marked = [
    ...nodes.filter(({ op }) => op === "checkpoint"),
    ...own.filter((each) => each.do === "checkpointStream"),
  ]
  for (const each of marked) if (typeof each.in === "string") intervals.set(each.in, Number(each.ms))

  const slideOf = (id: string) => slides.get(id) ?? batchMs
  const opOf = (id: string) =>
    nodes.find((node) => node.id === id && !["persist", "cache", "checkpoint"].includes(node.op))
  const keepsState = (id: string) => {
    const node = opOf(id)
    return node !== undefined && (node.op === "updateStateByKey" || isInverse(node))
  }
  const intervalOf = (id: string): number | null => {
    if (like === "dstream" || opOf(id)?.op === "mapWithState") return null
    const slide = slideOf(id)
    return intervals.get(id) ?? (keepsState(id) ? slide * Math.ceil(TEN_SECONDS / slide) : null)
  }
  const stateIntervalOf = (id: string): number | null =>
    like === "dstream" || opOf(id)?.op !== "mapWithState" ? null : intervals.get(id) ?? 10 * slideOf(id)
  const least = (id: string): number => {
    const interval = intervalOf(id) ?? stateIntervalOf(id)
    return interval === null || slideOf(id) > interval ? slideOf(id) : 2 * interval
  }

  const remembers = new Map<string, number>()
  const ask = (id: string, duration: number) => remembers.set(id, Math.max(remembers.get(id) ?? 0, least(id), duration))
  for (const { in: id } of outputsOf(golden)) ask(id, Math.max(remember, slideOf(id)))
  for (const node of nodes.toReversed()) {
    const own = remembers.get(node.id ?? "")
    if (own === undefined) continue
    for (const id of idsOf(node) ?? []) ask(id, own + (node.window === undefined ? 0 : Number(node.window)))
  }
  return {
    nodes,
    batchMs,
    zeroTime,
    now: zeroTime + batches * batchMs,
    durationsOf: (id) => ({
      slide: slideOf(id),
      remember: remembers.get(id) ?? null,
      checkpoint: intervalOf(id),
      stateCheckpoint: stateIntervalOf(id),
    }),
  }
}

/** Gives the times at which a graph holds an RDD of a stream: those that it remembers. */
export const heldTimes = ({ durationsOf, now, zeroTime }: Graph, stream: string): ReadonlyArray<number> => {
  const { remember, slide } = durationsOf(stream)
  if (remember === null) return []
  return Time.to(zeroTime + slide, now, slide).filter((time) => time > now - remember)
}
