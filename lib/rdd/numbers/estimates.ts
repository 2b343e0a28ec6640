/**
 * Estimates of counts, sums and means from the partitions that have been computed.
 *
 * All of them assume that each record is in a computed partition with the same probability, independently of the other
 * records: the number of computed partitions divided by the number of all partitions.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"
import type { Stats } from "./moments.ts"
import { negativeBinomial, student } from "./quantiles.ts"

/** How many partitions of an RDD have been computed. */
export interface Progress {
  /** The number of computed partitions. */
  readonly done: number
  /** The number of all partitions. */
  readonly total: number
}

/** An estimated number with bounds. Spark: `BoundedDouble`. */
export interface BoundedDouble {
  /** The estimate. */
  readonly mean: number
  /** The probability that the number is within the bounds: 1 if it is exact, 0 if nothing is known about it. */
  readonly confidence: number
  /** The lower bound, inclusive. */
  readonly low: number
  /** The upper bound, inclusive. */
  readonly high: number
}

/** Option of estimates: the confidence of their bounds. */
export interface ConfidenceOption {
  /** The probability that the number is within the bounds: from 0 to 1; 0.95 by default. */
  readonly confidence?: number | undefined
}

/** The default confidence. */
export const CONFIDENCE = 0.95

/** Checks that a confidence is a number from 0 to 1. */
export const checkConfidence = (where: string, confidence: number): InvalidOption | undefined =>
  confidence >= 0 && confidence <= 1 ? undefined : new InvalidOption({
    where,
    option: "confidence",
    value: confidence,
    expected: `a number from 0 to 1 (Spark: "confidence (${confidence}) must be in [0,1]")`,
  })

/** A number that is known exactly. */
const exact = (value: number): BoundedDouble => ({ mean: value, confidence: 1, low: value, high: value })

/** A number of which nothing is known but that it is at least `low`. */
const unbounded = (low: number): BoundedDouble => ({ mean: 0, confidence: 0, low, high: Infinity })

/** Returns symmetric bounds around a mean, by Student's t distribution. */
const studentBounds = (mean: number, deviation: number, freedom: number, confidence: number): BoundedDouble => {
  const factor = student((1 + confidence) / 2, freedom)
  const half = factor === Infinity ? Infinity : factor * deviation
  return { mean, confidence, low: mean - half, high: mean + half }
}

/**
 * Estimates how many records there are if the computed partitions have `seen` records.
 *
 * Each record is seen with probability `done / total`. Then the number of unseen records follows the negative binomial
 * distribution, as the number of failed trials before a given number of successes does. Its quantiles are exact bounds:
 * they hold with at least the given confidence.
 */
export const estimateCount = (seen: number, { done, total }: Progress, confidence: number): BoundedDouble => {
  if (done === total) return exact(seen)
  if (done === 0) return unbounded(0)
  const [fraction, mean] = [done / total, (seen * total) / done]
  return {
    mean,
    confidence,
    low: Math.min(mean, seen + negativeBinomial((1 - confidence) / 2, seen, fraction)),
    high: Math.max(mean, seen + negativeBinomial((1 + confidence) / 2, seen + 1, fraction)),
  }
}

/**
 * What an estimate of a sum needs to know about the numbers seen: their count, their sum, and the sum of their squares.
 */
export type Sums = readonly [count: number, sum: number, squares: number]

/** Estimates the sum of all numbers from the numbers seen. The variance of the estimate follows from their squares. */
export const estimateSum = (
  [count, sum, squares]: Sums,
  { done, total }: Progress,
  confidence: number,
): BoundedDouble => {
  if (done === total) return exact(sum)
  if (count === 0) return unbounded(-Infinity)
  const fraction = done / total
  return studentBounds((sum * total) / done, Math.sqrt((1 - fraction) * squares) / fraction, count - 1, confidence)
}

/** Estimates the mean of all numbers from the numbers seen. The bounds narrow as fewer partitions are missing. */
export const estimateMean = (
  { count, mean, sampleVariance }: Stats,
  { done, total }: Progress,
  confidence: number,
): BoundedDouble => {
  if (done === total) return exact(mean)
  if (count === 0) return unbounded(-Infinity)
  return studentBounds(mean, Math.sqrt(((1 - done / total) * sampleVariance) / count), count - 1, confidence)
}
