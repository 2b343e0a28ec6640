/**
 * RDDs of fixed offset ranges.
 *
 * @module
 */
import { InvalidOption } from "../../core/errors.ts"
import type { RDD } from "../../rdd/rdd.ts"
import type { SettingError } from "../settings.ts"
import { openCluster } from "./cluster.ts"
import type { ReadOptions } from "./direct_stream.ts"
import type { KafkaError } from "./errors.ts"
import type { OffsetRange } from "./offset_range.ts"
import type { KafkaConnection } from "./options.ts"
import { type Decode, rangesRDD } from "./reading.ts"
import { type KafkaRecord, textValues, wholeRecords } from "./record_blocks.ts"

/** Options of {@link recordRDD} and {@link textRDD}. */
export interface RDDOptions extends KafkaConnection, ReadOptions {}

const isOffset = (u: unknown): boolean => Number.isInteger(u) && Number(u) >= 0

const isRange = ({ fromOffset, partition, topic, untilOffset }: OffsetRange): boolean =>
  topic !== "" && isOffset(partition) && isOffset(fromOffset) && isOffset(untilOffset) && fromOffset <= untilOffset

const fixed = <A>(
  operation: string,
  options: RDDOptions,
  ranges: ReadonlyArray<OffsetRange>,
  decode: Decode<A>,
): RDD<A, KafkaError | SettingError> => {
  const { failOnDataLoss = true, isolation = "read_committed" } = options
  const wrong = ranges.find((range) => !isRange(range))
  const invalid = wrong === undefined ? undefined : new InvalidOption({
    where: `Kafka.${operation}`,
    option: "ranges",
    value: JSON.stringify(wrong),
    expected: "a topic, a partition, and offsets of which the second is not smaller",
  })
  return rangesRDD(
    operation,
    [...ranges],
    { decode, isolation, failOnDataLoss, ids: {} },
    openCluster(options),
    invalid,
  )
}

/**
 * Makes an RDD of the records of fixed offset ranges, with one partition for each range. Each partition has a connection of its
 * own while it is read. Spark: `KafkaUtils.createRDD`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const range = { topic: "clicks", partition: 0, fromOffset: 100, untilOffset: 200 }
 * const offsets = Kafka.recordRDD({ brokers: "localhost:9092" }, [range]).pipe(RDD.map(({ offset }) => offset))
 * assert.equal(offsets.operation, "map")
 * ```
 */
export const recordRDD = (
  options: RDDOptions,
  ranges: ReadonlyArray<OffsetRange>,
): RDD<KafkaRecord, KafkaError | SettingError> => fixed("recordRDD", options, ranges, wholeRecords)

/**
 * Makes an RDD of the values of fixed offset ranges as UTF-8 text, as {@link recordRDD} makes one of whole records.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const range = { topic: "words", partition: 0, fromOffset: 0, untilOffset: 10 }
 * assert.equal(Kafka.textRDD({ brokers: "localhost:9092" }, [range]).operation, "textRDD")
 * ```
 */
export const textRDD = (
  options: RDDOptions,
  ranges: ReadonlyArray<OffsetRange>,
): RDD<string, KafkaError | SettingError> => fixed("textRDD", options, ranges, textValues)
