/**
 * Operators that draw random samples of pairs, with a fraction for each key: sampleByKey, sampleByKeyExact.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { pairOf } from "../../core/pairs.ts"
import { InvalidOption } from "../../core/errors.ts"
import { showRecord } from "../../core/show.ts"
import type { Block } from "../block.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriver, records } from "../job.ts"
import { fractionOf, type Fractions, tableOf } from "../numbers/exact_samples.ts"
import type { KeyCount } from "../numbers/key_counts.ts"
import { checkSeed, type Generator, poisson, well, xorShift } from "../numbers/random.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import type { Narrow } from "../primitive.ts"
import { taken } from "../numbers/samplers.ts"
import { known } from "./known_steps.ts"
import type { SampleOptions } from "./sampling.ts"

export type { Fractions }

type Pair<K> = readonly [K, unknown]

const checkFractions = (where: string, fractions: Fractions<unknown>, seed: number): InvalidOption | undefined => {
  const invalid = [...fractions].find(([, fraction]) => !(fraction >= 0))
  if (invalid === undefined) return checkSeed(where, seed)
  const [key, value] = invalid
  const expected = '0 or more (Spark: "Negative sampling rates.")'
  return new InvalidOption({ where, option: `fraction of ${showRecord(key)}`, value, expected })
}

/**
 * Draws a random sample of pairs, with a fraction for each key.
 *
 * Without replacement, the fraction is the probability that a pair of the key is taken. With replacement, it is how
 * often each pair is taken on average. A key without a fraction fails the job with `Mismatch`. The partitioner is kept.
 * Spark: `PairRDDFunctions.sampleByKey`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.keyBy((n) => n < 10 ? "a" : "b"))
 * const some = pairs.pipe(RDD.sampleByKey([["a", 0.3], ["b", 0]], { seed: 4 }), RDD.values, RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(some, sc)), [1, 2, 4, 8])
 * ```
 */
export const sampleByKey: {
  <K>(
    fractions: Fractions<K>,
    options?: SampleOptions,
  ): <V, E, R>(self: RDD<readonly [K, V], E, R>) => RDD<[K, V], E, R>
  <K, V, E, R>(self: RDD<readonly [K, V], E, R>, fractions: Fractions<K>, options?: SampleOptions): RDD<[K, V], E, R>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    fractions: Fractions<K>,
    { seed = 0, withReplacement = false }: SampleOptions = {},
  ): RDD<[K, V], E, R> => {
    const entries = [...fractions]
    return make("sampleByKey", [self], {
      kind: "narrow",
      preserves: true,
      step: {
        kind: "partition",
        f: (block: Block<Pair<K>>, index) => {
          const table = tableOf(entries)
          const partitionSeed = BigInt(seed) + BigInt(index)
          const uniform = xorShift(partitionSeed)
          const byFraction = new Map<number, Generator>()
          const times = (fraction: number): number => {
            if (!withReplacement) return uniform.nextDouble() < fraction ? 1 : 0
            const rng = byFraction.get(fraction) ?? well(partitionSeed)
            byFraction.set(fraction, rng)
            return poisson(fraction, rng)
          }
          return taken(block, (pair) => times(fractionOf(table, pairOf(pair)[0])))
        },
      },
    }, checkFractions("RDD.sampleByKey", entries, seed))
  },
)

/**
 * Draws a random sample of pairs with an exact size for each key.
 *
 * The size is the fraction of the key times the number of its pairs, rounded up. Runs a job first, which counts the
 * pairs of each key. A key without a fraction fails with `Mismatch`. The partitioner is kept. Spark:
 * `PairRDDFunctions.sampleByKeyExact`, which draws other samples from the same seed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const pairs = RDD.range(0, 20).pipe(RDD.keyBy((n) => n < 10 ? "a" : "b"))
 * const sizes = pairs.pipe(RDD.sampleByKeyExact([["a", 0.3], ["b", 0.5]]), Effect.flatMap(RDD.countByKey))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(new Map(await Effect.runPromise(Effect.provide(sizes, sc))), new Map([["a", 3], ["b", 5]]))
 * ```
 */
export const sampleByKeyExact: {
  <K>(
    fractions: Fractions<K>,
    options?: SampleOptions,
  ): <V, E, R>(
    self: RDD<readonly [K, V], E, R>,
  ) => Effect.Effect<RDD<[K, V], E, R>, ActionError<E>, R | Engine>
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    fractions: Fractions<K>,
    options?: SampleOptions,
  ): Effect.Effect<RDD<[K, V], E, R>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <K, V, E, R>(
    self: RDD<readonly [K, V], E, R>,
    fractions: Fractions<K>,
    { seed = 0, withReplacement = false }: SampleOptions = {},
  ): Effect.Effect<RDD<[K, V], E, R>, ActionError<E>, R | Engine> => {
    const entries = [...fractions]
    const invalid = checkFractions("RDD.sampleByKeyExact", entries, seed)
    const counts = last<KeyCount<K>, E, R>("sampleByKeyExact", self, known("keyCounts", null), invalid)
    const stepFor = (counts: ReadonlyArray<KeyCount<K>>): Narrow =>
      known("exactSample", { counts, fractions: entries, seed, withReplacement })
    return Effect.map(
      Effect.flatMap(records(counts), (all) => onDriver(counts, () => stepFor(all))),
      (step) => make("sampleByKeyExact", [self], { kind: "narrow", preserves: true, step }),
    )
  },
)
