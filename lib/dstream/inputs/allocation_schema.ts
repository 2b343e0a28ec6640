/**
 * The Schema of allocations. It has a file of its own because Schema is a large import.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import type { Allocation as AllocationType, InputAllocation as InputAllocationType } from "./allocation.ts"

const Logged = Schema.Struct({
  number: Schema.Number,
  place: Schema.Struct({ segment: Schema.Number, offset: Schema.Number, length: Schema.Number }),
  from: Schema.Number,
  position: Schema.optionalKey(Schema.Unknown),
})

const Blocks = Schema.Struct({
  _tag: Schema.Literal("Blocks"),
  blocks: Schema.Array(
    Schema.Struct({ id: Schema.String, records: Schema.Number, logged: Schema.optionalKey(Logged) }),
  ),
})

const Position = Schema.Struct({
  _tag: Schema.Literal("Position"),
  position: Schema.Unknown,
  records: Schema.optionalKey(Schema.Number),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
})

/**
 * The Schema of the share of one input in a batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { InputAllocation } from "@dstream/dstream/allocation"
 * import { Schema } from "effect"
 *
 * assert.equal(Schema.is(InputAllocation)({ _tag: "Nothing" }), true)
 * assert.equal(Schema.is(InputAllocation)({ _tag: "Position" }), false)
 * ```
 */
export const InputAllocation: Schema.Codec<InputAllocationType, unknown> = Schema.Union([
  Blocks,
  Position,
  Schema.Struct({ _tag: Schema.Literal("Nothing"), position: Schema.optionalKey(Schema.Unknown) }),
])

/**
 * The Schema of what a batch reads.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Allocation } from "@dstream/dstream/allocation"
 * import { Schema } from "effect"
 *
 * const allocation = { time: 1000, inputs: { "Socket stream [0]": { _tag: "Blocks", blocks: [{ id: "input-0-1", records: 2 }] } } } as const
 * const json = Schema.encodeSync(Schema.fromJsonString(Allocation))(allocation)
 * assert.deepEqual(Schema.decodeSync(Schema.fromJsonString(Allocation))(json), allocation)
 * ```
 */
export const Allocation: Schema.Codec<AllocationType, unknown> = Schema.Struct({
  time: Schema.Number,
  inputs: Schema.Record(Schema.String, InputAllocation),
})
