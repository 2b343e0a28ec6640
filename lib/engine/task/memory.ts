/**
 * The memory of tasks: a task fails before its records fill the heap.
 *
 * @module
 */
import { PartitionTooLarge } from "../../core/errors.ts"
import type { KeyedTable } from "../../core/keyed_table.ts"
import { weighAll } from "../../core/weight.ts"
import type { Block } from "../../rdd/block.ts"
import type { Bucket, Place } from "../plan/task.ts"
import { weightOf } from "../storage/held_block.ts"
import { PlaceFailed } from "./failure.ts"
import type { Surroundings } from "./operations.ts"

/** The part of the heap that the records of one task may take. The rest is for what others hold, and for garbage. */
const PART_OF_TASK = 1 / 2

/** The part of the heap that is used before the records of a task are weighed: looking at it costs much less. */
const USED = 0.6

/**
 * Fails the task if the heap is filling up and the records that the task has in memory take more than half of it. `bytes` estimates
 * what they take.
 */
export const checkMemory = ({ heap }: Pick<Surroundings, "heap">, place: Place, bytes: () => number): void => {
  if (heap === undefined || heap.used() < heap.limit * USED) return
  const limit = heap.limit * PART_OF_TASK
  const found = bytes()
  if (found > limit) throw new PlaceFailed(place, new PartitionTooLarge({ bytes: found, limit }))
}

/** What the index of a table takes for each key, in bytes. */
const INDEX = 24

/** Estimates what the keys and values of a table take, in bytes. */
export const weighTable = (table: KeyedTable<unknown, unknown>): number => weighPairs(table) + INDEX * table.size

/** Estimates what keys and values take, in bytes. */
const weighPairs = ({ keys, values }: Pick<Bucket, "keys" | "values">): number => weighAll(keys) + weighAll(values)

/** Estimates what pairs take that a shuffle has brought, in bytes. */
export const weighBuckets = (buckets: ReadonlyArray<Bucket>): number =>
  buckets.reduce((sum, bucket) => sum + weighPairs(bucket), 0)

/** Estimates what blocks take, in bytes. */
export const weighBlocks = (blocks: ReadonlyArray<Block<unknown>>): number =>
  blocks.reduce((sum, block) => sum + weightOf(block), 0)
