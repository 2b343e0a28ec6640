/**
 * Estimates from the partitions that are done. All of them follow from one assumption: that every record lies in one of
 * these with the same probability, which is their part of all partitions, wherever the other records lie.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"
import type { Stats } from "./moments.ts"
import { negativeBinomial, student } from "./quantiles.ts"

/** How many of the partitions are done. */
export interface Progress {
  readonly done: number
  readonly total: number
}

/** A number that is not known exactly, and where it lies. Spark: `BoundedDouble`. */
export interface BoundedDouble {
  /** The estimate. */
  readonly mean: number
  /** The probability with which the number lies within the bounds: 1 if it is known, 0 if nothing is. */
  readonly confidence: number
  /** The number is this or greater. */
  readonly low: number
  /** The number is this or less. */
  readonly high: number
}

/** How sure an estimate is to be. */
export interface ConfidenceOption {
  /** The probability with which the bounds are to hold, from 0 to 1; 0.95 unless given. */
  readonly confidence?: number | undefined
}

/** The confidence unless another is given. */
export const CONFIDENCE = 0.95

/** Checks a confidence. */
export const checkConfidence = (where: string, confidence: number): InvalidOption | undefined =>
  confidence >= 0 && confidence <= 1 ? undefined : new InvalidOption({
    where,
    option: "confidence",
    value: confidence,
    expected: `a number from 0 to 1: confidence (${confidence}) must be in [0,1]`,
  })

const exact = (value: number): BoundedDouble => ({ mean: value, confidence: 1, low: value, high: value })

const unknown = (low: number): BoundedDouble => ({ mean: 0, confidence: 0, low, high: Infinity })

/** Bounds on both sides, as far away as Student's t distribution says. */
const around = (mean: number, deviation: number, freedom: number, confidence: number): BoundedDouble => {
  const factor = student((1 + confidence) / 2, freedom)
  const half = factor === Infinity ? Infinity : factor * deviation
  return { mean, confidence, low: mean - half, high: mean + half }
}

/**
 * How many there are, if so many have been `seen`. As many are missing as trials fail before the next one succeeds, so
 * bounds follow from the negative binomial distribution: the exact ones, which hold with the confidence or more.
 */
export const ofCount = (seen: number, { done, total }: Progress, confidence: number): BoundedDouble => {
  if (done === total) return exact(seen)
  if (done === 0) return unknown(0)
  const [part, mean] = [done / total, (seen * total) / done]
  return {
    mean,
    confidence,
    low: Math.min(mean, seen + negativeBinomial((1 - confidence) / 2, seen, part)),
    high: Math.max(mean, seen + negativeBinomial((1 + confidence) / 2, seen + 1, part)),
  }
}

/** What is to be known of numbers to estimate the sum of more: how many, their sum, the sum of their squares. */
export type Sums = readonly [count: number, sum: number, squares: number]

/** The sum of all, if the sums of those that have been seen are these. The squares tell its variance. */
export const ofSum = (
  [count, sum, squares]: Sums,
  { done, total }: Progress,
  confidence: number,
): BoundedDouble => {
  if (done === total) return exact(sum)
  if (count === 0) return unknown(-Infinity)
  const part = done / total
  return around((sum * total) / done, Math.sqrt((1 - part) * squares) / part, count - 1, confidence)
}

/** The mean of all, if those that have been seen are so. The fewer are left, the less it can change. */
export const ofMean = (
  { count, mean, sampleVariance }: Stats,
  { done, total }: Progress,
  confidence: number,
): BoundedDouble => {
  if (done === total) return exact(mean)
  if (count === 0) return unknown(-Infinity)
  return around(mean, Math.sqrt(((1 - done / total) * sampleVariance) / count), count - 1, confidence)
}
