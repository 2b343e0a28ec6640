/**
 * Running a program as the main one of its process.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { runMain } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const { promise, resolve } = Promise.withResolvers<string>()
 * runMain(Effect.sync(() => resolve("it has run")))
 * assert.equal(await promise, "it has run")
 * ```
 *
 * @module
 */
export { runMain } from "./core/run_main.ts"
export { RunsInWorker } from "./core/task_worker.ts"
