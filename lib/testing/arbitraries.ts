/**
 * Arbitrary inputs: records in batches, batches that arrive as they like, skewed keys, slices.
 *
 * @module
 */
import * as fc from "fast-check"

/** The batches of one input: the records of each, `null` where the input has no RDD. */
export type Batches<A> = ReadonlyArray<ReadonlyArray<A> | null>

/** How much arrives. */
export interface SizeOptions {
  /** At least so many batches: 1. */
  readonly minBatches?: number | undefined
  /** At most so many batches: 4. */
  readonly maxBatches?: number | undefined
  /** At most so many records in a batch: 8. */
  readonly maxRecords?: number | undefined
}

const manyOf = <B>(batch: fc.Arbitrary<B>, { maxBatches = 4, minBatches = 1 }: SizeOptions) => {
  const maxLength = Math.max(minBatches, maxBatches)
  // An array that may be empty shrinks from both ends, one with a least length from the front only.
  return minBatches <= 1
    ? fc.array(batch, { maxLength }).filter(({ length }) => length >= minBatches)
    : fc.array(batch, { minLength: minBatches, maxLength })
}

/**
 * Batches of these records, empty ones among them. Shrinks to fewer batches, shorter ones and smaller records.
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
  manyOf(fc.array(record, { maxLength: options.maxRecords ?? 8 }), options)

/**
 * Batches as a live source gives them: steady ones, bursts of up to four times `maxRecords`, silence (empty batches),
 * and batches without an RDD (`null`).
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
  return manyOf(batch, options)
}

/** How keys are spread. */
export interface SkewOptions {
  /** How many different keys: 5. */
  readonly distinct?: number | undefined
  /** The exponent of Zipf's law: 0 makes all keys equally frequent, 1 (the default) the n-th n times as rare. */
  readonly skew?: number | undefined
}

/**
 * Keys `k0`, `k1`, … whose frequency follows Zipf's law: few that are met all the time, and some that are rare.
 * Shrinks to `k0`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import * as fc from "fast-check"
 *
 * const keys = fc.sample(Testing.skewedKeys({ distinct: 3, skew: 2 }), { numRuns: 1000, seed: 1 })
 * const count = (key: string) => keys.filter((one) => one === key).length
 * assert.ok(count("k0") > 3 * count("k1") && count("k1") > count("k2"))
 * ```
 */
export const skewedKeys = (options: SkewOptions = {}): fc.Arbitrary<string> => {
  const { distinct = 5, skew = 1 } = options
  const weighted = Array.from({ length: Math.max(1, distinct) }, (_, i) => ({
    weight: Math.max(1, Math.round(10_000 / (i + 1) ** skew)),
    arbitrary: fc.constant(`k${i}`),
  }))
  return fc.oneof({ withCrossShrink: true }, ...weighted)
}

/**
 * Pairs of a key and a value; keys are skewed unless given.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import * as fc from "fast-check"
 *
 * fc.assert(fc.property(Testing.pairs(fc.nat()), ([key, value]) => {
 *   assert.match(key, /^k\d$/)
 *   assert.ok(value >= 0)
 * }))
 * ```
 */
export const pairs: {
  <V>(value: fc.Arbitrary<V>): fc.Arbitrary<readonly [string, V]>
  <K, V>(value: fc.Arbitrary<V>, key: fc.Arbitrary<K>): fc.Arbitrary<readonly [K, V]>
} = <V>(
  value: fc.Arbitrary<V>,
  key: fc.Arbitrary<string> = skewedKeys(),
): fc.Arbitrary<readonly [string, V]> => fc.tuple(key, value)

/** The partitions of a batch, or its parts in time. */
export type Slices<A> = ReadonlyArray<ReadonlyArray<A>>

/**
 * Cuts records at the given lengths; what remains is the last slice.
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
 * The batches of an input, each cut into slices as chance will have it: uneven ones, empty ones, one. Shrinks to fewer
 * records first, then to fewer slices.
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

/** The slices of a batch; `null` stays what it is. */
export type SlicesOf<B> = B extends ReadonlyArray<infer A> ? Slices<A> : B
