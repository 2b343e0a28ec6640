/**
 * Formats of states in checkpoints: how values are written, in which versions, and how values of an earlier version of the
 * program become values of this one. States of plain data need no format.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as StateFormat from "@dstream/dstream/state_format"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option, Schema } from "effect"
 *
 * // The first version of the program kept numbers, this one keeps objects.
 * const format = StateFormat.first(Schema.Number).pipe(
 *   StateFormat.next(Schema.Struct({ count: Schema.Number }), (count) => ({ count })),
 * )
 * const counts = Testing.input<[string, number]>([[["a", 1]], [["a", 2]]]).pipe(
 *   DStream.updateStateByKey((ones: ReadonlyArray<number>, state: Option.Option<{ readonly count: number }>) =>
 *     Option.some({ count: Option.match(state, { onNone: () => 0, onSome: ({ count }) => count }) + ones.length }), { format }),
 *   DStream.named("counts"),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["a", { count: 1 }]], [["a", { count: 2 }]]])
 * ```
 *
 * @module
 */
export type { StateFormat } from "./dstream/state_format.ts"
export { first, next } from "./dstream/state/state_schemas.ts"
