/**
 * Stateful operators: how one finds the version of the batch before, and what has to be computed first.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, withCallSite } from "../core/call_site.ts"
import type { Partitioner } from "../rdd/partitioner.ts"
import { type AnyRDD, make as makeRDD, type RDD } from "../rdd/rdd.ts"
import type { StateStep } from "../rdd/state.ts"
import { Batch, NoRDD } from "./batch.ts"
import { type AnyDStream, type DStream, makeSelf, type NodeOptions } from "./dstream.ts"

/** What a stateful operator does in one batch. */
export interface Stateful extends Omit<StateStep, "id" | "at" | "since" | "previous"> {
  /** The pairs of this batch. */
  readonly data: AnyRDD
  readonly partitioner: Partitioner
  /** Whether its records are pairs that lie where the partitioner says (true). */
  readonly keyed?: boolean | undefined
}

/** How far an operator has come in a run: each time is evaluated once, also where it has given no RDD. */
interface Progress {
  /** The version that an earlier run has left, if one has: it does not count. */
  readonly since: number | undefined
  /** The last time at which it has been evaluated, with or without an RDD. */
  time: number
  /** Its newest RDD. */
  last: AnyRDD | undefined
}

const progressOf = (self: AnyDStream, { address, keep, stateVersion, zeroTime }: Batch): Progress =>
  keep(self, () => ({ since: stateVersion(address(self)), time: zeroTime, last: undefined }))

/** The newest RDD before a batch. One of a batch that has failed takes no part in what comes later. */
const lastBefore = ({ last }: Progress, batch: Batch): AnyRDD | undefined => {
  for (let rdd = last; rdd !== undefined;) {
    if (rdd.primitive.kind !== "state") return undefined
    const { at, previous } = rdd.primitive.step
    if (at < batch.time && !batch.at(at).failed) return rdd
    rdd = previous?.rdd
  }
}

/** Evaluates the times that nobody has asked for: their records belong to the state as well. Gives whether there are any. */
const catchUp = (self: AnyDStream, batch: Batch, progress: Progress): Effect.Effect<boolean, unknown, unknown> =>
  Effect.gen(function* () {
    const slide = self.slideDuration ?? batch.batchDuration
    const { last } = progress
    for (let time = progress.time + slide; time < batch.time; time += slide) {
      const skipped = batch.at(time)
      if (skipped.failed) continue
      yield* Effect.catchIf(
        Effect.provideService(self, Batch, skipped),
        (error) => error instanceof NoRDD,
        () => Effect.void,
      )
    }
    return progress.last !== last
  })

/**
 * Makes a stateful operator. `step` says what to do at a batch time, given the RDD of the parent (undefined where it has
 * none) and whether the state has anything yet; without a result the stream has no RDD in that batch. The state starts
 * anew with each run of a streaming context.
 */
export const stateful = <A, E, R>(
  operation: string,
  parent: AnyDStream,
  site: CallSite,
  step: (given: {
    readonly batch: Batch
    readonly data: AnyRDD | undefined
    /** Whether there is, or will be when this runs, a version to build on. */
    readonly hasState: boolean
  }) => Stateful | undefined,
  options: NodeOptions = {},
): DStream<A, E, R> =>
  withCallSite(site, () =>
    makeSelf(
      operation,
      [parent],
      (self) =>
        Effect.gen(function* () {
          const batch = yield* Batch
          const { time } = batch
          const progress = progressOf(self, batch)
          const { since } = progress
          const none = new NoRDD({ operation, time })
          // Forgotten, or it never had one: what has come later is built on that already.
          if (time < progress.time) return yield* none
          const hasCaughtUp = yield* catchUp(self, batch, progress)
          const previous = lastBefore(progress, batch)
          progress.time = time
          const data = yield* Effect.catchIf(parent, (error) => error instanceof NoRDD, () => Effect.undefined)
          const id = batch.address(self)
          const hasState = previous !== undefined || batch.stateVersion(id) !== since
          const found = step({ batch, data, hasState })
          if (found === undefined) return yield* none
          const { data: records, partitioner: by, keyed, ...how } = found
          // What no other batch has as its own, an engine must be able to find in the lineage of this one.
          const others = hasCaughtUp ? [previous] : hasState ? [] : [how.initial]
          const parents = [records, ...others.filter((rdd) => rdd !== undefined)]
          const rdd = withCallSite(site, (): RDD<A> =>
            makeRDD(operation, parents, {
              kind: "state",
              by,
              keyed,
              step: { ...how, id, at: time, since, previous: { rdd: previous } },
            }))
          progress.last = rdd
          return rdd
        }),
      options,
    ))
