/**
 * Counts the records of a partition by key.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"

/** How often a key occurs in a partition. */
export type KeyCount<K> = readonly [key: K, count: number, partition: number]

/** Counts the records of a partition by key. */
export const keyCounts = <A, K>(
  part: ReadonlyArray<A>,
  partition: number,
  keyOf: (record: A) => K,
): ReadonlyArray<KeyCount<K>> => {
  const table = new KeyedTable<K, number>()
  for (let i = 0; i < part.length; i++) {
    const at = table.locate(keyOf(part[i]!))
    table.values[at] = table.fresh ? 1 : table.values[at]! + 1
  }
  return table.keys.map((key, i) => [key, table.values[i]!, partition])
}
