/**
 * Moments: what has to be kept of numbers, of each partition and then of all, to know their statistics.
 *
 * @module
 */

/**
 * Statistics of some numbers. Of none, `mean` and `sum` are 0, the variances and deviations `NaN`, `min` is `Infinity`
 * and `max` `-Infinity`. Spark: `StatCounter`.
 */
export interface Stats {
  /** How many numbers. */
  readonly count: number
  /** Their mean. */
  readonly mean: number
  /** Their sum: `count` times `mean`. */
  readonly sum: number
  /** The smallest. */
  readonly min: number
  /** The largest. */
  readonly max: number
  /** The variance of the numbers themselves: deviations from the mean squared, summed, divided by `count`. */
  readonly variance: number
  /** The root of `variance`. */
  readonly stdev: number
  /** The variance of what the numbers are a sample of: divided by `count` − 1. */
  readonly sampleVariance: number
  /** The root of `sampleVariance`. */
  readonly sampleStdev: number
}

/** What is known of some numbers: count, mean, sum of squared deviations, extremes. */
export type Moments = readonly [count: number, mean: number, m2: number, min: number, max: number]

/** What is known of no numbers. */
export const none: Moments = [0, 0, 0, Infinity, -Infinity]

/** What is known of a partition, as its one record. */
export const momentsOf = (part: ReadonlyArray<number>): ReadonlyArray<Moments> => {
  let [count, mean, m2, min, max] = none
  for (let i = 0; i < part.length; i++) {
    const x = part[i]!
    const delta = x - mean
    count++
    mean += delta / count
    m2 += delta * (x - mean)
    min = Math.min(min, x)
    max = Math.max(max, x)
  }
  return [[count, mean, m2, min, max]]
}

/** What is known of both together. */
export const merged = (a: Moments, b: Moments): Moments => {
  if (a[0] === 0) return b
  if (b[0] === 0) return a
  const [n, mean, m2] = a
  const [m, other, o2] = b
  const delta = other - mean
  const count = n + m
  const middle = m * 10 < n
    ? mean + (delta * m) / count
    : n * 10 < m
    ? other - (delta * n) / count
    : (mean * n + other * m) / count
  return [count, middle, m2 + o2 + (delta * delta * n * m) / count, Math.min(a[3], b[3]), Math.max(a[4], b[4])]
}

/** The statistics that follow. */
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
