/**
 * Kept streams: states, and the streams that windows look back at. The RDD of a kept stream is evaluated in the batch it belongs
 * to, even if no output needs it there, and is computed before that batch ends.
 *
 * @module
 */
import { divisor } from "../../core/divisor.ts"
import { type AnyDStream, originalOf } from "../dstream.ts"
import type { AnyGraph } from "./graph.ts"
import { calledAt, nodes } from "./nodes.ts"
import type { AnyOutput } from "../outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { History } from "./history.ts"

/** A stream whose RDDs later batches need. */
export interface KeptStream {
  readonly stream: AnyDStream
  /** The operation that the user has written, of which the stream is a part, and its place. */
  readonly name: string
  /** The first output that depends on it. That output's failure policy applies to it. */
  readonly output: AnyOutput
  /** The index of that output in the graph. */
  readonly outputId: number
}

/** The RDD of a kept stream in one batch. */
export interface KeptRDD extends KeptStream {
  readonly rdd: AnyRDD
  /** The records of the batch from which it is made. A dead letter gets them. */
  readonly deadLetterRDD: AnyRDD | undefined
}

const looksBack = ({ traits }: AnyDStream): boolean => (traits.lookBack ?? 0) > 0

/** Finds the kept streams of a graph, parents first. */
export const keptStreamsIn = (graph: AnyGraph): ReadonlyArray<KeptStream> => {
  const all = nodes(graph)
  const order = new Set(all.map(originalOf))
  const called = calledAt(all)
  const nameOf = ({ operation, site }: AnyDStream) =>
    `${called.get(site.long)?.operation ?? operation} at ${site.short}`
  const kept = new Set<AnyDStream>()
  for (const stream of all) {
    if (stream.traits.keeps !== undefined) kept.add(originalOf(stream))
    if (looksBack(stream)) stream.parents.forEach((parent) => kept.add(originalOf(parent)))
  }
  const first = new Map<AnyDStream, KeptStream>()
  for (const [outputId, output] of graph.outputs.entries()) {
    for (const copy of nodes({ ...graph, outputs: [output] })) {
      const stream = originalOf(copy)
      if (!kept.has(stream) || first.has(stream)) continue
      first.set(stream, { stream, name: nameOf(stream), output, outputId })
    }
  }
  return Array.from(order).flatMap((stream) => first.get(stream) ?? [])
}

/** Finds the stream from whose records a kept stream is made, skipping streams that the library inserts. */
const recordsOf = (kept: AnyDStream): AnyDStream => {
  let stream = kept.parents[0]
  while (stream?.traits.isInternal === true) stream = stream.parents[0]
  return stream ?? kept
}

/** Returns the RDDs that kept streams have in a batch, as far as the batch has been evaluated. */
export const keptRDDs = (
  streams: ReadonlyArray<KeptStream>,
  history: History,
  time: number,
): ReadonlyArray<KeptRDD> => {
  const batch = history.at(time)
  return streams.flatMap((kept) => {
    const rdd = kept.stream.traits.keeps === undefined ? undefined : batch.recall(kept.stream)
    return rdd === undefined ? [] : { ...kept, rdd, deadLetterRDD: batch.recall(recordsOf(kept.stream)) }
  })
}

const leastCommonMultiple = (a: number, b: number): number => a / divisor(a, b) * b

/**
 * Who needs a stream's RDDs, and how often: at multiples of each period, in milliseconds after the zero time. The key is the stream
 * that looks back at it, or undefined for outputs and states, which need the RDD in its own batch.
 */
type Demand = Map<AnyDStream | undefined, Set<number>>

const demandIn = (graph: AnyGraph, slideOf: (stream: AnyDStream) => number): ReadonlyMap<AnyDStream, Demand> => {
  const demand = new Map<AnyDStream, Demand>()
  const of = (stream: AnyDStream): Demand => {
    const own = demand.get(stream) ?? new Map<AnyDStream | undefined, Set<number>>()
    demand.set(stream, own)
    return own
  }
  const ask = (stream: AnyDStream, by: AnyDStream | undefined, period: number) => {
    const own = of(stream)
    own.set(by, (own.get(by) ?? new Set()).add(leastCommonMultiple(period, slideOf(stream))))
  }
  for (const { stream } of graph.outputs) ask(originalOf(stream), undefined, 1)
  for (const copy of nodes(graph).toReversed()) {
    const stream = originalOf(copy)
    if (stream.traits.keeps === "always") ask(stream, undefined, 1)
    for (const parent of copy.parents.map(originalOf)) {
      if (looksBack(stream)) ask(parent, stream, 1)
      else for (const [by, periods] of of(stream)) for (const period of periods) ask(parent, by, period)
    }
  }
  return demand
}

/**
 * Makes a function that tells whether a stream's RDD of a batch is needed: in that batch, or by a later batch that looks
 * back.
 */
export const neededIn = (
  graph: AnyGraph,
  zeroTime: number,
  batchDuration: number,
): (stream: AnyDStream, time: number) => boolean => {
  const slideOf = (stream: AnyDStream) => stream.slideDuration ?? batchDuration
  const demand = demandIn(graph, slideOf)
  // For each stream that looks back: the first time at or after `from` at which it is needed itself. It is cached, because windows
  // of windows would search for it repeatedly.
  const next = new Map<AnyDStream, { readonly from: number; readonly at: number }>()
  const nextOf = (by: AnyDStream, time: number, until: number): number => {
    const slide = slideOf(by)
    const known = next.get(by)
    const isKnown = known !== undefined && known.from <= time && time <= known.at
    let at = isKnown ? known.at : zeroTime + Math.ceil((time - zeroTime) / slide) * slide
    while (at < until && !isNeeded(by, at)) at += slide
    next.set(by, { from: isKnown ? known.from : time, at })
    return at
  }
  const isLookedBackAt = (by: AnyDStream, time: number): boolean => {
    const until = time + (by.traits.lookBack ?? 0)
    return nextOf(by, time, until) < until
  }
  const isNeeded = (stream: AnyDStream, time: number): boolean =>
    Array.from(demand.get(originalOf(stream)) ?? []).some(([by, periods]) =>
      Array.from(periods).some((period) => (time - zeroTime) % period === 0) &&
      (by === undefined || isLookedBackAt(by, time))
    )
  return isNeeded
}
