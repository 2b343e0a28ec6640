/**
 * The test kit: run your own pipelines in virtual time, batch by batch, without waiting; compare them with what they mean,
 * for random batches; try out laws that they, your operators and your functions should obey; make things fail on purpose.
 * Random values are those of fast-check, which nothing else in the library needs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const even = DStream.filter((n: number) => n % 2 === 0)
 * assert.deepEqual(await Effect.runPromise(Testing.run(even(Testing.input([[1, 2, 3], [4, 6]])))), [[2], [4, 6]])
 *
 * const input = Testing.arrivals(fc.integer())
 * await Effect.runPromise(Testing.check(Testing.laws.partitioningIsInvisible(even, { input }), { runs: 20 }))
 * ```
 *
 * @module
 */
export * as Testing from "./testing/testing.ts"
