/**
 * The lists of records that users' functions return for whole partitions.
 *
 * @module
 */
import { inPieces, Pace, type Piecewise } from "../core/pace.ts"
import { listOf, recordCheck } from "../core/results.ts"
import { type Block, gather } from "./block.ts"
import type { Narrow } from "./primitive.ts"

/** Whether a list is made while it is read, as those of generator functions are. */
const isMadeInReading = (given: unknown): boolean =>
  typeof given === "object" && given !== null && Symbol.iterator in given && "next" in given

function* read<A>(given: Iterable<A>): Piecewise<ReadonlyArray<A>> {
  const all: Array<A> = []
  const pace = new Pace()
  let end = pace.end(0, Infinity)
  for (const record of given) {
    if (all.length === end) {
      if (pace.isDue()) yield
      end = pace.end(all.length, Infinity)
    }
    all.push(record)
  }
  return all
}

/**
 * Returns the records that a function has returned as an array, as `recordsOf` does. What a generator function has
 * returned is read a piece at a time, so the event loop gets its turns.
 */
export function* listInPieces<A>(given: Iterable<A>): Piecewise<ReadonlyArray<A>> {
  const all = isMadeInReading(given) ? yield* read(given) : listOf(given)
  yield* inPieces(all.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const record = all[i]
      if (typeof record === "object") recordCheck.check(record, all)
    }
  })
  return all
}

/** A step whose function gets all records of a partition in one call, and returns the list of its records. */
export const wholePartition = (f: (records: ReadonlyArray<never>, index: number) => Iterable<unknown>): Narrow => ({
  kind: "partition",
  f: (block, index) => ofWhole(f, block, index),
})

function* ofWhole(
  f: (records: ReadonlyArray<never>, index: number) => Iterable<unknown>,
  block: Block<never>,
  index: number,
): Piecewise<ReadonlyArray<unknown>> {
  return yield* listInPieces(f(yield* gather(block), index))
}
