/**
 * Durations as numbers of milliseconds, with Spark's operations on them. Everything else in this package takes Effect's
 * own durations, such as `"1 second"`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Durations } from "@dstream/dstream"
 *
 * assert.equal(Durations.prettyPrint(90_000), "1.5 m")
 * ```
 *
 * @module
 */
export * from "./core/durations.ts"
