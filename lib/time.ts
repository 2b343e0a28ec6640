/**
 * Batch times: instants as epoch milliseconds, with Spark's operations on them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Time } from "@dstream/dstream"
 *
 * assert.equal(Time.floor(1350, 200), 1200)
 * ```
 *
 * @module
 */
export * from "./core/time.ts"
