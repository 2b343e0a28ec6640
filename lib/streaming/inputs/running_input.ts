/**
 * The interface of a running input. Receivers and sources of positions implement it.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { RunningReceiver } from "../../receiver/supervisor.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"

/** What a batch may take from one input. */
export interface InputBound {
  /** The most records; `Infinity` if there is no bound. */
  readonly records: number
  /** Whether the batches take as long as the interval, so that the input should not receive much ahead. */
  readonly isBehind: boolean
}

/**
 * One input of a running context. `allocate` decides on the share of a batch, which is plain data; the other operations get that
 * share, or its position.
 */
export interface RunningInput {
  readonly id: number
  readonly name: string
  readonly stream: AnyDStream
  /** The receiver; undefined if the input is read by position. */
  readonly receiver: RunningReceiver | undefined
  /** Makes a block of the records received since the last block. It is called for every input before any input allocates. */
  readonly cut: Effect.Effect<void>
  /** How many records the input is expected to have, or a number of `limit` or more if it has as many. */
  readonly demand: (limit: number) => Effect.Effect<number>
  /** Decides what the batch at `time` reads. */
  readonly allocate: (time: number, bound: InputBound) => Effect.Effect<InputAllocation, unknown, unknown>
  /** Describes a position for listeners. Undefined: its share has the metadata, if there is any. */
  readonly describe?: ((position: unknown) => Readonly<Record<string, unknown>>) | undefined
  /** Makes the RDD of a share. Fails with `NoRDD` if the share is empty. */
  readonly read: (share: InputAllocation, time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  /**
   * Tells the source that the batch at `time`, which has read up to a position, has ended well. It is called in the order of the
   * batches, and again if it failed. Undefined: there is nothing to commit.
   */
  readonly commit: ((position: unknown, time: number) => Effect.Effect<void, unknown, unknown>) | undefined
  /**
   * Frees the blocks of a share. It is called when the batch has ended, whether committed or rolled back. `isRemembered`: later
   * batches may read the RDD of the share.
   */
  readonly release: (share: InputAllocation, isRemembered: boolean) => Effect.Effect<void>
}
