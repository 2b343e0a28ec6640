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
import type { InputAllocation } from "./allocation.ts"

/** One input of a running context. */
export interface RunningInput {
  readonly id: number
  readonly name: string
  readonly stream: AnyDStream
  /** The receiver, where it has one. */
  readonly receiver: RunningReceiver | undefined
  /** Cuts what is open, without taking it. */
  readonly cut: Effect.Effect<void>
  /** Decides what the batch at `time` reads. */
  readonly allocate: (time: number) => Effect.Effect<InputAllocation, unknown, unknown>
  /** The RDD of what was allocated to `time`. */
  readonly read: (time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  /** The batch at `time` has ended well, and with it those before it that had nothing to do. */
  readonly commit: (time: number) => Effect.Effect<void, unknown, unknown>
  /** The batch at `time` has failed: it is never committed. */
  readonly drop: (time: number) => void
  /** The batch at `time` has ended, well or not: what was received for it is no longer in the way of more. */
  readonly ended: (time: number) => Effect.Effect<void>
  /** Nobody will read times up to this one again. */
  readonly forget: (time: number) => void
}

/**
 * Makes the RDD at which an input enters the graph, with the call site of its stream. A copy of the graph in another isolate
 * has the same RDD without its parent, which holds the data.
 */
export const entry = (stream: AnyDStream, rdd: AnyRDD): AnyRDD =>
  withCallSite(stream.site, () => makeRDD("input", [rdd], { kind: "input" }))
