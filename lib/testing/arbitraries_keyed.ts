/**
 * Random pairs, and random keys of which some are much more frequent than others.
 *
 * @module
 */
import * as fc from "fast-check"

/** The distribution of random keys. */
export interface SkewOptions {
  /** The number of different keys. Default 5. */
  readonly distinct?: number | undefined
  /**
   * The exponent of Zipf's law. With 0, all keys are equally frequent. With 1 (the default), the n-th key is n times as
   * rare.
   */
  readonly skew?: number | undefined
}

/**
 * Generates keys `k0`, `k1`, … whose frequency follows Zipf's law: a few frequent keys and several rare ones. Shrinks
 * to `k0`.
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
 * Generates pairs of a key and a value. Without a generator of keys, they come from {@link skewedKeys}.
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
} = ((value: fc.Arbitrary<unknown>, key: fc.Arbitrary<unknown> = skewedKeys()) => fc.tuple(key, value)) as never
