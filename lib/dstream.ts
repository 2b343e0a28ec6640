/**
 * DStreams: streams of records as values, with one RDD for each batch interval. Make a stream from a source, describe
 * what to compute (`map`, `reduceByKey`, `join`, …), and end it with an output (`print`, `foreachRDD`, …). Nothing runs
 * before a `StreamingContext` starts with the outputs. Spark: `DStream`, `PairDStreamFunctions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const counts = Testing.input([["to be or", "to be"], ["or"]]).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 *   DStream.map((word) => [word, 1]),
 *   DStream.reduceByKey((a, b) => a + b),
 *   DStream.filter(([word]) => word === "or"),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(counts)), [[["or", 1]], [["or", 1]]])
 * ```
 *
 * @module
 */
export {
  type AnyDStream,
  Batch,
  type DStream,
  type NodeOptions,
  NoRDD,
  OperatorWithoutRDD,
  ParentWithoutRDD,
  type Traits,
} from "./dstream/batch.ts"
export { isDStream, lift, liftAll, make, named, required } from "./dstream/dstream.ts"
export {
  fromPositions,
  fromReceiver,
  type PositionsOptions,
  receiverStream,
  writeAheadLog,
} from "./dstream/inputs/input.ts"
export type { InputSource } from "./dstream/inputs/input_source.ts"
export type { Planned, Positions } from "./dstream/inputs/positions.ts"
export { filter, flatMap, map } from "./dstream/operators/element.ts"
export { glom, mapPartitions } from "./dstream/operators/map_partitions.ts"
export { count, countByValue, type Counted, reduce } from "./dstream/operators/reducing.ts"
export { groupByKey } from "./dstream/operators/grouping.ts"
export { aggregateByKey, combineByKey, reduceByKey } from "./dstream/operators/keyed.ts"
export { flatMapValues, mapValues } from "./dstream/operators/values.ts"
export { partitionBy, repartition } from "./dstream/operators/partitioning.ts"
export { cogroup, fullOuterJoin, join, leftOuterJoin, rightOuterJoin } from "./dstream/operators/joins.ts"
export type { DStreams, RecordOf, StreamErrorOf, StreamServicesOf, Untyped } from "./dstream/operators/streams.ts"
export {
  type RDDsOf,
  transform,
  transformAll,
  type Transformed,
  type TransformInfo,
  transformWith,
  TransformWithoutResult,
} from "./dstream/operators/transform.ts"
export { union, unionAll, UnionWithoutRDD } from "./dstream/operators/unions.ts"
export { filterEffect, flatMapEffect, mapEffect, mapPartitionsEffect } from "./dstream/operators/effectful.ts"
export { provide } from "./dstream/operators/provide.ts"
export { cache, persist } from "./dstream/operators/persistence.ts"
export { window } from "./dstream/windows/window.ts"
export type { WindowOptions } from "./dstream/windows/frame.ts"
export {
  countByValueAndWindow,
  countByWindow,
  reduceByWindow,
  type WindowReduceOptions,
} from "./dstream/windows/reduce.ts"
export { groupByKeyAndWindow, reduceByKeyAndWindow, type WindowReduceByKeyOptions } from "./dstream/windows/keyed.ts"
export {
  type FormattedStateOptions,
  type InitialStateOptions,
  type StateEntry,
  type StateOptions,
  type StatePartitionInfo,
  updateStateByKey,
  updateStateByKeyTimed,
  updateStatePartitions,
} from "./dstream/state/update_state.ts"
export { mapWithState, type MapWithStateDStream, stateSnapshots } from "./dstream/state/map_with_state.ts"
export { foreachPartition, foreachRDD } from "./dstream/outputs/foreach.ts"
export {
  type AnyOutput,
  type ErrorOf,
  nameOutput,
  onFailure,
  type Output,
  type ServicesOf,
  type UntypedOutput,
  type Unwrapped,
} from "./dstream/outputs/output.ts"
export type { OutputInfo } from "./dstream/outputs/output_info.ts"
export { print } from "./dstream/outputs/print.ts"
export { saveAsObjectFiles, saveAsTextFiles } from "./dstream/outputs/saving.ts"
export { saveTo } from "./dstream/outputs/saving_to.ts"
export type { Sink, SinkBatch, SinkTransaction } from "./dstream/outputs/sink.ts"
export { saveToSql, type SqlOptions } from "./dstream/outputs/saving_sql.ts"
export {
  type SqlBatch,
  SqlError,
  type SqlInsert,
  type SqlRow,
  type SqlSink,
  type SqlTransaction,
  type SqlValue,
} from "./dstream/outputs/sql_sink.ts"
export { constant } from "./source/constant.ts"
export { fromStream, type FromStreamOptions } from "./source/effect_stream.ts"
export type { FileStreamOptions } from "./source/file_options.ts"
export type { StreamedFile } from "./source/decoded_files.ts"
export type { FileFormat } from "./rdd/files/format.ts"
export { binaryRecordsStream, fileStream, textFileStream } from "./source/file_stream.ts"
export { queueStream, type QueueStreamOptions, type RDDQueue, rddQueue } from "./source/queue.ts"
export {
  type RawSocketOptions,
  rawSocketStream,
  type SocketOptions,
  socketStream,
  type SocketTextOptions,
  socketTextStream,
} from "./source/socket.ts"
