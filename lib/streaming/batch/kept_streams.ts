/**
 * What a batch keeps for later ones: state, and what windows look back at. It is evaluated in its own batch, whether an
 * output asks for it there or not, and computed before the batch ends.
 *
 * @module
 */
import { divisor } from "../../core/divisor.ts"
import { type AnyDStream, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** A stream that is evaluated for the sake of later batches. */
export interface Keeper {
  readonly stream: AnyDStream
  /** The first output that is made of it, whose policy applies. */
  readonly output: AnyOutput
  readonly outputId: number
}

/** What a batch keeps: the RDD of a keeper. */
export interface Kept extends Keeper {
  readonly rdd: AnyRDD
  /** The records of the batch that it is made of: what a dead letter has. */
  readonly letter: AnyRDD | undefined
}

const looksBack = ({ traits }: AnyDStream): boolean => (traits.lookBack ?? 0) > 0

/** The keepers of a graph, parents first. */
export const keepersIn = (graph: AnyGraph): ReadonlyArray<Keeper> => {
  const owners = new Map<AnyDStream, Pick<Keeper, "output" | "outputId">>()
  const keeping = new Set<AnyDStream>()
  for (const stream of nodes(graph)) {
    if (stream.traits.keeps !== undefined) keeping.add(originalOf(stream))
    if (looksBack(stream)) stream.parents.forEach((parent) => keeping.add(originalOf(parent)))
  }
  for (const [outputId, output] of graph.outputs.entries()) {
    for (const stream of nodes({ ...graph, outputs: [output] })) {
      const own = originalOf(stream)
      if (keeping.has(own) && !owners.has(own)) owners.set(own, { output, outputId })
    }
  }
  const order = new Set(nodes(graph).map(originalOf))
  return Array.from(order).flatMap((stream) => {
    const owner = owners.get(stream)
    return owner === undefined ? [] : { stream, ...owner }
  })
}

const multiple = (a: number, b: number): number => a / divisor(a, b) * b

/** Who asks for a stream's RDDs (a stream that looks back; undefined: an output or a state), each how often. */
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
    own.set(by, (own.get(by) ?? new Set()).add(multiple(period, slideOf(stream))))
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

/** Whether somebody will ask for the RDD that a stream has at a time: then, or looking back later. */
export const needsIn = (
  graph: AnyGraph,
  zeroTime: number,
  batchDuration: number,
): (stream: AnyDStream, time: number) => boolean => {
  const slideOf = (stream: AnyDStream) => stream.slideDuration ?? batchDuration
  const demand = demandIn(graph, slideOf)
  // Streams that look back and are not asked for themselves in [from, at): windows of windows ask over and over.
  const next = new Map<AnyDStream, { readonly from: number; readonly at: number }>()
  const nextOf = (by: AnyDStream, time: number, until: number): number => {
    const slide = slideOf(by)
    const known = next.get(by)
    const isKnown = known !== undefined && known.from <= time && time <= known.at
    let at = isKnown ? known.at : zeroTime + Math.ceil((time - zeroTime) / slide) * slide
    while (at < until && !needs(by, at)) at += slide
    next.set(by, { from: isKnown ? known.from : time, at })
    return at
  }
  const isLookedBackAt = (by: AnyDStream, time: number): boolean => {
    const until = time + (by.traits.lookBack ?? 0)
    return nextOf(by, time, until) < until
  }
  const needs = (stream: AnyDStream, time: number): boolean =>
    Array.from(demand.get(originalOf(stream)) ?? []).some(([by, periods]) =>
      Array.from(periods).some((period) => (time - zeroTime) % period === 0) &&
      (by === undefined || isLookedBackAt(by, time))
    )
  return needs
}
