/**
 * Random inputs: batches of records, and batches as a live source delivers them.
 *
 * @module
 */
import * as fc from "fast-check"

/** The batches of one input: the records of each, or `null` if the input has no RDD in that batch. */
export type Batches<A> = ReadonlyArray<ReadonlyArray<A> | null>

/** The sizes of random inputs. */
export interface SizeOptions {
  /** The least number of batches. Default 1. */
  readonly minBatches?: number | undefined
  /** The greatest number of batches. Default 4. */
  readonly maxBatches?: number | undefined
  /** The greatest number of records in a batch. Default 8. */
  readonly maxRecords?: number | undefined
}

const arrayOf = <B>(batch: fc.Arbitrary<B>, { maxBatches = 4, minBatches = 1 }: SizeOptions) => {
  const maxLength = Math.max(minBatches, maxBatches)
  // fast-check shrinks an array that may be empty from both ends, but one with a minimum length from the front only.
  return minBatches <= 1
    ? fc.array(batch, { maxLength }).filter(({ length }) => length >= minBatches)
    : fc.array(batch, { minLength: minBatches, maxLength })
}

/**
 * Generates batches of records, some of them empty. Shrinks to fewer batches, shorter batches and smaller records.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import * as fc from "fast-check"
 *
 * const few = Testing.batches(fc.constantFrom("a", "b"), { maxBatches: 2, maxRecords: 3 })
 * fc.assert(fc.property(few, (given) => {
 *   assert.ok(given.length <= 2 && given.every((records) => records.length <= 3))
 * }))
 * ```
 */
export const batches = <A>(
  record: fc.Arbitrary<A>,
  options: SizeOptions = {},
): fc.Arbitrary<ReadonlyArray<ReadonlyArray<A>>> =>
  arrayOf(fc.array(record, { maxLength: options.maxRecords ?? 8 }), options)

/**
 * Generates batches as a live source delivers them: steady batches, bursts of up to four times `maxRecords`, empty
 * batches, and batches without an RDD (`null`).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import * as fc from "fast-check"
 *
 * const some = fc.sample(Testing.arrivals(fc.nat(), { minBatches: 20, maxRecords: 2 }), { numRuns: 20, seed: 1 }).flat()
 * assert.ok(some.some((records) => records === null))
 * assert.ok(some.some((records) => records?.length === 0))
 * assert.ok(some.some((records) => records !== null && records.length > 2))
 * ```
 */
export const arrivals = <A>(record: fc.Arbitrary<A>, options: SizeOptions = {}): fc.Arbitrary<Batches<A>> => {
  const { maxRecords = 8 } = options
  const steady: fc.Arbitrary<ReadonlyArray<A>> = fc.array(record, { maxLength: maxRecords })
  const burst = fc.array(record, { minLength: maxRecords + 1, maxLength: 4 * maxRecords })
  const batch = fc.oneof(
    { maxDepth: 1, withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant<ReadonlyArray<A>>([]) },
    { weight: 6, arbitrary: steady },
    { weight: 1, arbitrary: burst },
    { weight: 2, arbitrary: fc.constant(null) },
  )
  return arrayOf(batch, options)
}
