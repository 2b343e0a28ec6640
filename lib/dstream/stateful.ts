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
export interface Stateful extends Omit<StateStep, "id" | "at"> {
  /** The pairs of this batch. */
  readonly data: AnyRDD
  readonly partitioner: Partitioner
}

/**
 * The RDDs of a stream of its own that must have been computed before its RDD at `batch.time`: those since the newest
 * that there is. Normally just the one of the batch before, which is there already; more if nobody asked for them.
 */
const before = (
  self: AnyDStream,
  batch: Batch,
): Effect.Effect<AnyRDD | undefined, unknown, unknown> =>
  Effect.gen(function* () {
    const slide = self.slideDuration ?? batch.batchDuration
    const version = batch.stateVersion(batch.address(self)) ?? batch.zeroTime
    const missing: Array<number> = []
    let time = batch.time - slide
    while (time > version && batch.at(time).recall(self) === undefined) {
      if (!batch.at(time).failed) missing.push(time)
      time -= slide
    }
    let last = time > version ? batch.at(time).recall(self) : undefined
    for (const each of missing.toReversed()) {
      last = yield* Effect.catchIf(
        Effect.provideService(self, Batch, batch.at(each)),
        (error) => error instanceof NoRDD,
        () => Effect.succeed(last),
      )
    }
    return last
  })

/**
 * Makes a stateful operator. `step` says what to do at a batch time, given the RDD of the parent (undefined where it has
 * none) and whether the state has anything yet; without a result the stream has no RDD in that batch.
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
          const previous = yield* before(self, batch)
          const data = yield* Effect.catchIf(parent, (error) => error instanceof NoRDD, () => Effect.undefined)
          const id = batch.address(self)
          const hasState = previous !== undefined || batch.stateVersion(id) !== undefined
          const found = step({ batch, data, hasState })
          if (found === undefined) return yield* new NoRDD({ operation, time: batch.time })
          const { data: records, partitioner: by, expects, whole, f } = found
          const parents = previous === undefined ? [records] : [records, previous]
          return withCallSite(site, (): RDD<A> =>
            makeRDD(operation, parents, {
              kind: "state",
              by,
              step: { id, at: batch.time, expects, whole, f },
            }))
        }),
      options,
    ))
