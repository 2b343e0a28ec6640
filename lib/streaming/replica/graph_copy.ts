/**
 * Following: the other side's copy of a graph goes through the same batches, so that an engine finds the operations of
 * these batches there. What depends on anything but the graph (which inputs have an RDD, what actions have found, which
 * state there is) is what this side has seen.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Batch } from "../../dstream/batch.ts"
import { type AnyDStream, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { GraphMismatch } from "../../dstream/graph/mismatch.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import { type Address, Engine, type GraphCopy } from "../../rdd/engine.ts"
import { type AnyRDD, make as makeRDD } from "../../rdd/rdd.ts"
import { toBatchFailed } from "../batch/evaluation.ts"
import type { BatchFailed } from "../errors.ts"
import { type Logs, noting, notingSleeps, replaying } from "./noted_actions.ts"
import { addressesIn, noAllocation, rememberDurations, Timeline, type TimelineOptions } from "../batch/timeline.ts"

/** What evaluating the streams of a batch has come upon, for the copy to come upon it as well. */
export class Notes {
  readonly logs: Logs = new Map()
  readonly #versions = new Map<string, number | undefined>()

  /** Forgets the batch before. */
  clear(): void {
    this.logs.clear()
    this.#versions.clear()
  }

  /** A stream's evaluation has failed: what its actions have found is of no use to anybody. */
  failed(stream: AnyDStream): void {
    this.logs.delete(stream)
  }

  /** Notes the version of a state. */
  version(id: string, version: number | undefined): number | undefined {
    this.#versions.set(id, version)
    return version
  }

  /** The version of a state that was noted. */
  versionOf(id: string): number | undefined {
    return this.#versions.get(id)
  }
}

const differs = (stream: AnyDStream, difference: string, index = 0): GraphMismatch =>
  new GraphMismatch({ kind: "operator", index, mine: stream.operation, theirs: stream.operation, difference })

/** The RDDs of this side, each with the one that stands in its place on the other side. */
class Pairs {
  readonly #pairs = new WeakMap<AnyRDD, { readonly address: Address; readonly theirs: AnyRDD }>()
  readonly #operations = new Map<number, WeakRef<AnyRDD>>()
  #made = 0

  /** The address of an RDD of this side. */
  addressOf(rdd: AnyRDD): Address | undefined {
    return this.#pairs.get(rdd)?.address
  }

  /** The RDD of the other side at an address. */
  operationAt({ place }: Address): AnyRDD | undefined {
    return this.#operations.get(place)?.deref()
  }

  /** Removes addresses whose RDDs are gone. */
  tidy(): void {
    for (const [place, rdd] of this.#operations) if (rdd.deref() === undefined) this.#operations.delete(place)
  }

  /** Pairs two RDDs with all that is below them and not paired yet. False: they are not made alike. */
  add(mine: AnyRDD, theirs: AnyRDD, time: number, stream: number): boolean {
    const open: Array<readonly [AnyRDD, AnyRDD]> = [[mine, theirs]]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [a, b] = next
      if (this.#pairs.has(a)) continue
      const isInput = a.primitive.kind === "input"
      const isAlike = a.operation === b.operation && a.primitive.kind === b.primitive.kind &&
        (isInput || a.parents.length === b.parents.length)
      if (!isAlike) return false
      const place = this.#made++
      this.#pairs.set(a, { address: { time, stream, place }, theirs: b })
      this.#operations.set(place, new WeakRef(b))
      // Nothing is computed there, so nobody cuts it there, and lineage would grow with the batches.
      if (b.primitive.kind === "state" && b.primitive.step.previous !== undefined) {
        b.primitive.step.previous.rdd = undefined
      }
      if (isInput) continue
      for (const [i, parent] of a.parents.entries()) {
        const other = b.parents[i]
        if (other !== undefined) open.push([parent, other])
      }
    }
    return true
  }
}

/** A copy that follows. */
export interface Following {
  /** Says that this side begins a batch. */
  readonly begin: () => void
  /** An engine for this side to evaluate its streams with: it notes what actions find. */
  readonly noting: (engine: Engine) => Engine
  /** Notes the sleeps of what this side evaluates. */
  readonly notingSleeps: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Goes through a batch that this side has made. Fails where the two are not alike. */
  readonly follow: (time: number) => Effect.Effect<void, BatchFailed<unknown>, unknown>
  /** The address of an operation of this side. */
  readonly addressOf: (rdd: AnyRDD) => Address | undefined
  /** What the engine needs of the copy. */
  readonly copy: GraphCopy
  /** As of the timeline. */
  readonly forget: (time: number) => void
}

/** What the other side's timeline has in common with that of this side, `driver`. */
type Common = Omit<TimelineOptions, "addresses" | "read" | "remember" | "stateVersion" | "blamed">

/** Makes a copy follow. `notes` are taken by the timeline of this side. */
export const following = (
  graph: AnyGraph,
  copy: AnyGraph,
  driver: Timeline,
  notes: Notes,
  engine: Engine,
  common: Common,
): Following => {
  const mine = nodes(graph).map(originalOf)
  const streams = nodes(copy).map(originalOf)
  const originals = new Map(streams.flatMap((stream, i) => mine[i] === undefined ? [] : [[stream, mine[i]]]))
  const pairs = new Pairs()
  const timeline = new Timeline({
    ...common,
    addresses: addressesIn(copy),
    remember: rememberDurations(copy, common.batchDuration, 0),
    stateVersion: (id) => notes.versionOf(id),
    read: (stream, time) => {
      const original = originals.get(stream)
      return original === undefined || driver.at(time).recall(original) === undefined
        ? noAllocation(stream, time)
        : Effect.sync(() => makeRDD("input", [], { kind: "input" }))
    },
  })
  const follow = (time: number, stream: AnyDStream, index: number): Effect.Effect<void, unknown, unknown> =>
    Effect.suspend(() => {
      const rdd = driver.at(time).recall(mine[index] ?? stream)
      if (rdd === undefined) return Effect.void
      return Effect.flatMap(
        Effect.provideService(stream, Batch, timeline.at(time)),
        (other) =>
          pairs.add(rdd, other, time, index)
            ? Effect.void
            : Effect.fail(differs(stream, "its RDD is not made of the same operations there", index)),
      )
    })
  const logOf = (stream: AnyDStream) => notes.logs.get(originals.get(stream) ?? stream)
  const unknown = (stream: AnyDStream | undefined, asked: string) =>
    differs(stream ?? graph.outputs[0].stream, `it asks there what it does not ask here (${asked})`)
  return {
    begin: () => notes.clear(),
    noting: (own) => noting(own, notes.logs),
    notingSleeps: notingSleeps(notes.logs),
    follow: (time) =>
      Effect.suspend(() =>
        Effect.forEach(streams, (stream, index) =>
          Effect.catchCause(follow(time, stream, index), (cause) => {
            const { operation, site } = mine[index] ?? stream
            const where = { operator: operation, callSite: site, batchTime: time, outputId: undefined } as const
            return Effect.fail(toBatchFailed(cause, { ...where, phase: "generate" }))
          }), { discard: true })
      ).pipe(
        (all) => replaying({ engine, logOf, unknown }, (other) => Effect.provideService(all, Engine, other)),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (Exit.isFailure(exit)) timeline.discard(time)
          })
        ),
      ),
    addressOf: (rdd) => pairs.addressOf(rdd),
    copy: {
      evaluate: () => Effect.void,
      operationAt: (address) => pairs.operationAt(address),
      release: () => pairs.tidy(),
    },
    forget: (time) => timeline.forget(time),
  }
}
