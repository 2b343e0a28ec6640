/**
 * Counts of records by value, of the library's own functions: loops do these without calls.
 *
 * @module
 */
import type { PartitionOptions } from "../partitioner.ts"
import type { RDD } from "../rdd.ts"
import { narrow } from "./element.ts"
import { combined } from "./keyed.ts"
import { addByKey, known } from "./known_steps.ts"

/** Counts how often each record occurs, as an RDD: the records with 1 each, reduced by key. */
export const countedByValue = <A, E, R>(self: RDD<A, E, R>, options?: PartitionOptions): RDD<[A, number], E, R> =>
  combined("reduceByKey", narrow<[A, number], E, R>("map", self, known("withOne", null), false), addByKey, options)
