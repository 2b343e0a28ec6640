/**
 * Sources that are read by position, as a contract that the streaming layer drives.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"

/** What a batch will read: a position as plain data, and how many records that is where it is known. */
export interface Planned<P> {
  /** Where to read, in the source's own terms. */
  readonly position: P
  /** How many records that is: listeners and the input rate see it. Without it the input is not among those of the batch. */
  readonly records?: number | undefined
  /** More about it, shown by user interfaces under `Description`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * A source that is read by position: files by name, Kafka by offset range. Each tick plans what the batch reads (none:
 * the stream has no RDD in this batch), the batch reads it, perhaps again, and when it has ended well the position is
 * committed.
 */
export interface Positions<P, A, E = never, R = never> {
  /** What the batch of this time is to read; none gives it no RDD. Called once a batch, in the order of the batches. */
  readonly plan: (time: number) => Effect.Effect<Option.Option<Planned<P>>, E, R>
  /** The RDD of what was planned. */
  readonly read: (position: P, time: number) => Effect.Effect<RDD<A, E, R>, E, R>
  /** Called when the batch has ended well: what stands before the position will not be asked for again. */
  readonly commit?: ((position: P, time: number) => Effect.Effect<void, E, R>) | undefined
}

/** A source of positions of whatever type. */
export interface AnyPositions {
  readonly plan: (time: number) => Effect.Effect<Option.Option<Planned<unknown>>, unknown, unknown>
  readonly read: (position: never, time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  readonly commit?: ((position: never, time: number) => Effect.Effect<void, unknown, unknown>) | undefined
}
