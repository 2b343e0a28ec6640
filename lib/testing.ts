/**
 * The test kit: run your own pipelines in virtual time, batch by batch, without waiting.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const even = Testing.input([[1, 2, 3], [4, 6]]).pipe(DStream.filter((n) => n % 2 === 0))
 * assert.deepEqual(await Effect.runPromise(Testing.run(even)), [[2], [4, 6]])
 * ```
 *
 * @module
 */
export * as Testing from "./testing/testing.ts"
