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
import { type DStream, makeSelf, type NodeOptions } from "./dstream.ts"
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
  /** Where to read, in the source's own terms. */
  readonly position: P
  /** How many records that is, 0 where it is not known: listeners and the input rate see it. */
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

const input = <A, E, R>(operation: string, source: InputSource, options: NodeOptions = {}): DStream<A, E, R> =>
  makeSelf(
    operation,
    [],
    (self) => Effect.flatMap(Batch, (batch) => batch.input(self) as Effect.Effect<RDD<A>, unknown, unknown>),
    { ...options, source },
  )

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

/**
 * A stream of what a receiver stores, under an operation's name of your own: how sources with a receiver are written. The
 * receiver's name is what user interfaces call it: `Clock` gives `Clock stream [0]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 *
 * const clockStream = (tick: string) =>
 *   DStream.fromReceiver("clockStream", Receiver.make({ name: "Clock", onStart: (store) => store.one(tick) }))
 * assert.equal(clockStream("tick").operation, "clockStream")
 * ```
 */
export const fromReceiver = <A, E, R>(
  operation: string,
  receiver: Receiver<A, E, R>,
  options?: NodeOptions,
): DStream<A, E, Exclude<R, Scope.Scope>> =>
  input(operation, { kind: "blocks", title: receiver.name, receiver }, options)

/**
 * A stream of what a source of positions plans and reads. `title` is what user interfaces call it: `File` gives
 * `File stream [0]`. `open` runs once, when the context starts, in its scope.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const open = Effect.sync(() => ({
 *   plan: (time: number) => Effect.succeed(Option.some({ position: time / 1000, records: 1 })),
 *   read: (position: number) => Effect.succeed(RDD.parallelize([`batch ${position}`])),
 * }))
 * const batches = DStream.fromPositions("batchNumbers", "Number", open)
 * assert.deepEqual(await Effect.runPromise(Testing.run(batches, { batches: 2 })), [["batch 1"], ["batch 2"]])
 * ```
 */
export const fromPositions = <P, A, E, R, E2, R2>(
  operation: string,
  title: string,
  open: Effect.Effect<Positions<P, A, E, R>, E2, R2>,
  options?: NodeOptions,
): DStream<A, E | E2, Exclude<R | R2, Scope.Scope>> => input(operation, { kind: "positions", title, open }, options)
