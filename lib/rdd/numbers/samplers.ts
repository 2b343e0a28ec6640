/**
 * Samplers: they decide how often each record of a partition is taken.
 *
 * @module
 */
import type { Piecewise } from "../../core/pace.ts"
import { type Block, forEachPiece } from "../block.ts"
import { type Generator, javaRandom, poisson, well, xorShift } from "./random.ts"

/** Returns how often to take the next record. It is called once for each record of a partition, in order. */
export type Sampler = () => number

/** Up to this fraction, drawing the gaps between taken records is cheaper than drawing a number for each record. */
const MAX_GAP_FRACTION = 0.4

/** The smallest uniform number that a gap is computed from, as in Spark: the logarithm of 0 is infinite. */
const SMALLEST = 5e-11

/** Skips as many records as the next gap is long, then takes one record as often as `times` returns. */
const gapSampler = (rng: Generator, logOfSkip: number, times: Sampler): Sampler => {
  const drawGap = () => Math.trunc(Math.log(Math.max(rng.nextDouble(), SMALLEST)) / logOfSkip)
  let toSkip = drawGap()
  return () => {
    if (toSkip > 0) {
      toSkip--
      return 0
    }
    const n = times()
    toSkip = drawGap()
    return n
  }
}

/** Creates a sampler that takes each record at most once, with probability `fraction`. */
const bernoulli = (fraction: number, seed: bigint): Sampler => {
  if (fraction <= 0) return () => 0
  if (fraction >= 1) return () => 1
  const rng = xorShift(seed)
  if (fraction <= MAX_GAP_FRACTION) return gapSampler(rng, Math.log1p(-fraction), () => 1)
  return () => rng.nextDouble() <= fraction ? 1 : 0
}

/** Draws from the Poisson distribution with mean `fraction`, given that the result is at least 1. */
const poissonAtLeastOne = (fraction: number, rng: Generator): Sampler => {
  const q = Math.exp(-fraction)
  return () => {
    let n = 1
    let p = q + (1 - q) * rng.nextDouble()
    for (p *= rng.nextDouble(); p > q; p *= rng.nextDouble()) n++
    return n
  }
}

/** Creates a sampler that takes each record any number of times, `fraction` times on average. */
export const withReplacement = (fraction: number, seed: bigint): Sampler => {
  if (fraction <= 0) return () => 0
  if (fraction <= MAX_GAP_FRACTION) {
    const rng = xorShift(seed)
    return gapSampler(rng, -fraction, poissonAtLeastOne(fraction, rng))
  }
  const rng = well(seed)
  return () => poisson(fraction, rng)
}

/** Creates a sampler that takes the records whose random number is at least `low` and less than `high`. */
export const interval = (low: number, high: number, seed: bigint): Sampler => {
  if (high <= low) return () => 0
  const rng = xorShift(seed)
  return () => {
    const x = rng.nextDouble()
    return x >= low && x < high ? 1 : 0
  }
}

/** Returns the records that a sampler takes. */
export function* taken<A>(block: Block<A>, sampler: (record: A) => number): Piecewise<Array<A>> {
  const out: Array<A> = []
  yield* forEachPiece(block, (records, from, to) => {
    for (let i = from; i < to; i++) {
      const record = records[i]!
      for (let n = sampler(record); n > 0; n--) out.push(record)
    }
  })
  return out
}

/**
 * Derives the seed of a partition as Spark does: partition `i` gets the `i`-th number of a generator, counted from 0.
 */
const partitionSeed = (seed: number, partition: number): bigint => {
  const seeds = javaRandom(BigInt(seed))
  for (let i = 0; i < partition; i++) seeds.nextLong()
  return seeds.nextLong()
}

/** A random sample: its fraction and seed, and whether records can be taken more than once. */
export interface Sampling {
  readonly fraction: number
  readonly seed: number
  readonly withReplacement: boolean
}

/** Returns a random sample of a partition. */
export const sampleOf = <A>(
  block: Block<A>,
  partition: number,
  { fraction, seed, withReplacement: replaces }: Sampling,
): Piecewise<Array<A>> =>
  taken(block, (replaces ? withReplacement : bernoulli)(fraction, partitionSeed(seed, partition)))

/**
 * Returns the smallest fraction for which a sample of `total` records has at least `n` with a probability of 99.99 %.
 */
export const fractionFor = (n: number, total: number, replacement: boolean): number => {
  if (replacement) {
    const deviations = n < 6 ? 12 : n < 16 ? 9 : 6
    return Math.max(n + deviations * Math.sqrt(n), 1e-10) / total
  }
  const fraction = n / total
  const gamma = -Math.log(1e-4) / total
  return Math.min(1, Math.max(1e-10, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction)))
}
