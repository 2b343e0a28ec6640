/**
 * Stateful operators: each batch builds on the one before. They are evaluated in every batch, whoever asks for them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, withCallSite } from "../../core/call_site.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import { type AnyRDD, make as makeRDD, type RDD } from "../../rdd/rdd.ts"
import type { StateStep } from "../../rdd/state.ts"
import { Batch, NoRDD } from "../batch.ts"
import { type AnyDStream, type DStream, makeSelf, type NodeOptions, optional } from "../dstream.ts"

/** What a stateful operator does in one batch. */
export interface Stateful extends Omit<StateStep, "id" | "at" | "previous"> {
  /** The pairs of this batch. */
  readonly data: AnyRDD
  readonly partitioner: Partitioner
  /** Whether its records are pairs that lie where the partitioner says (true). */
  readonly keyed?: boolean | undefined
}

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
    /** Whether a batch before has had an RDD: its version is there to build on, or will be, if all goes well. */
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
          const id = batch.address(self)
          const version = batch.stateVersion(id)
          const newest = batch.newest(self)
          const none = new NoRDD({ operation, time })
          // What has come later is built on there being none.
          if (Math.max(version ?? -Infinity, newest?.time ?? -Infinity) >= time) return yield* none
          const data = yield* optional(parent)
          const found = step({ batch, data, hasState: version !== undefined || batch.first(self) !== undefined })
          if (found === undefined) return yield* none
          const { data: records, partitioner: by, keyed, ...how } = found
          const { initial } = how
          const parents = version === undefined && initial !== undefined ? [records, initial] : [records]
          return withCallSite(site, (): RDD<A> =>
            makeRDD(operation, parents, {
              kind: "state",
              by,
              keyed,
              step: { ...how, id, at: time, previous: { rdd: newest?.rdd } },
            }))
        }),
      { ...options, keeps: "always" },
    ))
