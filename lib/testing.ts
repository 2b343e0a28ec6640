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
export * from "./testing/advance.ts"
export * from "./testing/harness.ts"
export * from "./testing/runs.ts"
export { type Given, input, type InputOptions } from "./testing/input.ts"
export { arrivals, type Batches, batches, type SizeOptions } from "./testing/arbitraries.ts"
export { pairs, skewedKeys, type SkewOptions } from "./testing/arbitraries_keyed.ts"
export { cut, sliced, type Slices, type SlicesOf } from "./testing/slices.ts"
export { check, checkAll, type CheckOptions, type Held, LawBroken } from "./testing/check.ts"
export type { Reading } from "./testing/compare.ts"
export { failAt, failingOutput, failingStarts, type Fault, InjectedFault } from "./testing/faults.ts"
export { type Law, law, type Outcome, type Sides, type Statement, type Trial } from "./testing/law.ts"
export { type Arbitraries, type Inputs, type RecordIn, sameStreams, type Streams } from "./testing/law_streams.ts"
export * as laws from "./testing/laws.ts"
export { type BatchesOf, type Expected, oracle, type OracleOptions, perBatch } from "./testing/oracle.ts"
/** All of this under one name, for `import { Testing } from …`. */
export * as Testing from "./testing.ts"
