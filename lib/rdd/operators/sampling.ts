/**
 * Operators that draw random samples: sample, randomSplit.
 *
 * The same seed gives the same sample in every run, and the same one as in Spark.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { checkSeed } from "../numbers/random.ts"
import type { Block } from "../block.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import * as Samplers from "../numbers/samplers.ts"
import { known } from "./known_steps.ts"

/** Option of random samples: the seed. */
export interface SeedOption {
  /** A whole number; 0 by default. The same seed gives the same sample of the same partitions. */
  readonly seed?: number | undefined
}

/** Options of random samples: the seed, and whether to draw with replacement. */
export interface SampleOptions extends SeedOption {
  /** Whether a record can be taken more than once; false by default. */
  readonly withReplacement?: boolean | undefined
}

/** How far a fraction may exceed 1: computed fractions may be a little too large because of rounding. */
const ROUNDING_ERROR = 1e-6

const checkFraction = (fraction: number, withReplacement: boolean): InvalidOption | undefined => {
  const given = { where: "RDD.sample", option: "fraction", value: fraction }
  if (!(fraction >= 0)) {
    const expected = `0 or more (Spark: "Fraction must be nonnegative, but got ${fraction}")`
    return new InvalidOption({ ...given, expected })
  }
  if (withReplacement || fraction <= 1 + ROUNDING_ERROR) return undefined
  return new InvalidOption({
    ...given,
    expected: `at most 1 without replacement (Spark: "Sampling fraction (${fraction}) must be on interval [0, 1]")`,
  })
}

/**
 * Draws a random sample of the records.
 *
 * Without replacement, `fraction` is the probability that a record is taken, from 0 to 1. With replacement, it is how
 * often each record is taken on average, from 0. The partitioner is kept. Spark: `RDD.sample`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const some = RDD.range(0, 40, { partitions: 2 }).pipe(RDD.sample(0.2, { seed: 7 }), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(some, sc)), [10, 17, 19, 22, 37, 38])
 * ```
 */
export const sample: {
  (fraction: number, options?: SampleOptions): <A, E, R>(self: RDD<A, E, R>) => RDD<A, E, R>
  <A, E, R>(self: RDD<A, E, R>, fraction: number, options?: SampleOptions): RDD<A, E, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    fraction: number,
    { seed = 0, withReplacement = false }: SampleOptions = {},
  ): RDD<A, E, R> =>
    make(
      "sample",
      [self],
      { kind: "narrow", preserves: true, step: known("sample", { fraction, seed, withReplacement }) },
      checkFraction(fraction, withReplacement) ?? checkSeed("RDD.sample", seed),
    ),
)

const checkWeights = (weights: ReadonlyArray<number>, sum: number): InvalidOption | undefined => {
  const shown = `[${weights.join(",")}]`
  const given = { where: "RDD.randomSplit", option: "weights", value: shown }
  if (!weights.every((weight) => weight >= 0)) {
    const expected = `numbers of 0 or more (Spark: "Weights must be nonnegative, but got ${shown}")`
    return new InvalidOption({ ...given, expected })
  }
  if (sum > 0 && sum < Infinity) return undefined
  const expected = `numbers with a positive finite sum (Spark: "Sum of weights must be positive, but got ${shown}")`
  return new InvalidOption({ ...given, expected })
}

/**
 * Splits an RDD at random into one RDD for each weight.
 *
 * Each record is in exactly one of the results, with a probability in proportion to its weight. Each result computes
 * the RDD anew: persist it first if that is expensive. Spark: `RDD.randomSplit`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const parts = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.randomSplit([0.3, 0.7], { seed: 11 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(Effect.forEach(parts, RDD.collect), sc)), [
 *   [0, 1, 4, 7, 8, 13, 14, 16],
 *   [2, 3, 5, 6, 9, 10, 11, 12, 15, 17, 18, 19],
 * ])
 * ```
 */
export const randomSplit: {
  (weights: ReadonlyArray<number>, options?: SeedOption): <A, E, R>(self: RDD<A, E, R>) => Array<RDD<A, E, R>>
  <A, E, R>(self: RDD<A, E, R>, weights: ReadonlyArray<number>, options?: SeedOption): Array<RDD<A, E, R>>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    weights: ReadonlyArray<number>,
    { seed = 0 }: SeedOption = {},
  ): Array<RDD<A, E, R>> => {
    const sum = weights.reduce((a, b) => a + b, 0)
    const invalid = checkWeights(weights, sum) ?? checkSeed("RDD.randomSplit", seed)
    const lastWithWeight = weights.findLastIndex((weight) => weight > 0)
    let end = 0
    return weights.map((weight, i) => {
      const low = end
      end += weight / sum
      // Because of rounding, the fractions may add up to less than 1, but each record must be in one of the results.
      const high = i === lastWithWeight ? 1 : end
      return make("randomSplit", [self], {
        kind: "narrow",
        preserves: true,
        step: {
          kind: "partition",
          f: (block: Block<A>, index) =>
            Samplers.taken(block, Samplers.interval(low, high, BigInt(seed) + BigInt(index))),
        },
      }, invalid)
    })
  },
)
