/**
 * Kafka as a source that is read by offset ranges, and as a sink that writes each batch in a transaction.
 *
 * **Guarantees.** With a checkpoint, in: exactly once. Out: exactly once.
 *
 * Needs the npm package `@platformatic/kafka`, and the permissions net, env and read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const words = Kafka.directTextStream({ brokers: "localhost:9092", subscribe: "lines" }).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 * )
 * assert.equal(words.operation, "flatMap")
 * ```
 *
 * @module
 */
export type { Compression } from "./connector/kafka/encoding.ts"
export { type OutgoingRecord, sink, type SinkOptions } from "./connector/kafka/sink.ts"
export type { Isolation, TopicPartition } from "./connector/kafka/cluster.ts"
export {
  directStream,
  type DirectStreamOptions,
  directTextStream,
  type ReadOptions,
  type StreamOptions,
} from "./connector/kafka/direct_stream.ts"
export { KafkaError, type KafkaReason } from "./connector/kafka/errors.ts"
export { type OffsetRange, offsetRanges } from "./connector/kafka/offset_range.ts"
export type { KafkaConnection, KafkaSasl, KafkaTls } from "./connector/kafka/options.ts"
export { type RDDOptions, recordRDD, textRDD } from "./connector/kafka/rdd.ts"
export type { KafkaRecord } from "./connector/kafka/record_blocks.ts"
export type { StartingOffset, StartingOffsets, Subscription } from "./connector/kafka/subscription.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
