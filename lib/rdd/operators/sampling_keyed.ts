/**
 * Operators that draw random samples of pairs, with a fraction for each key: sampleByKey, sampleByKeyExact.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption, Mismatch } from "../../core/errors.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import type { Piecewise } from "../../core/pace.ts"
import { showRecord } from "../../core/show.ts"
import { type Block, forEachPiece } from "../block.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriver, records } from "../job.ts"
import { checkSeed, type Generator, poisson, well, xorShift } from "../numbers/random.ts"
import { isRDD, make, type RDD } from "../rdd.ts"
import type { SampleOptions } from "./sampling.ts"
import { taken } from "../numbers/samplers.ts"

/** The fraction of each key, as entries: an array of pairs, or a `Map` if the keys are strings or numbers. */
export type Fractions<K> = Iterable<readonly [key: K, fraction: number]>

type Pair<K> = readonly [K, unknown]

const tableOf = <K>(fractions: Fractions<K>): KeyedTable<K, number> => {
  const table = new KeyedTable<K, number>()
  for (const [key, fraction] of fractions) table.values[table.locate(key)] = fraction
  return table
}

const fractionOf = <K>(table: KeyedTable<K, number>, key: K): number => {
  const at = table.find(key)
  if (at < 0) throw new Mismatch({ problem: `key not found: ${showRecord(key)}. Add a fraction for this key` })
  return table.values[at]!
}

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
          return taken(block, ([key]) => times(fractionOf(table, key)))
        },
      },
    }, checkFractions("RDD.sampleByKey", entries, seed))
  },
)

/** Which pairs of a key to take. The pairs of a key are numbered from 0, across all partitions. */
interface Choice {
  /** The number of pairs of the key. */
  total: number
  /** For each partition, the number of its first pair of the key. */
  readonly firstIn: Map<number, number>
  /** How often to take which pair, by its number. */
  times: ReadonlyMap<number, number>
}

/** Chooses `size` of `total` pairs at random: how often to take which pair. */
const choose = (size: number, total: number, withReplacement: boolean, rng: Generator): ReadonlyMap<number, number> => {
  const times = new Map<number, number>()
  if (withReplacement) {
    for (let n = 0; n < size && total > 0; n++) {
      const at = Math.floor(rng.nextDouble() * total)
      times.set(at, (times.get(at) ?? 0) + 1)
    }
  } else {
    for (let at = 0; at < total && times.size < size; at++) {
      if (rng.nextDouble() * (total - at) < size - times.size) times.set(at, 1)
    }
  }
  return times
}

/** Counts the pairs of each key in a partition. */
function* countsOf<K>(
  block: Block<Pair<K>>,
  index: number,
): Piecewise<ReadonlyArray<readonly [K, number, number]>> {
  const table = new KeyedTable<K, number>()
  yield* forEachPiece(block, (pairs, from, to) => {
    for (let i = from; i < to; i++) {
      const at = table.locate(pairs[i]![0])
      table.values[at] = table.fresh ? 1 : table.values[at]! + 1
    }
  })
  return table.keys.map((key, i) => [key, table.values[i]!, index])
}

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
    const step = { kind: "partition", f: countsOf<K> } as const
    const counts = last<readonly [K, number, number], E, R>("sampleByKeyExact", self, step, invalid)
    const chooseAll = (all: ReadonlyArray<readonly [K, number, number]>): KeyedTable<K, Choice> => {
      const table = tableOf(entries)
      const choices = new KeyedTable<K, Choice>()
      for (const [key, count, index] of all) {
        const at = choices.locate(key)
        const choice = choices.fresh ? { total: 0, firstIn: new Map(), times: new Map() } : choices.values[at]!
        choice.firstIn.set(index, choice.total)
        choice.total += count
        choices.values[at] = choice
      }
      const rng = xorShift(BigInt(seed))
      choices.values.forEach((choice, i) => {
        const size = Math.ceil(choice.total * fractionOf(table, choices.keys[i]!))
        choice.times = choose(size, choice.total, withReplacement, rng)
      })
      return choices
    }
    const takeFrom =
      (choices: KeyedTable<K, Choice>) => (block: Block<Pair<K>>, index: number): Piecewise<ReadonlyArray<Pair<K>>> => {
        const seen = new Map<Choice, number>()
        return taken(block, ([key]) => {
          const choice = choices.values[choices.find(key)]
          if (choice === undefined) return 0
          const at = seen.get(choice) ?? choice.firstIn.get(index) ?? 0
          seen.set(choice, at + 1)
          return choice.times.get(at) ?? 0
        })
      }
    return Effect.map(
      Effect.flatMap(records(counts), (all) => onDriver(counts, () => chooseAll(all))),
      (choices) =>
        make("sampleByKeyExact", [self], {
          kind: "narrow",
          preserves: true,
          step: { kind: "partition", f: takeFrom(choices) },
        }),
    )
  },
)
