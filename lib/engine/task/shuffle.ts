/**
 * Shuffles: cuts records by partition, and combines them by key. The same input always gives the same order.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import { hashKey } from "../../core/keys.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import { numberOf, valueOf } from "../../core/results.ts"
import { showRecord } from "../../core/show.ts"
import * as Block from "../../rdd/block.ts"
import { countOf } from "../../rdd/column_block.ts"
import { columnsOf, joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import type { Combine } from "../../rdd/primitive.ts"
import type { Bucket, Cut } from "../plan/task.ts"
import { gatherLists } from "./grouping.ts"

interface OpenBucket extends Bucket {
  readonly keys: Array<unknown>
  readonly hashes: Array<number>
  readonly values: Array<unknown>
}

const bucketAt = (out: Array<OpenBucket | undefined>, partition: number, by: Partitioner, key: unknown): OpenBucket => {
  const open = out[partition]
  if (open !== undefined) return open
  if (!(Number.isInteger(numberOf(partition)) && partition >= 0 && partition < by.numPartitions)) {
    const where = `partition ${partition}, but has 0 to ${by.numPartitions - 1}`
    throw new RangeError(`${by.name} put ${showRecord(key)} into ${where}`)
  }
  return out[partition] = { keys: [], hashes: [], values: [] }
}

/** Cuts a table of combined pairs by partition. The table must not change afterwards: it may become a bucket itself. */
export function* cutTable(table: KeyedTable<unknown, unknown>, by: Partitioner): Piecewise<Cut> {
  const { ofHash } = by
  if (ofHash !== undefined && by.numPartitions === 1) return [table]
  const out: Array<OpenBucket | undefined> = []
  yield* inPieces(table.size, (from, to) => {
    for (let i = from; i < to; i++) {
      const key = table.keys[i]
      const hash = table.hashes[i] ?? 0
      const bucket = bucketAt(out, ofHash === undefined ? by.getPartition(key) : ofHash(hash), by, key)
      bucket.keys.push(key)
      bucket.hashes.push(hash)
      bucket.values.push(table.values[i])
    }
  })
  return out
}

function* hashesOf(keys: ReadonlyArray<unknown>): Piecewise<Int32Array> {
  const hashes = new Int32Array(keys.length)
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) hashes[i] = hashKey(keys[i])
  })
  return hashes
}

/** Cuts pairs by partition. Keys are hashed only for a partitioner that uses hashes. */
export function* cutPairs(pairs: Block.Block<unknown>, by: Partitioner): Piecewise<Cut> {
  const { hashes: known, keys, values } = yield* columnsOf(pairs)
  const { numPartitions, ofHash } = by
  const hashes = known ?? (ofHash === undefined ? undefined : yield* hashesOf(keys))
  if (ofHash !== undefined && numPartitions === 1) return [{ keys, values, hashes }]
  const out: Array<OpenBucket | undefined> = []
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const key = keys[i]
      const partition = ofHash === undefined || hashes === undefined ? by.getPartition(key) : ofHash(hashes[i]!)
      const bucket = bucketAt(out, partition, by, key)
      bucket.keys.push(key)
      bucket.values.push(values[i])
      if (hashes !== undefined) bucket.hashes.push(hashes[i]!)
    }
  })
  // Buckets without hashes must not have an empty list of hashes.
  return hashes === undefined ? out.map((bucket) => bucket && { keys: bucket.keys, values: bucket.values }) : out
}

/** Deals records out one by one to `n` partitions, beginning with partition `index`. */
export function* deal(block: Block.Block<unknown>, n: number, index: number): Piecewise<Cut> {
  const out: Array<OpenBucket | undefined> = []
  let next = index % n
  yield* Block.forEachPiece(block, (records, from, to) => {
    for (let i = from; i < to; i++) {
      const bucket = out[next] ??= { keys: [], hashes: [], values: [] }
      bucket.values.push(records[i])
      next = next + 1 === n ? 0 : next + 1
    }
  })
  return out
}

/** The pairs of a table, without its index. */
export const blockOf = ({ hashes, keys, values }: KeyedTable<unknown, unknown>): PairBlock =>
  new PairBlock({ hashes, keys, values })

/** Combines pairs by key. With `mapSide` the parts were combined before, and are merged. */
export function* gatherCombined(parts: ReadonlyArray<Bucket>, combine: Combine): Piecewise<PairBlock> {
  if (combine.givesLists) return yield* gatherLists(joinColumns(parts))
  const [only] = parts
  if (combine.mapSide && parts.length === 1 && only !== undefined) return new PairBlock(only)
  // No key is twice in a combined part, so the table will be at least as large as the largest part.
  const capacity = combine.mapSide ? parts.reduce((most, part) => Math.max(most, countOf(part)), 1) : undefined
  const table = new KeyedTable<unknown, unknown>(capacity)
  const { create, mergeValue, mergeCombiners } = combine
  const first = combine.mapSide ? (value: unknown) => value : (value: unknown) => valueOf(create(value))
  const merge = combine.mapSide ? mergeCombiners : mergeValue
  for (const { keys, hashes, values } of parts) {
    yield* inPieces(keys.length, (from, to) => {
      for (let i = from; i < to; i++) {
        const slot = hashes === undefined ? table.locate(keys[i]) : table.locateHashed(keys[i], hashes[i] ?? 0)
        table.values[slot] = table.fresh ? first(values[i]) : valueOf(merge(table.values[slot], values[i]))
      }
    })
  }
  return blockOf(table)
}
