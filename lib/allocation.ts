/**
 * Allocations: what each batch reads, as plain data with a Schema. An entry point of its own, because Schema is a large
 * import that most programs do not need.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Allocation } from "@dstream/dstream/allocation"
 * import { Schema } from "effect"
 *
 * assert.equal(Schema.is(Allocation)({ time: 1000, inputs: {} }), true)
 * ```
 *
 * @module
 */
export { Allocation, InputAllocation } from "./dstream/inputs/allocation_schema.ts"
export type { BlockRef } from "./dstream/inputs/allocation.ts"
