/**
 * Random samples: sample, randomSplit, takeSample. The same seed gives the same sample, the one that Spark draws.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { count } from "../actions/collecting.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriver, records } from "../job.ts"
import { checkSeed, linear, shuffled } from "../numbers/random.ts"
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

const sampled = <A, E, R>(
  self: RDD<A, E, R>,
  fraction: number,
  { seed = 0, withReplacement = false }: SampleOptions,
): RDD<A, E, R> =>
  make(
    "sample",
    [self],
    {
      kind: "narrow",
      preserves: true,
      step: {
        kind: "partition",
        f: (part: ReadonlyArray<A>, index) => {
          const sampler = withReplacement ? Samplers.withReplacement : Samplers.bernoulli
          return Samplers.taken(part, sampler(fraction, seedOf(seed, index)))
        },
      },
    },
    checkFraction(fraction, withReplacement) ?? checkSeed("RDD.sample", seed),
  )

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
  <A, E, R>(self: RDD<A, E, R>, fraction: number, options: SampleOptions = {}): RDD<A, E, R> =>
    sampled(self, fraction, options),
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

/**
 * `n` records at random, in random order; all of them if there are no more and none is to be taken twice. Samples until
 * there are enough, so this may compute the records more than once. Spark: `RDD.takeSample`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const five = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.takeSample(5, { seed: 1 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(five, sc)), [7, 5, 18, 12, 10])
 * ```
 */
export const takeSample: {
  (
    n: number,
    options?: SampleOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<A>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options?: SampleOptions,
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    { seed = 0, withReplacement = false }: SampleOptions = {},
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => {
    const invalid = Number.isInteger(n) && n >= 0 ? checkSeed("RDD.takeSample", seed) : new InvalidOption({
      where: "RDD.takeSample",
      option: "n",
      value: n,
      expected: "a whole number from 0: Negative number of elements requested",
    })
    const checked = last<A, E, R>("takeSample", self, { kind: "filter", f: () => true }, invalid)
    return Effect.gen(function* () {
      if (invalid === undefined && n === 0) return []
      const total = yield* count(checked)
      if (total === 0) return []
      const rng = linear(BigInt(seed))
      if (!withReplacement && n >= total) {
        const all = yield* records(checked)
        return yield* onDriver(checked, () => shuffled(all, rng))
      }
      const fraction = Samplers.fractionFor(n, total, withReplacement)
      const draw = Effect.suspend(() => records(sampled(self, fraction, { seed: rng.nextInt(), withReplacement })))
      let drawn = yield* draw
      while (drawn.length < n) drawn = yield* draw
      return yield* onDriver(checked, () => shuffled(drawn, rng).slice(0, n))
    })
  },
)
