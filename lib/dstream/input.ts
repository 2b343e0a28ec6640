/**
 * Inputs: the two ways in which records come in, as contracts that the streaming layer drives.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { AnyRDD, RDD } from "../rdd/rdd.ts"
import { Batch } from "./batch.ts"
import { type DStream, make, type NodeOptions } from "./dstream.ts"
import type { Receiver } from "./receiver.ts"

/** Where the records of an input stream come from. */
export type InputSource =
  /** Blocks pushed by a receiver. */
  | { readonly kind: "blocks"; readonly title: string; readonly receiver: Receiver<unknown, unknown, unknown> }
  /** Positions planned by the driver at each tick and read when the batch runs. */
  | {
    readonly kind: "positions"
    readonly title: string
    readonly open: Effect.Effect<AnyPositions, unknown, unknown>
  }

/** What a batch will read: a position as plain data, and how many records that is where it is known. */
export interface Planned<P> {
  readonly position: P
  readonly records: number
  /** More about it, shown by user interfaces under `Description`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * A source that is read by position: files by name, Kafka by offset range. Each tick plans what the batch reads (none:
 * the stream has no RDD in this batch), the batch reads it, perhaps again, and when it has ended well the position is
 * committed.
 */
export interface Positions<P, A, E = never, R = never> {
  readonly plan: (time: number) => Effect.Effect<Option.Option<Planned<P>>, E, R>
  readonly read: (position: P, time: number) => Effect.Effect<RDD<A, E, R>, E, R>
  readonly commit?: ((position: P, time: number) => Effect.Effect<void, E, R>) | undefined
}

/** A source of positions of whatever type. */
export interface AnyPositions {
  readonly plan: (time: number) => Effect.Effect<Option.Option<Planned<unknown>>, unknown, unknown>
  readonly read: (position: never, time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  readonly commit?: ((position: never, time: number) => Effect.Effect<void, unknown, unknown>) | undefined
}

const input = <A, E, R>(operation: string, source: InputSource, options: NodeOptions = {}): DStream<A, E, R> => {
  const body: Effect.Effect<RDD<A, E, R>, unknown, unknown> = Effect.flatMap(
    Batch,
    (batch) => batch.input(self) as Effect.Effect<RDD<A, E, R>, unknown, unknown>,
  )
  const self = make(operation, [], body, { ...options, source }) as DStream<A, E, R>
  return self
}

/**
 * A stream of what a receiver stores. Spark: `receiverStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 *
 * const ticks = DStream.receiverStream(Receiver.make({ name: "Tick", onStart: (store) => store.one("tick") }))
 * assert.equal(ticks.operation, "receiverStream")
 * ```
 */
export const receiverStream = <A, E, R>(receiver: Receiver<A, E, R>): DStream<A, E, Exclude<R, Scope.Scope>> =>
  fromReceiver("receiverStream", receiver)

/** The same under another operation's name: how sources with a receiver are written. */
export const fromReceiver = <A, E, R>(
  operation: string,
  receiver: Receiver<A, E, R>,
  options?: NodeOptions,
): DStream<A, E, Exclude<R, Scope.Scope>> =>
  input(operation, { kind: "blocks", title: receiver.name, receiver }, options)

/**
 * A stream of what a source of positions plans and reads. `title` is what user interfaces call it: `File` gives
 * `File stream [0]`.
 */
export const fromPositions = <P, A, E, R, E2, R2>(
  operation: string,
  title: string,
  open: Effect.Effect<Positions<P, A, E, R>, E2, R2>,
  options?: NodeOptions,
): DStream<A, E | E2, Exclude<R | R2, Scope.Scope>> => input(operation, { kind: "positions", title, open }, options)
