/**
 * Shuffles: records of many partitions regrouped by key, always in the same order for the same input.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import { hashKey } from "../../core/keys.ts"
import * as Block from "../../rdd/block.ts"
import type { Combine } from "../../rdd/rdd.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"

/** What one map task has for one reduce partition: keys, their hashes where known, and values, side by side. */
export interface Bucket {
  readonly keys: ReadonlyArray<unknown>
  readonly hashes: ArrayLike<number>
  readonly values: ReadonlyArray<unknown>
}

interface OpenBucket extends Bucket {
  readonly keys: Array<unknown>
  readonly hashes: Array<number>
  readonly values: Array<unknown>
}

/** What one map task has written. Only partitions that got something have a bucket: there may be very many of them. */
export type Cut = ReadonlyArray<Bucket | undefined>

const bucketAt = (out: Array<OpenBucket | undefined>, partition: number, by: Partitioner, key: unknown): OpenBucket => {
  const open = out[partition]
  if (open !== undefined) return open
  if (!(partition >= 0 && partition < by.numPartitions)) {
    throw new RangeError(`${by.name} put ${String(key)} outside of its ${by.numPartitions} partitions`)
  }
  return out[partition] = { keys: [], hashes: [], values: [] }
}

/** A combined table, cut by partition. It must not change afterwards: one partition has the table itself. */
export const cutTable = (table: KeyedTable<unknown, unknown>, by: Partitioner): Cut => {
  const { ofHash } = by
  if (ofHash !== undefined && by.numPartitions === 1) return [table]
  const out: Array<OpenBucket | undefined> = []
  for (let i = 0; i < table.size; i++) {
    const key = table.keys[i]
    const hash = table.hashes[i] ?? 0
    const bucket = bucketAt(out, ofHash === undefined ? by.getPartition(key) : ofHash(hash), by, key)
    bucket.keys.push(key)
    bucket.hashes.push(hash)
    bucket.values.push(table.values[i])
  }
  return out
}

/** Pairs as they are, cut by partition. */
export const cutPairs = (pairs: ReadonlyArray<unknown>, by: Partitioner): Cut => {
  const out: Array<OpenBucket | undefined> = []
  const { ofHash } = by
  for (let i = 0; i < pairs.length; i++) {
    const [key, value] = pairs[i] as readonly [unknown, unknown]
    const hash = hashKey(key)
    const bucket = bucketAt(out, ofHash === undefined ? by.getPartition(key) : ofHash(hash), by, key)
    bucket.keys.push(key)
    bucket.hashes.push(hash)
    bucket.values.push(value)
  }
  return out
}

/** Whole records dealt out one by one, starting at the task's own index. */
export const deal = (records: ReadonlyArray<unknown>, n: number, index: number): Cut => {
  const out: Array<OpenBucket | undefined> = []
  for (let i = 0; i < records.length; i++) {
    const bucket = out[(index + i) % n] ??= { keys: [], hashes: [], values: [] }
    bucket.values.push(records[i])
  }
  return out
}

/** The pairs of a table. */
export const pairsOf = (table: KeyedTable<unknown, unknown>): Block.Block<readonly [unknown, unknown]> =>
  gatherPairs([table])

type Pair = readonly [unknown, unknown]

/** Pairs as they came out of a shuffle: side by side, with their hashes, until somebody wants them as pairs. */
class GatheredBlock implements Block.Block<Pair> {
  readonly parts: ReadonlyArray<Bucket>
  readonly length: number
  #records: ReadonlyArray<Pair> | undefined
  constructor(parts: ReadonlyArray<Bucket>) {
    this.parts = parts
    this.length = parts.reduce((sum, { keys }) => sum + keys.length, 0)
  }
  get records(): ReadonlyArray<Pair> {
    if (this.#records === undefined) {
      const out: Array<Pair> = []
      for (const { keys, values } of this.parts) {
        for (let i = 0; i < keys.length; i++) out.push([keys[i], values[i]])
      }
      this.#records = out
    }
    return this.#records
  }
}

/** The pairs of one reduce partition, uncombined, in the order of the map tasks. */
export const gatherPairs = (parts: ReadonlyArray<Bucket>): Block.Block<Pair> => new GatheredBlock(parts)

/** One record a key. Parts combined already are merged; raw ones are combined here. */
export const gatherCombined = (
  parts: ReadonlyArray<Bucket>,
  combine: Combine,
): Block.Block<readonly [unknown, unknown]> => {
  const [only] = parts
  if (combine.mapSide && parts.length === 1 && only !== undefined) return gatherPairs([only])
  // Combined parts have no key twice, so the table will be as large as the largest of them at least.
  const capacity = combine.mapSide ? parts.reduce((most, { keys }) => Math.max(most, keys.length), 1) : undefined
  const table = new KeyedTable<unknown, unknown>(capacity)
  const { create, mergeValue, mergeCombiners } = combine
  const first = combine.mapSide ? (value: unknown) => value : create
  const merge = combine.mapSide ? mergeCombiners : mergeValue
  for (const { keys, hashes, values } of parts) {
    for (let i = 0; i < keys.length; i++) {
      const slot = table.locateHashed(keys[i], hashes[i] ?? 0)
      table.values[slot] = table.fresh ? first(values[i]) : merge(table.values[slot], values[i])
    }
  }
  return pairsOf(table)
}

/** One record a key, with an array of values for each side. */
export const gatherGroups = (
  sides: ReadonlyArray<Block.Block<unknown>>,
): Block.Block<readonly [unknown, ReadonlyArray<ReadonlyArray<unknown>>]> => {
  const table = new KeyedTable<unknown, Array<Array<unknown>>>()
  const add = (side: number, slot: number, value: unknown) => {
    if (table.fresh) table.values[slot] = sides.map(() => [])
    table.values[slot]?.[side]?.push(value)
  }
  sides.forEach((block, side) => {
    if (block instanceof GatheredBlock) {
      for (const { keys, hashes, values } of block.parts) {
        for (let i = 0; i < keys.length; i++) add(side, table.locateHashed(keys[i], hashes[i] ?? 0), values[i])
      }
      return
    }
    const pairs = block.records
    for (let i = 0; i < pairs.length; i++) {
      const [key, value] = pairs[i] as Pair
      add(side, table.locate(key), value)
    }
  })
  return Block.fromArray(Array.from(table.keys, (key, i) => [key, table.values[i] ?? []] as const))
}
