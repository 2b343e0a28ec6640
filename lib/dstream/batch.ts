/**
 * The batch that DStreams are evaluated in.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import { describeValue } from "../core/describe_value.ts"
import { EngineFault } from "../core/errors.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { AnyDStream } from "./dstream.ts"

/**
 * A stream has no RDD at this batch time: its slide is longer, or its source gave none. Not the same as an empty RDD:
 * no job runs for it. Most operators pass it on; operators of several streams fail instead, as Spark's do.
 */
export class NoRDD extends Data.Error<{ readonly operation: string; readonly time: number }> {
  readonly _tag = "NoRDD" as const
  override get message(): string {
    return `${this.operation} has no RDD at ${this.time} ms`
  }
}

/** A stream has no RDD at a batch time, and an operator needs one. Spark: `Couldn't generate RDD from parent at time`. */
export class ParentWithoutRDD extends EngineFault<{ readonly operation: string; readonly time: number }> {
  readonly _tag = "ParentWithoutRDD" as const
  override get message(): string {
    return `Couldn't generate RDD from parent at time ${this.time} ms (${this.operation} needs one of every stream)`
  }
}

/** The body of an operator has given something that is no RDD, which the types do not allow. */
export class OperatorWithoutRDD extends EngineFault<{ readonly operation: string; readonly given: unknown }> {
  readonly _tag = "OperatorWithoutRDD" as const
  override get message(): string {
    return `The body of ${this.operation} gave ${describeValue(this.given)}, which is no RDD`
  }
}

/** What the evaluation of a DStream sees of its batch. In the Effect view of a DStream only: user signatures never show it. */
export interface Batch {
  /** The batch time: the end of the interval it covers, epoch milliseconds. */
  readonly time: number
  /** The start of the first batch. */
  readonly zeroTime: number
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  /** The engine's default number of partitions. */
  readonly defaultParallelism: number
  /** The same run at another time, for windows. */
  readonly at: (time: number) => Batch
  /** The RDD that a stream already has at this time. A plain look-up. */
  readonly recall: (stream: AnyDStream) => AnyRDD | undefined
  /** Keeps the RDD of a stream for as long as somebody may ask for it; undefined: that it has none in this batch. */
  readonly remember: (stream: AnyDStream, rdd: AnyRDD | undefined) => void
  /** Whether it has turned out that a stream has no RDD in this batch. */
  readonly hasNone: (stream: AnyDStream) => boolean
  /** The time of the first RDD that a stream has had in this run, whether it is remembered or not. */
  readonly first: (stream: AnyDStream) => number | undefined
  /** The newest RDD that a stream has, of those that are remembered, whatever the time of this batch. */
  readonly newest: (stream: AnyDStream) => { readonly time: number; readonly rdd: AnyRDD } | undefined
  /** The address of a stream in the graph: its name, or its operation and place. */
  readonly address: (stream: AnyDStream) => string
  /** The batch time of the current version of a state; undefined if it has none. */
  readonly stateVersion: (id: string) => number | undefined
  /** Says that this stream's operator failed; the first to say so in an evaluation is where the failure began. */
  readonly blame: (stream: AnyDStream) => void
  /** The RDD of an input stream, from what was allocated to this batch. */
  readonly input: (stream: AnyDStream) => Effect.Effect<AnyRDD, unknown, unknown>
}

/**
 * The current batch, for the body of operators written with `DStream.make`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const times = DStream.make("times", [], Effect.map(DStream.Batch, ({ time }) => RDD.parallelize([time])))
 * assert.deepEqual(await Effect.runPromise(Testing.run(times, { batches: 2 })), [[1000], [2000]])
 * ```
 */
export const Batch: Context.Service<Batch, Batch> = Context.Service<Batch>("@dstream/dstream/Batch")
