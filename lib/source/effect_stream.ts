/**
 * A DStream from an Effect Stream.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { DStream } from "../dstream/dstream.ts"
import { fromReceiver } from "../dstream/inputs/input.ts"
import { make, type Store } from "../dstream/inputs/receiver.ts"
import { forEachArray } from "./draining.ts"

/** Options of {@link fromStream}. */
export interface FromStreamOptions {
  /** The wait before a stream that has failed is run again. Default 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
}

/**
 * What an Effect Stream emits, as it comes: a receiver runs it. A stream that fails is run again after a delay, from its
 * beginning; one that ends gives nothing more. The stream is pulled no faster than the batches keep up with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Stream } from "effect"
 *
 * const ticks = DStream.fromStream(Stream.tick("1 second"))
 * assert.equal(ticks.operation, "fromStream")
 * ```
 */
export const fromStream = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  options: FromStreamOptions = {},
): DStream<A, never, Exclude<R, Scope.Scope>> =>
  fromReceiver(
    "fromStream",
    make({
      name: "Stream",
      restartDelay: options.restartDelay,
      onStart: (store: Store<A>) =>
        Effect.catchCause(
          forEachArray(stream, (records) => store.all(records)),
          (cause) => store.restart("The stream has failed", Cause.squash(cause)),
        ),
    }),
  )
