/**
 * Formats of states that are made of Schemas. They have a file of their own because Schema is a large import.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { Prototype } from "effect/Pipeable"
import * as Schema from "effect/Schema"
import type { StateFormat } from "../state_format.ts"

const make = <S>(fields: Pick<StateFormat<S>, "version" | "encode" | "decode">): StateFormat<S> =>
  Object.assign(Object.create(Prototype), fields)

/**
 * Makes the first version of a format: values are written as the Schema encodes them. States without a format are plain data
 * that is written as it is. A format can be added to them later if its Schema encodes values as they were.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as StateFormat from "@dstream/dstream/state_format"
 * import { Schema } from "effect"
 *
 * const visits = StateFormat.first(Schema.Struct({ count: Schema.Number, last: Schema.DateFromString }))
 * const stored = visits.encode({ count: 2, last: new Date(0) })
 * assert.deepEqual(stored, { count: 2, last: "1970-01-01T00:00:00.000Z" })
 * assert.deepEqual(visits.decode(stored, 1), { count: 2, last: new Date(0) })
 * ```
 */
export const first = <S, I>(schema: Schema.Codec<S, I>): StateFormat<S> => {
  const decode = Schema.decodeUnknownSync(schema)
  return make({ version: 1, encode: Schema.encodeSync(schema), decode: (stored) => decode(stored) })
}

/**
 * Adds a version to a format. Values of the version before become values of this one by `up`; new ones are written as the
 * Schema encodes them. Keep all earlier versions in the program as long as checkpoints may have them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as StateFormat from "@dstream/dstream/state_format"
 * import { Schema } from "effect"
 *
 * const counts = StateFormat.first(Schema.Number).pipe(
 *   StateFormat.next(Schema.Struct({ count: Schema.Number }), (count) => ({ count })),
 * )
 * assert.equal(counts.version, 2)
 * assert.deepEqual(counts.decode(3, 1), { count: 3 })
 * assert.deepEqual(counts.decode({ count: 3 }, 2), { count: 3 })
 * ```
 */
export const next: {
  <S, S2, I>(schema: Schema.Codec<S2, I>, up: (before: S) => S2): (self: StateFormat<S>) => StateFormat<S2>
  <S, S2, I>(self: StateFormat<S>, schema: Schema.Codec<S2, I>, up: (before: S) => S2): StateFormat<S2>
} = dual(3, <S, S2, I>(self: StateFormat<S>, schema: Schema.Codec<S2, I>, up: (before: S) => S2): StateFormat<S2> => {
  const decode = Schema.decodeUnknownSync(schema)
  const version = self.version + 1
  return make({
    version,
    encode: Schema.encodeSync(schema),
    decode: (stored, of) => of < version ? up(self.decode(stored, of)) : decode(stored),
  })
})
