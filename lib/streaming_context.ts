/**
 * Streaming contexts: what turns a graph of DStreams into running batches. Make one, start it with all its outputs, wait
 * for its end, stop it. Each state is in the type, so `start` on a started context does not compile.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect, Layer } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   yield* StreamingContext.stop(active)
 *   return yield* StreamingContext.getState(active)
 * })
 * const layer = Layer.merge(Scheduler.layer("1 minute"), SparkContext.layer({ master: "local", appName: "doc" }))
 * assert.equal(await Effect.runPromise(Effect.scoped(Effect.provide(program, layer))), "Stopped")
 * ```
 *
 * @module
 */
export type { Settings, State, StreamingContext } from "./streaming/context/context.ts"
export { make, makeWith } from "./streaming/context/making.ts"
export { start } from "./streaming/context/starting.ts"
export { awaitTermination, awaitTerminationOrTimeout } from "./streaming/context/waiting.ts"
export { stop, type StopOptions } from "./streaming/context/stopping.ts"
export { type AnyOf, getActive, getActiveOrCreate, getState } from "./streaming/context/active.ts"
export { addStreamingListener, droppedEvents, events, removeStreamingListener } from "./streaming/context/listening.ts"
export { remember, type Slice, slice } from "./streaming/context/remember.ts"
export { statsReportListener } from "./streaming/listeners/stats_report.ts"
export { checkpoint, type CheckpointSettings, type Directory, getOrCreate } from "./streaming/context/checkpointing.ts"
export { restartOnLoss } from "./streaming/context/restarting.ts"
export { CheckpointFailed, type CheckpointReason } from "./streaming/checkpoint/errors.ts"
export { CheckpointMismatch, type Match } from "./streaming/checkpoint/matching.ts"
export { Registry } from "./streaming/context/registry.ts"
export type { BackpressureSettings } from "./receiver/rate_estimator.ts"
export type { StreamingListener } from "./streaming/listeners/listener_bus.ts"
export { logListener } from "./streaming/listeners/log_listener.ts"
export type {
  BatchInfo,
  OutputOperationInfo,
  ReceiverInfo,
  Recovery,
  StreamingEvent,
  StreamInputInfo,
} from "./streaming/listeners/events.ts"
export {
  AlreadyStarted,
  AlreadyStopped,
  AnotherContextActive,
  type BatchError,
  BatchFailed,
  NotStarted,
  RememberAlreadySet,
  type StartError,
} from "./streaming/errors.ts"
export { ReceiverFailed } from "./receiver/errors.ts"
