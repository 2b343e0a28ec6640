/**
 * Inputs: the two ways in which records come in, as contracts that the streaming layer drives.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RDD } from "../../rdd/rdd.ts"
import { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, makeSelf, type NodeOptions } from "../dstream.ts"
import type { AnyPositions, Positions } from "./positions.ts"
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

/** What an input is called, such as `Socket stream [0]`, or the name it was given. */
export const inputName = (stream: AnyDStream, id: number): string =>
  stream.name ?? `${stream.traits.source?.title ?? stream.operation} stream [${id}]`
