/**
 * DStreams: streams of records as values, one RDD for each batch interval. Make one from a source, describe what to
 * compute (`map`, `reduceByKey`, `join`, …) and end it with an output (`print`, `foreachRDD`, …); nothing runs before the
 * outputs are handed to a `StreamingContext`. Spark: `DStream`, `PairDStreamFunctions`.
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
  type DStream,
  isDStream,
  lift,
  liftAll,
  make,
  named,
  type NodeOptions,
  required,
  type Traits,
} from "./dstream/dstream.ts"
export { Batch, NoRDD, OperatorWithoutRDD, ParentWithoutRDD } from "./dstream/batch.ts"
export { fromPositions, fromReceiver, type InputSource, receiverStream } from "./dstream/input.ts"
export type { Planned, Positions } from "./dstream/positions.ts"
export { filter, flatMap, map } from "./dstream/element.ts"
export { glom, mapPartitions } from "./dstream/map_partitions.ts"
export { count, countByValue, reduce } from "./dstream/reducing.ts"
export { groupByKey } from "./dstream/grouping.ts"
export { aggregateByKey, combineByKey, reduceByKey } from "./dstream/keyed.ts"
export { flatMapValues, mapValues } from "./dstream/values.ts"
export { partitionBy, repartition } from "./dstream/partitioning.ts"
export { cogroup, fullOuterJoin, join, leftOuterJoin, rightOuterJoin } from "./dstream/joins.ts"
export type { DStreams, RecordOf, StreamErrorOf, StreamServicesOf, Untyped } from "./dstream/streams.ts"
export {
  type RDDsOf,
  transform,
  transformAll,
  type Transformed,
  type TransformInfo,
  transformWith,
  TransformWithoutResult,
} from "./dstream/transform.ts"
export { union, unionAll, UnionWithoutRDD } from "./dstream/unions.ts"
export { filterEffect, flatMapEffect, mapEffect, mapPartitionsEffect } from "./dstream/effectful.ts"
export { provide } from "./dstream/provide.ts"
export { cache, persist } from "./dstream/persistence.ts"
export { window } from "./dstream/window.ts"
export type { WindowOptions } from "./dstream/window_frame.ts"
export {
  countByValueAndWindow,
  countByWindow,
  reduceByWindow,
  type WindowReduceOptions,
} from "./dstream/window_reduce.ts"
export { groupByKeyAndWindow, reduceByKeyAndWindow, type WindowReduceByKeyOptions } from "./dstream/window_keyed.ts"
export {
  type InitialStateOptions,
  type StateEntry,
  type StateOptions,
  type StatePartitionInfo,
  updateStateByKey,
  updateStateByKeyTimed,
  updateStatePartitions,
} from "./dstream/update_state.ts"
export { mapWithState, type MapWithStateDStream, stateSnapshots } from "./dstream/map_with_state.ts"
export { foreachPartition, foreachRDD } from "./dstream/foreach.ts"
export {
  type AnyOutput,
  type ErrorOf,
  nameOutput,
  onFailure,
  type Output,
  type OutputInfo,
  type ServicesOf,
  type UntypedOutput,
  type Unwrapped,
} from "./dstream/output.ts"
export { print } from "./dstream/print.ts"
export { saveAsObjectFiles, saveAsTextFiles } from "./dstream/saving.ts"
export { saveToSql, type SqlOptions } from "./dstream/saving_sql.ts"
export {
  type SqlBatch,
  SqlError,
  type SqlInsert,
  type SqlRow,
  type SqlSink,
  type SqlTransaction,
  type SqlValue,
} from "./dstream/sql_sink.ts"
export { constant } from "./source/constant.ts"
export { fromStream, type FromStreamOptions } from "./source/effect_stream.ts"
export { queueStream, type QueueStreamOptions, type RDDQueue, rddQueue } from "./source/queue.ts"
export {
  type RawSocketOptions,
  rawSocketStream,
  type SocketOptions,
  socketStream,
  type SocketTextOptions,
  socketTextStream,
} from "./source/socket.ts"
