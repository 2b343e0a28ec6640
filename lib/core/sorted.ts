/**
 * Sorting in pieces.
 *
 * @module
 */
import { inPieces, Pace, type Piecewise } from "./pace.ts"

type Comparison<A> = (a: A, b: A) => number

/** Whether `b` comes before `a`. As in `Array.sort`, the undefined come last and are not compared. */
const isBefore = <A>(b: A, a: A, order: Comparison<A>): boolean =>
  b !== undefined && (a === undefined || order(b, a) < 0)

/** Merges two sorted arrays; of equal records, those of `left` come first. */
function* merged<A>(left: Array<A>, right: Array<A>, order: Comparison<A>): Piecewise<Array<A>> {
  if (!isBefore(right[0]!, left.at(-1)!, order)) return left.concat(right)
  const out: Array<A> = []
  let i = 0
  let j = 0
  yield* inPieces(left.length + right.length, (from, to) => {
    for (let k = from; k < to; k++) {
      const takesRight = i === left.length || (j < right.length && isBefore(right[j]!, left[i]!, order))
      out.push(takesRight ? right[j++]! : left[i++]!)
    }
  })
  return out
}

/** Merges the last two parts again and again, until there is one part or `isDone` says so. */
function* merge<A>(
  parts: Array<Array<A>>,
  order: Comparison<A>,
  isDone: (last: Array<A>, before: Array<A>) => boolean,
): Piecewise<void> {
  for (let [before, last] = parts.slice(-2); last !== undefined; [before, last] = parts.slice(-2)) {
    if (before === undefined || isDone(last, before)) return
    parts.splice(-2, 2, yield* merged(before, last, order))
  }
}

/**
 * Returns records in order, as `toSorted` does: equal ones stay in their order. Parts are sorted one by one and merged, so
 * the event loop gets its turns however many records there are, and however long a comparison takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { atOnce } from "./pace.ts"
 * import { sorted } from "./sorted.ts"
 *
 * assert.deepEqual(atOnce(sorted([3, 1, 2], (a, b) => a - b)), [1, 2, 3])
 * ```
 */
export function* sorted<A>(records: ReadonlyArray<A>, order: Comparison<A>): Piecewise<Array<A>> {
  /** Sorted parts, each at least twice as long as the next, so that every record is merged a few times only. */
  const parts: Array<Array<A>> = []
  const pace = new Pace()
  for (let from = 0; from < records.length;) {
    const to = pace.end(from, records.length)
    parts.push(records.slice(from, to).sort(order))
    from = to
    if (from < records.length && pace.isDue()) yield
    yield* merge(parts, order, (last, before) => before.length >= 2 * last.length)
  }
  yield* merge(parts, order, () => false)
  return parts[0] ?? []
}
