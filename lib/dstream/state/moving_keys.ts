/**
 * Keys that a function has given a state in a partition to which they do not belong: they move to their own partitions.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import type { Columns, Pair } from "../../rdd/column_block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import { type AnyRDD, make } from "../../rdd/rdd.ts"
import type { PendingState, StateView } from "../../rdd/state.ts"

/** The pairs of a partition whose keys belong to other ones: each key with the partition that it is in, and its state. */
function* strays(state: StateView, partition: number, by: Partitioner): Piecewise<ReadonlyArray<Pair>> {
  const found: Array<Pair> = []
  yield* state.visit((key, value) => {
    if (by.getPartition(key) !== partition) found.push([key, [partition, value]])
  })
  return found
}

/** The RDD of these pairs, of all partitions. */
export const straying = (operation: string, by: Partitioner): AnyRDD =>
  make(operation, [], { kind: "view", f: (state, partition) => strays(state, partition, by) })

/** Removes the keys that have moved to other partitions, and adds those that have moved here. The first state counts. */
export function* settle(state: PendingState, moved: Columns, partition: number, by: Partitioner): Piecewise<void> {
  const left = yield* strays(state, partition, by)
  yield* inPieces(left.length, (start, end) => {
    for (let i = start; i < end; i++) state.delete(left[i]![0])
  })
  const seen = new KeyedTable<unknown, null>()
  yield* inPieces(moved.keys.length, (start, end) => {
    for (let i = start; i < end; i++) {
      const key = moved.keys[i]
      const [from, value] = moved.values[i] as readonly [from: number, value: unknown]
      seen.locate(key)
      if (seen.fresh && (from < partition || !state.has(key))) state.set(key, value)
    }
  })
}

/** Adds pairs whose keys have no state. */
export function* addMissing(state: PendingState, { keys, values }: Columns): Piecewise<void> {
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) if (!state.has(keys[i])) state.set(keys[i], values[i])
  })
}
