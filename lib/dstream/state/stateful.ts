/**
 * Stateful operators: each batch builds on the state that the batch before it committed.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, withCallSite } from "../../core/call_site.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { type AnyRDD, make as makeRDD, type RDD } from "../../rdd/rdd.ts"
import type { StateStep } from "../../rdd/primitive.ts"
import { Batch, NoRDD } from "../batch.ts"
import { type AnyDStream, type DStream, makeSelf, type NodeOptions, optional } from "../dstream.ts"

/** The work of a stateful operator in one batch. */
export interface Stateful extends Omit<StateStep, "id" | "at" | "previous"> {
  /** The pairs of this batch. */
  readonly data: AnyRDD
  /** Places the pairs and the state. */
  readonly partitioner: Partitioner
  /** Whether the operator's records are pairs placed by the partitioner. Default: true. */
  readonly keyed?: boolean | undefined
}

/** What a stateful operator knows of a batch when it decides on its work. */
export interface StatefulBatch {
  readonly batch: Batch
  /** The RDD of the parent; undefined if it has none in this batch. */
  readonly data: AnyRDD | undefined
  /** Whether the state has a version, or will have one when an earlier batch has ended. */
  readonly hasState: boolean
}

/**
 * Makes a stateful operator. `stepWith` gets the user's functions once, and returns a function that gives the work of
 * each batch. If that is undefined, the stream has no RDD in the batch. The operator is evaluated in every batch, even
 * if no output needs it there. Each run of a streaming context starts with an empty state.
 */
export const stateful = <A, E, R, const F extends ReadonlyArray<Callable>>(
  operation: string,
  parent: AnyDStream,
  functions: F,
  site: CallSite,
  stepWith: (...functions: F) => (given: StatefulBatch) => Stateful | undefined,
  options: NodeOptions = {},
): DStream<A, E, R> => {
  const step = stepWith(...functions)
  return withCallSite(site, () =>
    makeSelf(
      operation,
      [parent],
      functions,
      (self, ..._) => evaluated<A>({ operation, parent, site, step }, self),
      { ...options, keeps: "always" },
    ))
}

/** A stateful operator. */
interface Operator {
  readonly operation: string
  readonly parent: AnyDStream
  readonly site: CallSite
  readonly step: (given: StatefulBatch) => Stateful | undefined
}

/** Makes the RDD of a stateful operator in the current batch. */
const evaluated = Effect.fnUntraced(function* <A>({ operation, parent, site, step }: Operator, self: AnyDStream) {
  const batch = yield* Batch
  const { time } = batch
  const id = batch.address(self)
  const version = batch.stateVersion(id)
  const newest = batch.newest(self)
  // Made only where it is needed: an error captures a stack.
  const none = () => Effect.fail(new NoRDD({ operation, time }))
  // This batch is evaluated late. The versions of later batches were built without it.
  if (Math.max(version ?? -Infinity, newest?.time ?? -Infinity) >= time) return yield* none()
  const data = yield* optional(parent)
  const hasState = version !== undefined || batch.first(self) !== undefined
  const work = step({ batch, data, hasState })
  if (work === undefined) return yield* none()
  const { data: records, partitioner: by, keyed, ...how } = work
  const { initial } = how
  const parents = version === undefined && initial !== undefined ? [records, initial] : [records]
  return withCallSite(site, (): RDD<A> =>
    makeRDD(operation, parents, {
      kind: "state",
      by,
      keyed,
      step: { ...how, id, at: time, previous: { rdd: newest?.rdd } },
    }))
})
