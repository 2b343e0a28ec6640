/**
 * Random samples: sample, randomSplit. The same seed gives the same sample, the one that Spark draws.
 *
 * @module
 */
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { checkSeed, linear } from "../numbers/random.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import * as Samplers from "../numbers/samplers.ts"

/** The seed of a random choice. */
export interface SeedOption {
  /** A whole number; 0 unless given. The same seed gives the same sample of the same partitions, every time. */
  readonly seed?: number | undefined
}

/** How to draw a sample. */
export interface SampleOptions extends SeedOption {
  /** Whether a record may be taken more than once; no, unless given. */
  readonly withReplacement?: boolean | undefined
}

/** The seed of a partition: the one that comes as many draws after the first. */
const seedOf = (seed: number, partition: number): bigint => {
  const seeds = linear(BigInt(seed))
  for (let i = 0; i < partition; i++) seeds.nextLong()
  return seeds.nextLong()
}

/** Rounding may leave a probability that was computed a little above 1. */
const EPSILON = 1e-6

const checkFraction = (fraction: number, withReplacement: boolean): InvalidOption | undefined => {
  const wrong = { where: "RDD.sample", option: "fraction", value: fraction }
  if (!(fraction >= 0)) {
    return new InvalidOption({ ...wrong, expected: `0 or more: Fraction must be nonnegative, but got ${fraction}` })
  }
  if (withReplacement || fraction <= 1 + EPSILON) return undefined
  return new InvalidOption({
    ...wrong,
    expected: `at most 1 without replacement: Sampling fraction (${fraction}) must be on interval [0, 1]`,
  })
}

/**
 * A random sample. Without replacement, `fraction` is the probability of each record to be taken; with replacement, how
 * often each is taken on average. The partitioner stays. Spark: `RDD.sample`.
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
  ): RDD<A, E, R> => {
    const draw = (records: ReadonlyArray<A>, partition: number): ReadonlyArray<A> => {
      const sampler = withReplacement ? Samplers.withReplacement : Samplers.bernoulli
      return Samplers.taken(records, sampler(fraction, seedOf(seed, partition)))
    }
    return make(
      "sample",
      [self],
      { kind: "narrow", preserves: true, step: { kind: "partition", f: draw } },
      checkFraction(fraction, withReplacement) ?? checkSeed("RDD.sample", seed),
    )
  },
)

const checkWeights = (weights: ReadonlyArray<number>, sum: number): InvalidOption | undefined => {
  const shown = `[${weights.join(",")}]`
  const where = { where: "RDD.randomSplit", option: "weights", value: shown }
  if (!weights.every((weight) => weight >= 0)) {
    return new InvalidOption({ ...where, expected: `0 or more each: Weights must be nonnegative, but got ${shown}` })
  }
  return sum > 0 && sum < Infinity
    ? undefined
    : new InvalidOption({ ...where, expected: `positive together: Sum of weights must be positive, but got ${shown}` })
}

/**
 * Cuts an RDD at random into one RDD for each weight: every record is in exactly one of them, with a probability in
 * proportion to its weight. What is cut is computed once for each of them, unless it is persisted. Spark:
 * `RDD.randomSplit`.
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
    let to = 0
    return weights.map((weight, i) => {
      const from = to
      to += weight / sum
      // Sums of fractions may end below 1, and a record must not fall through the gap.
      const [low, high] = [from, weights.slice(i + 1).some((later) => later > 0) ? to : weight > 0 ? 1 : to]
      return make("randomSplit", [self], {
        kind: "narrow",
        preserves: true,
        step: {
          kind: "partition",
          f: (part: ReadonlyArray<A>, index) =>
            Samplers.taken(part, Samplers.cell(low, high, BigInt(seed) + BigInt(index))),
        },
      }, invalid)
    })
  },
)
