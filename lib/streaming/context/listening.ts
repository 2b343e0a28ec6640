/**
 * Observing a context: listeners, events as a stream, and the number of dropped events.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { internalsOf, type State, type StreamingContext } from "./context.ts"
import type { StreamingEvent } from "../listeners/events.ts"
import type * as Bus from "../listeners/listener_bus.ts"

/**
 * Adds a listener, before or after start. It gets all later events, one at a time and in order.
 *
 * A slow listener does not delay batches; see {@link droppedEvents}. A listener that is added twice gets every event twice. Spark:
 * `addStreamingListener`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts: Array<number> = []
 * const output = DStream.foreachRDD(Testing.input([["a", "b"], ["c"]]), () => Effect.void)
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.addStreamingListener(ssc, (event) =>
 *     Effect.sync(() => {
 *       if (event._tag === "BatchCompleted") counts.push(event.batch.numRecords)
 *     }))
 *   const active = yield* StreamingContext.start(ssc, [output])
 *   yield* Testing.advance(active, 2)
 *   yield* StreamingContext.stop(active)
 * })
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(counts, [2, 1])
 * ```
 */
export const addStreamingListener = (
  ssc: StreamingContext<State, unknown>,
  listener: Bus.StreamingListener,
): Effect.Effect<void> => internalsOf(ssc).bus.add(listener)

/**
 * Removes a listener, which then gets no further events. If it was added twice, one of its subscriptions remains. Removing a
 * listener that was never added does nothing. Spark: `removeStreamingListener`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const seen: Array<string> = []
 * const listener: StreamingContext.StreamingListener = ({ _tag }) => Effect.sync(() => void seen.push(_tag))
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.addStreamingListener(ssc, listener)
 *   yield* StreamingContext.removeStreamingListener(ssc, listener)
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   yield* StreamingContext.stop(active)
 * })
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(seen, [])
 * ```
 */
export const removeStreamingListener = (
  ssc: StreamingContext<State, unknown>,
  listener: Bus.StreamingListener,
): Effect.Effect<void> => internalsOf(ssc).bus.remove(listener)

/**
 * Returns how many events were dropped because a listener, or a reader of {@link events}, was too slow. Up to 16,384 events can
 * wait for each of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const dropped = Effect.flatMap(StreamingContext.make, StreamingContext.droppedEvents)
 * assert.equal(await Effect.runPromise(Effect.provide(dropped, Testing.layer())), 0)
 * ```
 */
export const droppedEvents = (ssc: StreamingContext<State, unknown>): Effect.Effect<number> =>
  Effect.sync(() => internalsOf(ssc).bus.dropped())

/**
 * Streams the events of a context, from now until it stops. Unlike a listener, a reader of the stream does not delay the stop.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Fiber, Layer, Stream } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const seen = yield* Effect.forkChild(Stream.runCollect(StreamingContext.events(ssc)), { startImmediately: true })
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   yield* StreamingContext.stop(active)
 *   return yield* Fiber.join(seen)
 * })
 * const layer = Layer.merge(
 *   Scheduler.layer("1 minute"),
 *   SparkContext.layer({ master: "local", appName: "doc" }),
 * )
 * const events = await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))
 * assert.deepEqual(events.map(({ _tag }) => _tag), ["GraphNotPortable", "StreamingStarted", "StreamingStopped"])
 * ```
 */
export const events = (ssc: StreamingContext<State, unknown>): Stream.Stream<StreamingEvent> =>
  Stream.unwrap(Effect.map(internalsOf(ssc).bus.subscribe, Stream.fromQueue))
