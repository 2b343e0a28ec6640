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
  /**
   * The greatest number of batches. Default: 4, or as many as the pipeline of a law needs for its windows to slide and
   * its keys to time out.
   */
  readonly maxBatches?: number | undefined
  /** The greatest number of records in a batch. Default 8. */
  readonly maxRecords?: number | undefined
}

/** The default of `maxBatches`, where no law needs more. */
const FEW = 4
/** The most batches that are generated for the windows of a pipeline. A longer window needs a test with fewer batches. */
const MOST = 240

/** For each generator without `maxBatches`: how to generate the batches for a pipeline that needs a number of them. */
const longer = new WeakMap<object, (needed: number) => fc.Arbitrary<unknown>>()

/**
 * Returns a generator whose batches suffice for a pipeline that needs a number of them, if the given one was made by
 * this module without `maxBatches`. Others stay as they are.
 */
export const longEnough = <B>(generator: fc.Arbitrary<B>, needed: number): fc.Arbitrary<B> =>
  needed === 0 ? generator : longer.get(generator)?.(needed) as fc.Arbitrary<B> | undefined ?? generator

const arrayOf = <B>(batch: fc.Arbitrary<B>, least: number, most: number) => {
  const maxLength = Math.max(least, most)
  // fast-check shrinks an array that may be empty from both ends, but one with a minimum length from the front only.
  return least <= 1
    ? fc.array(batch, { maxLength }).filter(({ length }) => length >= least)
    : fc.array(batch, { minLength: least, maxLength })
}

/**
 * Generates arrays of batches that are long enough for windows to lose their oldest batch, with stretches in which
 * nothing arrives, so that keys time out.
 */
const longArrayOf = <B>(batch: fc.Arbitrary<B>, empty: B, least: number, needed: number) => {
  const most = Math.min(MOST, Math.max(FEW, 2 * needed + 2))
  const quiet = fc.constant<ReadonlyArray<B>>(Array.from({ length: needed }, () => empty))
  const stretch = fc.oneof(
    { withCrossShrink: true },
    { weight: Math.max(8, needed), arbitrary: fc.tuple(batch) },
    { weight: 1, arbitrary: quiet },
  )
  return arrayOf(stretch, least, most).map((stretches): ReadonlyArray<B> => stretches.flat().slice(0, most))
}

/** Generates batches; `empty` is one without records. */
const sized = <B>(batch: fc.Arbitrary<B>, empty: B, options: SizeOptions): fc.Arbitrary<ReadonlyArray<B>> => {
  const { maxBatches, minBatches = 1 } = options
  const generator = arrayOf(batch, minBatches, maxBatches ?? FEW)
  if (maxBatches === undefined) longer.set(generator, (needed) => longArrayOf(batch, empty, minBatches, needed))
  return generator
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
  sized<ReadonlyArray<A>>(fc.array(record, { maxLength: options.maxRecords ?? 8 }), [], options)

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
  return sized<ReadonlyArray<A> | null>(batch, [], options)
}
