/**
 * Ranges of offsets: what a batch reads of each partition.
 *
 * @module
 */
import * as Option from "effect/Option"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** The records of a partition from one offset to another. Spark: `OffsetRange`. */
export interface OffsetRange {
  /** The name of the topic. */
  readonly topic: string
  /** The number of the partition, from 0. */
  readonly partition: number
  /** The offset of the first record. */
  readonly fromOffset: number
  /** The offset behind the last record. */
  readonly untilOffset: number
}

/** How many offsets a range has. Transactions and compaction leave some of them without a record. */
export const countOf = ({ fromOffset, untilOffset }: OffsetRange): number => Math.max(0, untilOffset - fromOffset)

const ranges = new WeakMap<AnyRDD, ReadonlyArray<OffsetRange>>()

/** Notes what an RDD reads. */
export const noteRanges = <R extends AnyRDD>(rdd: R, of: ReadonlyArray<OffsetRange>): R => {
  ranges.set(rdd, of)
  return rdd
}

/** Operations that leave the partitions of their parent as they are. */
const KEEPS: ReadonlySet<string> = new Set(["input", "narrow", "indexed", "persist", "provide"])

/**
 * Gives the offset ranges that an RDD of a Kafka stream reads, in the order of its partitions: record i of the list belongs to
 * partition i of the RDD. `None` for other RDDs, and after operations that move records between partitions, such as
 * `repartition` and `reduceByKey`. Operations such as `map` and `filter` keep the ranges, which they do not in Spark. Spark:
 * `HasOffsetRanges.offsetRanges`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const range = { topic: "words", partition: 0, fromOffset: 0, untilOffset: 10 }
 * const lengths = Kafka.textRDD({ brokers: "localhost:9092" }, [range]).pipe(RDD.map((word) => word.length))
 * assert.deepEqual(Kafka.offsetRanges(lengths).valueOrUndefined, [range])
 * ```
 */
export const offsetRanges = (rdd: AnyRDD): Option.Option<ReadonlyArray<OffsetRange>> => {
  for (
    let at: AnyRDD | undefined = rdd;
    at !== undefined;
    at = KEEPS.has(at.primitive.kind) ? at.parents[0] : undefined
  ) {
    const found = ranges.get(at)
    if (found !== undefined) return Option.some(found)
  }
  return Option.none()
}
