/**
 * DStreams of what Effect Streams emit.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { DStream } from "../dstream/dstream.ts"
import type { StorageLevel } from "../rdd/storage_level.ts"
import { fromReceiver } from "../dstream/inputs/input.ts"
import { make, type Store } from "../dstream/inputs/receiver.ts"
import { forEachArray } from "./draining.ts"

/** Options of {@link fromStream}. */
export interface FromStreamOptions {
  /** The delay before a stream that has failed is run again. Default 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
  /** Where received blocks are kept. Default: `MEMORY_AND_DISK`. */
  readonly storageLevel?: StorageLevel | undefined
}

/**
 * Makes a DStream of the elements that an Effect Stream emits. A receiver runs the stream.
 *
 * If the stream fails, it is run again from its beginning after a delay. If it ends, the DStream stays empty from then
 * on. When batches fall behind, the stream is pulled more slowly.
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
      storageLevel: options.storageLevel,
      onStart: (store: Store<A>) =>
        Effect.catchCause(
          forEachArray(stream, (records) => store.all(records)),
          (cause) => store.restart("The stream has failed", Cause.squash(cause)),
        ),
    }),
  )
