/**
 * Counts numbers in buckets, for histograms.
 *
 * @module
 */
import type { Piecewise } from "../../core/pace.ts"
import { type Block, forEachPiece } from "../block.ts"

/** Finds the bucket of a number by binary search in sorted edges; -1 if it is outside of them. */
const searchBucket = (edges: ReadonlyArray<number>) => (x: number): number => {
  let low = 0
  let high = edges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const edge = edges[middle]!
    if (edge === x) return Math.min(middle, edges.length - 2)
    // Not `edge < x`, because NaN must end after the last edge.
    if (edge >= x) high = middle - 1
    else low = middle + 1
  }
  return low < edges.length ? low - 1 : -1
}

/** Computes the bucket of a number from evenly spaced edges; -1 if it is outside of them. */
const computeBucket = (edges: ReadonlyArray<number>) => (x: number): number => {
  const [min, max, n] = [edges[0]!, edges.at(-1)!, edges.length - 1]
  if (!(x >= min && x <= max)) return -1
  return max === min ? 0 : Math.min(Math.trunc(((x - min) / (max - min)) * n), n - 1)
}

/** The edges of buckets, in ascending order. `even`: all buckets have the same width. */
export interface Edges {
  readonly edges: ReadonlyArray<number>
  readonly even: boolean
}

/** Makes a function that counts the numbers of a partition in the buckets between edges. The counts are its only record. */
export const bucketCounts = (edges: Edges) => (block: Block<number>) => countsOf(edges, block)

function* countsOf({ edges, even }: Edges, block: Block<number>): Piecewise<ReadonlyArray<ReadonlyArray<number>>> {
  const bucketOf = (even ? computeBucket : searchBucket)(edges)
  const counts = Array<number>(edges.length - 1).fill(0)
  yield* forEachPiece(block, (part, from, to) => {
    for (let i = from; i < to; i++) {
      const bucket = bucketOf(part[i]!)
      if (bucket >= 0) counts[bucket]!++
    }
  })
  return [counts]
}

/**
 * Returns the smallest and the largest number of a partition, as its only record; `[Infinity, -Infinity]` if it has no
 * numbers.
 */
export function* rangeOf(block: Block<number>): Piecewise<ReadonlyArray<readonly [number, number]>> {
  let [min, max] = [Infinity, -Infinity]
  yield* forEachPiece(block, (part, from, to) => {
    for (let i = from; i < to; i++) {
      min = Math.min(min, part[i]!)
      max = Math.max(max, part[i]!)
    }
  })
  return [[min, max]]
}
