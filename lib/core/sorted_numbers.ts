/**
 * Sorting by numbers, without comparisons.
 *
 * @module
 */
import { inPieces, type Piecewise } from "./pace.ts"

/** How many bits of a number one pass sorts by, and how many passes the 64 bits of a number take. */
const BITS = 11
const BUCKETS = 1 << BITS
const PASSES = 6

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
const LOW = isLittleEndian ? 0 : 1

/**
 * Rewrites numbers so that their bits, read as an unsigned integer, are in the order of the numbers: those of negative ones
 * are inverted, and of all others the sign.
 */
const toOrderedBits = (words: Uint32Array, from: number, to: number): void => {
  for (let i = from; i < to; i++) {
    const [low, high] = [2 * i + LOW, 2 * i + 1 - LOW]
    const isNegative = words[high]! >>> 31 === 1
    words[low] = isNegative ? ~words[low]! : words[low]!
    words[high] = isNegative ? ~words[high]! : words[high]! ^ 0x80000000
  }
}

/** The bits of a number that a pass sorts by. The third pass takes some from both words. */
const digit = (low: number, high: number, pass: number): number => {
  const shift = pass * BITS
  if (shift >= 32) return (high >>> (shift - 32)) & (BUCKETS - 1)
  return ((low >>> shift) | (shift > 32 - BITS ? high << (32 - shift) : 0)) & (BUCKETS - 1)
}

/**
 * Gives the indices of numbers in the order of the numbers; equal ones stay in their order. `-0` equals `0`, and `NaN` is the
 * largest. `descending` turns the order around, but not that of equal numbers. The numbers are overwritten.
 *
 * Numbers are put into buckets by some of their bits at a time, from the lowest to the highest. That takes as long whatever
 * the order is, and skips bits that are the same in all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { atOnce } from "./pace.ts"
 * import { orderOfNumbers } from "./sorted_numbers.ts"
 *
 * assert.deepEqual([...atOnce(orderOfNumbers(Float64Array.of(0.5, -1, 0.5, -2), false))], [3, 1, 0, 2])
 * ```
 */
export function* orderOfNumbers(numbers: Float64Array, descending: boolean): Piecewise<Uint32Array> {
  const { length } = numbers
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * length)
  const counts = new Uint32Array(PASSES * BUCKETS)
  let order = new Uint32Array(length)
  yield* inPieces(length, (from, to) => {
    // JavaScript engines have NaNs of many bit patterns, and -0 differs from 0 in its bits.
    for (let i = from; i < to; i++) numbers[i] = numbers[i] === numbers[i] ? numbers[i]! + 0 : NaN
    toOrderedBits(words, from, to)
    if (descending) { for (let i = 2 * from; i < 2 * to; i++) words[i] = ~words[i]! }
    for (let i = from; i < to; i++) {
      order[i] = i
      const [low, high] = [words[2 * i + LOW]!, words[2 * i + 1 - LOW]!]
      for (let pass = 0; pass < PASSES; pass++) counts[pass * BUCKETS + digit(low, high, pass)]!++
    }
  })
  let next = new Uint32Array(length)
  for (let pass = 0; pass < PASSES; pass++) {
    const starts = counts.subarray(pass * BUCKETS, (pass + 1) * BUCKETS)
    if (starts.includes(length)) continue
    for (let bucket = 0, start = 0; bucket < BUCKETS; bucket++) {
      const count = starts[bucket]!
      starts[bucket] = start
      start += count
    }
    yield* inPieces(length, (from, to) => {
      for (let i = from; i < to; i++) {
        const index = order[i]!
        next[starts[digit(words[2 * index + LOW]!, words[2 * index + 1 - LOW]!, pass)]!++] = index
      }
    })
    ;[order, next] = [next, order]
  }
  return order
}
