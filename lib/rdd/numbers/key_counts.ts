/**
 * Counts the records of a partition by key.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import type { Piecewise } from "../../core/pace.ts"
import { type Block, forEachPiece } from "../block.ts"

/** How often a key occurs in a partition. */
export type KeyCount<K> = readonly [key: K, count: number, partition: number]

/** Counts the records of a partition by key. */
export function* keyCounts<A, K>(
  block: Block<A>,
  partition: number,
  keyOf: (record: A) => K,
): Piecewise<ReadonlyArray<KeyCount<K>>> {
  const table = new KeyedTable<K, number>()
  yield* forEachPiece(block, (part, from, to) => {
    for (let i = from; i < to; i++) {
      const at = table.locate(keyOf(part[i]!))
      table.values[at] = table.fresh ? 1 : table.values[at]! + 1
    }
  })
  return table.keys.map((key, i) => [key, table.values[i]!, partition])
}
