/**
 * Schedulers: the batch interval of a streaming context, as a layer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Scheduler } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const interval = Effect.map(Scheduler.Scheduler, (scheduler) => scheduler.batchDuration)
 * assert.equal(await Effect.runPromise(Effect.provide(interval, Scheduler.layer("500 millis"))), 500)
 * ```
 *
 * @module
 */
export { layer, Scheduler } from "./streaming/scheduler.ts"
