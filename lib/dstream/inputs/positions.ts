/**
 * The contract of sources that are read by position, such as files and Kafka partitions.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"

/** What a batch will read. */
export interface Planned<P> {
  /** Where to read, as plain data in the source's own terms: a list of file names, an offset range. */
  readonly position: P
  /**
   * How many records the batch will read, for listeners and the input rate. Undefined if that is not known; listeners
   * then see the input among those of the batch only if it has `metadata` or `describe`, with 0 records.
   */
  readonly records?: number | undefined
  /** More about the position. User interfaces show its `Description`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * A source that is read by position: files by name, Kafka by offset range. At each tick it plans what the batch will
 * read. The batch then reads that position, once or several times, and the position is committed after the batch has
 * succeeded.
 */
export interface Positions<P, A, E = never, R = never> {
  /**
   * Plans what the batch of this time reads. With `None` the stream has no RDD in the batch. Called once a batch, in
   * the order of the batches.
   *
   * `limit` is the number of records that the batch should take at most; `Infinity` if there is no bound. Sources that
   * can leave records for later batches should keep to it. Others may ignore it. What they plan counts for the bound of
   * the other inputs, if they say how many records it is.
   */
  readonly plan: (time: number, limit: number) => Effect.Effect<Option.Option<Planned<P>>, E, R>
  /** Makes the RDD of a planned position. May be called several times for the same position. */
  readonly read: (position: P, time: number) => Effect.Effect<RDD<A, E, R>, E, R>
  /** Called after the batch has succeeded. Nothing before the position will be read again. */
  readonly commit?: ((position: P, time: number) => Effect.Effect<void, E, R>) | undefined
  /**
   * Makes the source go on behind positions that an earlier process has planned, oldest first and at least one. Called before
   * the first plan. A context with a checkpoint refuses sources without it.
   */
  readonly resume?: ((positions: ReadonlyArray<P>) => Effect.Effect<void, E, R>) | undefined
  /** Called once before the first plan, after `resume` where a source is resumed. */
  readonly begin?: Effect.Effect<void, E, R> | undefined
  /**
   * Describes a position, instead of the `metadata` of its plan. Give it where the metadata is large: then a checkpoint holds the
   * position alone.
   */
  readonly describe?: ((position: P) => Readonly<Record<string, unknown>>) | undefined
  /**
   * Gives one position from which `resume` goes on behind all positions that were planned. Gives undefined before the first plan.
   * Default: the position that was planned last.
   */
  readonly summary?: Effect.Effect<P | undefined, E, R> | undefined
}

/** A source that is read by positions of any type. */
export interface AnyPositions {
  readonly plan: (time: number, limit: number) => Effect.Effect<Option.Option<Planned<unknown>>, unknown, unknown>
  readonly read: (position: never, time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  readonly commit?: ((position: never, time: number) => Effect.Effect<void, unknown, unknown>) | undefined
  readonly resume?: ((positions: ReadonlyArray<never>) => Effect.Effect<void, unknown, unknown>) | undefined
  readonly begin?: Effect.Effect<void, unknown, unknown> | undefined
  readonly describe?: ((position: never) => Readonly<Record<string, unknown>>) | undefined
  readonly summary?: Effect.Effect<unknown, unknown, unknown> | undefined
}
