/**
 * The receiver contract: how records are pushed into a stream.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Block } from "../../rdd/block.ts"

/**
 * What a running receiver may do. All of it is safe to call from several fibers. Storing waits while the batches are
 * behind, which is how a fast peer is slowed down.
 */
export interface Store<in A> {
  /**
   * Adds one record to the current block. Unreliable: it returns before the block is stored. Rate-limited. Spark:
   * `store(item)`.
   */
  readonly one: (record: A) => Effect.Effect<void>
  /** Adds records to the current block, in order and never split over two blocks. As unreliable as `one`. */
  readonly all: (records: ReadonlyArray<A>) => Effect.Effect<void>
  /** Adds the records of a block to the current block, without reading them. `bytes`: its size, where known. */
  readonly append: (block: Block<A>, bytes?: number) => Effect.Effect<void>
  /** Stores records as one block of their own and returns when that is done: acknowledge after it. Spark: `store(array)`. */
  readonly block: (records: ReadonlyArray<A>) => Effect.Effect<void>
  /** Tells listeners of a problem; the receiver goes on. */
  readonly reportError: (message: string, error?: unknown) => Effect.Effect<void>
  /** Asks for a restart: the receiver's scope is closed, and after the delay `onStart` runs in a new one. */
  readonly restart: (message: string, error?: unknown, delay?: Duration.Input) => Effect.Effect<void>
  /** Stops this receiver for good. With an error the streaming context fails as well. */
  readonly stop: (message: string, error?: unknown) => Effect.Effect<void>
}

/**
 * A receiver, as a value. `onStart` runs in a scope of its own: what it acquires and forks there ends when the receiver
 * stops or restarts. It may return at once or go on for as long as it receives. If it fails, the receiver is restarted
 * after the delay. Spark: `Receiver[T]`.
 */
export interface Receiver<out A, out E = never, out R = never> {
  /** What it receives from, such as `Socket`; its stream is called `Socket stream [0]`. */
  readonly name: string
  /** Receives: stores what comes, in a scope of its own. */
  readonly onStart: (store: Store<never>) => Effect.Effect<void, E, R | Scope.Scope>
  /** Runs when the scope closes. */
  readonly onStop: Effect.Effect<void, never, R>
  /** The wait before a restart, at least 10 ms. Default 2 s. Spark: `spark.streaming.receiverRestartDelay`. */
  readonly restartDelay: Duration.Input
  /** The type of its records; there is no such value. */
  readonly _A?: (_: never) => A
}

/**
 * Makes a receiver. `A` is the type of its records: the type of the store's parameter.
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
export const make = <A, E = never, R = never, R2 = never>(options: {
  readonly name: string
  readonly onStart: (store: Store<A>) => Effect.Effect<void, E, R>
  readonly onStop?: Effect.Effect<void, never, R2> | undefined
  readonly restartDelay?: Duration.Input | undefined
}): Receiver<A, E, Exclude<R, Scope.Scope> | R2> => ({
  name: options.name,
  onStart: options.onStart as Receiver<A, E, Exclude<R, Scope.Scope> | R2>["onStart"],
  onStop: options.onStop ?? Effect.void,
  restartDelay: options.restartDelay ?? "2 seconds",
})
