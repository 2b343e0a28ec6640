/**
 * One input of a running context, whatever brings its records in.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import { type AnyRDD, make as makeRDD } from "../../rdd/rdd.ts"
import type { RunningReceiver } from "../../receiver/supervisor.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"

/** What a batch may take from one input. */
export interface InputBound {
  /** The most records; `Infinity` if there is no bound. */
  readonly records: number
  /** Whether the batches take as long as the interval, so that the input should not receive much ahead. */
  readonly isBehind: boolean
}

/** One input of a running context. What a batch takes from it is a share: plain data, which every other operation is given. */
export interface RunningInput {
  readonly id: number
  readonly name: string
  readonly stream: AnyDStream
  /** The receiver, where it has one. */
  readonly receiver: RunningReceiver | undefined
  /** Makes a block of what has been received since the last block. Called for all inputs before any of them allocates. */
  readonly cut: Effect.Effect<void>
  /** How many records the input is expected to have, or a number of `limit` or more if it has as many. */
  readonly demand: (limit: number) => Effect.Effect<number>
  /** Decides what the batch at `time` reads. */
  readonly allocate: (time: number, bound: InputBound) => Effect.Effect<InputAllocation, unknown, unknown>
  /** The RDD of a share. Fails with `NoRDD` where the share has nothing. */
  readonly read: (share: InputAllocation, time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  /** Tells the source that the batch of a share has ended well. Called once a share, in the order of the batches. */
  readonly commit: (share: InputAllocation, time: number) => Effect.Effect<void, unknown, unknown>
  /** Releases what a share holds: its batch has ended, well or not. */
  readonly release: (share: InputAllocation) => Effect.Effect<void>
}

/** Marks the place where an input enters a graph: a graph copy has the same node there, without the data. */
export const entry = (stream: AnyDStream, rdd: AnyRDD): AnyRDD =>
  withCallSite(stream.site, () => makeRDD(stream.operation, [rdd], { kind: "input" }))
