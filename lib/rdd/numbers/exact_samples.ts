/**
 * Samples of pairs with an exact size for each key: counts the pairs of each key, and chooses among them.
 *
 * @module
 */
import { Mismatch } from "../../core/errors.ts"
import { pairOf } from "../../core/pairs.ts"
import { KeyedTable } from "../../core/keyed_table.ts"
import type { Piecewise } from "../../core/pace.ts"
import { showRecord } from "../../core/show.ts"
import type { Block } from "../block.ts"
import type { KeyCount } from "./key_counts.ts"
import { type Generator, xorShift } from "./random.ts"
import { taken } from "./samplers.ts"

/** The fraction of each key, as entries: an array of pairs, or a `Map` if the keys are strings or numbers. */
export type Fractions<K> = Iterable<readonly [key: K, fraction: number]>

type Pair<K> = readonly [K, unknown]

/** Makes a table of the fractions. */
export const tableOf = <K>(fractions: Fractions<K>): KeyedTable<K, number> => {
  const table = new KeyedTable<K, number>()
  for (const [key, fraction] of fractions) table.values[table.locate(key)] = fraction
  return table
}

/** Returns the fraction of a key. Throws `Mismatch` for a key without one. */
export const fractionOf = <K>(table: KeyedTable<K, number>, key: K): number => {
  const at = table.find(key)
  if (at < 0) throw new Mismatch({ problem: `key not found: ${showRecord(key)}. Add a fraction for this key` })
  return table.values[at]!
}

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

/** An exact sample: how often each key occurs in each partition, the fractions, the seed, and how to draw. */
export interface ExactSampling<K> {
  readonly counts: ReadonlyArray<KeyCount<K>>
  readonly fractions: ReadonlyArray<readonly [key: K, fraction: number]>
  readonly seed: number
  readonly withReplacement: boolean
}

/** Chooses the pairs of all keys. */
const chooseAll = <K>({ counts, fractions, seed, withReplacement }: ExactSampling<K>): KeyedTable<K, Choice> => {
  const table = tableOf(fractions)
  const choices = new KeyedTable<K, Choice>()
  for (const [key, count, index] of counts) {
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

/**
 * Makes a function that takes the pairs of a partition that belong to an exact sample. The choice depends on its arguments
 * alone, so it is the same wherever it is made. Throws `Mismatch` for a key without a fraction.
 */
export const exactSample = <K>(
  sampling: ExactSampling<K>,
): (block: Block<Pair<K>>, index: number) => Piecewise<ReadonlyArray<Pair<K>>> => {
  const choices = chooseAll(sampling)
  return (block, index) => {
    const seen = new Map<Choice, number>()
    return taken(block, (pair) => {
      const [key] = pairOf(pair)
      const choice = choices.values[choices.find(key)]
      if (choice === undefined) return 0
      const at = seen.get(choice) ?? choice.firstIn.get(index) ?? 0
      seen.set(choice, at + 1)
      return choice.times.get(at) ?? 0
    })
  }
}
