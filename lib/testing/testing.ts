/**
 * The test kit's namespace.
 *
 * @module
 */
export * from "./advance.ts"
export * from "./harness.ts"
export * from "./runs.ts"
export { type Given, input, type InputOptions } from "./input.ts"
export { arrivals, type Batches, batches, type SizeOptions } from "./arbitraries.ts"
export { pairs, skewedKeys, type SkewOptions } from "./arbitraries_keyed.ts"
export { cut, sliced, type Slices, type SlicesOf } from "./slices.ts"
export { check, checkAll, type CheckOptions, type Held, LawBroken } from "./check.ts"
export type { Reading } from "./compare.ts"
export { failAt, failingOutput, failingStarts, type Fault, InjectedFault } from "./faults.ts"
export { type Law, law, type Outcome, type Sides, type Statement, type Trial } from "./law.ts"
export { type Arbitraries, type Inputs, type RecordIn, sameStreams, type Streams } from "./law_streams.ts"
export * as laws from "./laws.ts"
export { type BatchesOf, type Expected, oracle, type OracleOptions, perBatch } from "./oracle.ts"
