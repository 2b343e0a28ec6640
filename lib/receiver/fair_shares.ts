/**
 * Shares of a bound among the inputs of a context.
 *
 * @module
 */

/**
 * Returns what the first of several inputs may take of `total`, by what each of them has. An input that has less than
 * an equal share gets what it has, and the others share the rest.
 */
export const firstShare = (total: number, demands: ReadonlyArray<number>): number => {
  if (total === Infinity) return Infinity
  const [first = 0] = demands
  let left = Math.max(0, total)
  const ascending = demands.toSorted((a, b) => a - b)
  for (const [i, demand] of ascending.entries()) {
    const equal = left / (ascending.length - i)
    if (first <= demand || demand > equal) return Math.min(first, Math.ceil(equal))
    left -= demand
  }
  return Math.min(first, left)
}
