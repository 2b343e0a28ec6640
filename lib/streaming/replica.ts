/**
 * The other side's copy of the graph: how an engine finds, in another isolate, the operations that a batch refers to.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../core/codec.ts"
import { describeCause } from "../core/errors.ts"
import { fingerprint } from "../dstream/fingerprint.ts"
import { type GraphMismatch, mismatch } from "../dstream/mismatch.ts"
import { type AnyGraph, make as makeGraph, type Origin } from "../dstream/graph.ts"
import { nodes } from "../dstream/nodes.ts"
import { InvalidGraph } from "../dstream/validate.ts"
import type { JobContext } from "../rdd/engine.ts"
import { type AnyRDD, make as makeRDD } from "../rdd/rdd.ts"
import { generate, type Job } from "./jobs.ts"
import { walk } from "./sharing.ts"
import { addressesIn, noAllocation, rememberDurations, Timeline, type TimelineOptions } from "./timeline.ts"

/** Where an operation stands: the output, and its place among the operations below it, parents first. */
interface Address {
  readonly outputId: number
  readonly index: number
}

/** Gives the look-up of one batch. */
export type LookUp = (time: number, jobs: ReadonlyArray<Job>) => Effect.Effect<JobContext["lookUp"], never, unknown>

const addresses = (jobs: ReadonlyArray<Job>): ReadonlyMap<AnyRDD, Address> => {
  const known = new Map<AnyRDD, Address>()
  for (const { outputId, rdd } of jobs) {
    walk(rdd).forEach((each, index) => {
      if (!known.has(each)) known.set(each, { outputId, index })
    })
  }
  return known
}

const finder = (jobs: ReadonlyArray<Job>, copies: ReadonlyMap<number, AnyRDD>): JobContext["lookUp"] => {
  const sent = addresses(jobs)
  const walks = new Map(Array.from(copies, ([outputId, root]) => [outputId, walk(root)]))
  return (rdd) => {
    const address = sent.get(rdd)
    const found = address === undefined ? undefined : walks.get(address.outputId)?.[address.index]
    return found !== undefined && found.operation === rdd.operation ? found : rdd
  }
}

/** Operations are found in the driver's own lineage, by address: for graphs that no other isolate can make. */
const own: LookUp = (_, jobs) =>
  Effect.sync(() => finder(jobs, new Map(jobs.map(({ outputId, rdd }) => [outputId, rdd]))))

/** Calls the graph's function once more, as another isolate would: with its configuration after a trip through the codec. */
const copyOf = ({ build, config, module }: Origin): Effect.Effect<AnyGraph, InvalidGraph> =>
  Effect.try({
    try: () => makeGraph(build(Codec.decode(Codec.encode([config]))[0])),
    catch: (cause) => {
      const text = `${module} cannot make the graph again from its configuration: ${describeCause(cause)}`
      return new InvalidGraph({ problems: [{ operator: undefined, callSite: undefined, text }] })
    },
  })

/** The other side's copy of a graph, and what it is for. */
export interface Replica {
  /** The copy; undefined where there is none to be had. */
  readonly copy: AnyGraph | undefined
  /**
   * Gives the look-up. `driver` is the timeline of the graph itself: where an input of it had no RDD, that of the copy has
   * none either.
   */
  readonly lookUp: (driver: Timeline, options: Omit<TimelineOptions, "addresses" | "read" | "remember">) => LookUp
}

/** Makes a graph that a module declares once more; the two must be alike. */
export const make = (graph: AnyGraph): Effect.Effect<Replica, GraphMismatch | InvalidGraph> =>
  Effect.gen(function* () {
    const { origin } = graph
    if (origin === undefined) return { copy: undefined, lookUp: () => own }
    const copy = yield* copyOf(origin)
    const different = mismatch(fingerprint(graph), fingerprint(copy))
    if (different !== undefined) return yield* different
    return { copy, lookUp: (driver, options) => lookingUp(graph, copy, driver, options) }
  })

const lookingUp = (
  graph: AnyGraph,
  copy: AnyGraph,
  driver: Timeline,
  options: Omit<TimelineOptions, "addresses" | "read" | "remember">,
): LookUp => {
  const originals = nodes(graph)
  const original = new Map(nodes(copy).map((stream, index) => [stream, originals[index]]))
  const timeline = new Timeline({
    ...options,
    addresses: addressesIn(copy),
    remember: rememberDurations(copy, options.batchDuration, 0),
    read: (stream, time) => {
      const mine = original.get(stream)
      return mine === undefined || driver.at(time).recall(mine) === undefined
        ? noAllocation(stream, time)
        : Effect.sync(() => makeRDD("input", [], { kind: "input" }))
    },
  })
  return (time, jobs) =>
    Effect.forEach(
      jobs,
      ({ outputId, output }) =>
        Effect.map(generate(timeline, time, copy.outputs[outputId] ?? output, outputId), (generated) =>
          generated._tag === "Job" ? [[outputId, generated.job.rdd] as const] : []),
    ).pipe(
      Effect.map((found) => {
        timeline.forget(time)
        return finder(jobs, new Map(found.flat()))
      }),
    )
}
