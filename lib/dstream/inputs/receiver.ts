/**
 * The contract of receivers, which push records into a stream.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Mistake } from "../../core/literals.ts"
import type { Block } from "../../rdd/block.ts"
import type { StorageLevel } from "../../rdd/storage_level.ts"
import type { ReceiverStopped } from "./receiver_stopped.ts"

/**
 * What a running receiver can do. Several fibers may call it at the same time. While batches fall behind, operations
 * that store wait, which slows a fast peer down.
 *
 * When the receiver has stopped, operations that store fail with `ReceiverStopped` and store nothing. What waits at
 * that moment is still stored. `onStart` need not handle the error. It matters to code that keeps the store after the
 * receiver has stopped, such as the callback of a client: the sender can then keep the records, or send them elsewhere.
 */
export interface Store<in A> {
  /**
   * Adds one record to the current block, within the rate limit. Unreliable, because it returns before the block is
   * stored. Spark: `store(item)`.
   */
  readonly one: (record: A) => Effect.Effect<void, ReceiverStopped>
  /**
   * Adds records to the current block, in order. They are split over two batches only where a batch may not take all of
   * them (`maxRate`, `backpressure`). As unreliable as `one`.
   */
  readonly all: (records: ReadonlyArray<A>) => Effect.Effect<void, ReceiverStopped>
  /**
   * Adds the records of a block to the current block. `bytes` is the memory that the block takes. The records are not
   * read if it is given; else it is estimated from them.
   */
  readonly append: (block: Block<A>, bytes?: number) => Effect.Effect<void, ReceiverStopped>
  /**
   * Stores records as a block of their own and returns when the block is stored: when it is durable, if the context has a
   * checkpoint and the input a write-ahead log. Acknowledge records to their sender after it has returned.
   *
   * `position` says in the sender's terms up to where the records go: an offset, an id, a cursor. It is plain data and is
   * stored with the block, so that {@link Store.last} gives it after a restart. Spark: `store(array)`.
   */
  readonly block: (records: ReadonlyArray<A>, position?: unknown) => Effect.Effect<void, ReceiverStopped>
  /**
   * The position that was stored last, by this process or, if the input has a write-ahead log, by an earlier one. A receiver
   * that asks its sender for the records behind it receives every record once.
   */
  readonly last: Effect.Effect<Option.Option<unknown>>
  /** Reports a problem to listeners. The receiver keeps running. */
  readonly reportError: (message: string, error?: unknown) => Effect.Effect<void>
  /** Asks for a restart: the receiver's scope closes, and after the delay `onStart` runs in a new one. */
  readonly restart: (message: string, error?: unknown, delay?: Duration.Input) => Effect.Effect<void>
  /** Stops this receiver for good. If an error is given, the streaming context fails with it. */
  readonly stop: (message: string, error?: unknown) => Effect.Effect<void>
}

/**
 * A receiver, as a value. `onStart` runs in a scope of its own: what it acquires and forks there is released when the
 * receiver stops or restarts. `onStart` may return at once, or run for as long as it receives. If it fails, the
 * receiver restarts after the delay. Spark: `Receiver[T]`.
 */
export interface Receiver<out A, out E = never, out R = never> {
  /** What it receives from, such as `Socket`. User interfaces show its stream as `Socket stream [0]`. */
  readonly name: string
  /** Receives and stores records, in a scope of its own. */
  readonly onStart: (store: Store<never>) => Effect.Effect<void, E | ReceiverStopped, R | Scope.Scope>
  /** Runs when the scope of `onStart` closes. */
  readonly onStop: Effect.Effect<void, never, R>
  /** The wait before a restart, at least 10 ms. Default: 2 s. Spark: `spark.streaming.receiverRestartDelay`. */
  readonly restartDelay: Duration.Input
  /**
   * Where what it has stored is kept until its batch has ended. `_SER` has no effect here: blocks stay in the form in which they
   * are stored. Default: `MEMORY_AND_DISK`. Spark: `new Receiver(storageLevel)`.
   */
  readonly storageLevel?: StorageLevel | undefined
  /** Carries the type of the records. The property is never set. */
  readonly _A?: (_: never) => A
}

/**
 * Makes a receiver. The type of its records is inferred from the type of the `store` parameter.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Receiver } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const clock = Receiver.make({
 *   name: "Clock",
 *   onStart: (store: Receiver.Store<string>) => Effect.forever(Effect.andThen(Effect.sleep("1 second"), store.one("tick"))),
 * })
 * assert.equal(clock.name, "Clock")
 * ```
 */
export const make = <
  A = Mistake<"annotate the store: (store: Receiver.Store<string>) => ...">,
  E = never,
  R = never,
  R2 = never,
>(options: {
  readonly name: string
  readonly onStart: (store: Store<A>) => Effect.Effect<void, E, R>
  readonly onStop?: Effect.Effect<void, never, R2> | undefined
  readonly restartDelay?: Duration.Input | undefined
  readonly storageLevel?: StorageLevel | undefined
}): Receiver<A, Exclude<E, ReceiverStopped>, Exclude<R, Scope.Scope> | R2> => ({
  name: options.name,
  onStart: options.onStart as Receiver<A, Exclude<E, ReceiverStopped>, Exclude<R, Scope.Scope> | R2>["onStart"],
  onStop: options.onStop ?? Effect.void,
  restartDelay: options.restartDelay ?? "2 seconds",
  ...(options.storageLevel !== undefined && { storageLevel: options.storageLevel }),
})
