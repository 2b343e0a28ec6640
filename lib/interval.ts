/**
 * Intervals between two batch times.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Interval } from "@dstream/dstream"
 *
 * assert.equal(Interval.show(Interval.make(0, 1000)), "[0 ms, 1000 ms]")
 * ```
 *
 * @module
 */
export * from "./core/interval.ts"
