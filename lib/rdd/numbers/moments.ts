/**
 * Moments: a mergeable summary of numbers from which their statistics are computed.
 *
 * @module
 */
import type { Piecewise } from "../../core/pace.ts"
import { type Block, forEachPiece } from "../block.ts"

/**
 * Statistics of numbers.
 *
 * Without numbers, `mean` and `sum` are 0, variances and standard deviations are `NaN`, `min` is `Infinity`, and `max`
 * is `-Infinity`. Spark: `StatCounter`.
 */
export interface Stats {
  /** How many numbers there are. */
  readonly count: number
  /** The mean of the numbers. */
  readonly mean: number
  /** The sum of the numbers, computed as `count` times `mean`. */
  readonly sum: number
  /** The smallest number. */
  readonly min: number
  /** The largest number. */
  readonly max: number
  /** The population variance: the sum of the squared deviations from the mean, divided by `count`. */
  readonly variance: number
  /** The population standard deviation: the square root of `variance`. */
  readonly stdev: number
  /** The sample variance: the sum of the squared deviations from the mean, divided by `count` - 1. */
  readonly sampleVariance: number
  /** The sample standard deviation: the square root of `sampleVariance`. */
  readonly sampleStdev: number
}

/** A summary of numbers. `m2` is the sum of the squared deviations from the mean. */
export type Moments = readonly [count: number, mean: number, m2: number, min: number, max: number]

/** The moments of no numbers. */
export const noMoments: Moments = [0, 0, 0, Infinity, -Infinity]

/** Returns the moments of a partition, as its only record. */
export function* momentsOf(block: Block<number>): Piecewise<ReadonlyArray<Moments>> {
  let [count, mean, m2, min, max] = noMoments
  yield* forEachPiece(block, (part, from, to) => {
    for (let i = from; i < to; i++) {
      const x = part[i]!
      const delta = x - mean
      count++
      mean += delta / count
      m2 += delta * (x - mean)
      min = Math.min(min, x)
      max = Math.max(max, x)
    }
  })
  return [[count, mean, m2, min, max]]
}

/** Merges the moments of two sets of numbers. */
export const mergeMoments = (a: Moments, b: Moments): Moments => {
  if (a[0] === 0) return b
  if (b[0] === 0) return a
  const [countA, meanA, m2A] = a
  const [countB, meanB, m2B] = b
  const delta = meanB - meanA
  const count = countA + countB
  // If the counts differ much, correcting the mean of the larger set loses less precision than a weighted mean.
  const mean = countB * 10 < countA
    ? meanA + (delta * countB) / count
    : countA * 10 < countB
    ? meanB - (delta * countA) / count
    : (meanA * countA + meanB * countB) / count
  const m2 = m2A + m2B + (delta * delta * countA * countB) / count
  return [count, mean, m2, Math.min(a[3], b[3]), Math.max(a[4], b[4])]
}

/** Computes the statistics from the moments. */
export const statsOf = ([count, mean, m2, min, max]: Moments): Stats => {
  const variance = count === 0 ? NaN : m2 / count
  const sampleVariance = count <= 1 ? NaN : m2 / (count - 1)
  return {
    count,
    mean,
    sum: count * mean,
    min,
    max,
    variance,
    stdev: Math.sqrt(variance),
    sampleVariance,
    sampleStdev: Math.sqrt(sampleVariance),
  }
}
