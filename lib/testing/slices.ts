/**
 * Batches divided into slices: their partitions, or several shorter batches.
 *
 * @module
 */
import * as fc from "fast-check"

/** The slices of a batch: its partitions, or several shorter batches. */
export type Slices<A> = ReadonlyArray<ReadonlyArray<A>>

/**
 * Divides records into slices of the given lengths. The remaining records form the last slice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * assert.deepEqual(Testing.cut([1, 2, 3], [2, 0]), [[1, 2], [], [3]])
 * ```
 */
export const cut = <A>(records: ReadonlyArray<A>, lengths: ReadonlyArray<number>): Slices<A> => {
  const slices: Array<ReadonlyArray<A>> = []
  let from = 0
  for (const length of lengths) {
    slices.push(records.slice(from, from + length))
    from += length
  }
  slices.push(records.slice(from))
  return slices
}

/**
 * Generates the batches of an input, each divided at random into slices: uneven ones, empty ones, or a single one.
 * Shrinks to fewer records first, then to fewer slices.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import * as fc from "fast-check"
 *
 * fc.assert(fc.property(Testing.sliced(fc.constant([[1, 2, 3], null])), ([first, second]) => {
 *   assert.deepEqual(first?.flat(), [1, 2, 3])
 *   assert.equal(second, null)
 * }))
 * ```
 */
export const sliced = <B extends ReadonlyArray<unknown> | null>(
  input: fc.Arbitrary<ReadonlyArray<B>>,
): fc.Arbitrary<ReadonlyArray<SlicesOf<B>>> =>
  fc.tuple(input, fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { maxLength: 4 })).map(([given, cuts]) =>
    given.map((records, i) => (records === null ? null : cut(records, cuts[i % cuts.length] ?? [])) as SlicesOf<B>)
  )

/** The slices of a batch. `null`, a batch without an RDD, stays `null`. */
export type SlicesOf<B> = B extends ReadonlyArray<infer A> ? Slices<A> : B
