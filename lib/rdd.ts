/**
 * RDDs: distributed collections as values.
 *
 * Create an RDD (`parallelize`, `range`, `text`, …), describe what to compute (`map`, `reduceByKey`, `join`, …), and
 * run it with an action (`collect`, `count`, `reduce`, …). Actions are Effects that need an engine, which
 * `SparkContext.layer` provides. Spark: `RDD`, `PairRDDFunctions`, `OrderedRDDFunctions`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const counts = RDD.text("to be or\nnot to be").pipe(
 *   RDD.flatMap((line) => line.split(" ")),
 *   RDD.map((word) => [word, 1]),
 *   RDD.reduceByKey((a, b) => a + b),
 *   RDD.sortByKey(),
 *   RDD.collect,
 * )
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(counts, sc)), [["be", 2], ["not", 1], ["or", 1], ["to", 2]])
 * ```
 *
 * @module
 */
export { type AnyRDD, isRDD, type RDD } from "./rdd/rdd.ts"
export { empty, parallelize, range, text } from "./rdd/creation.ts"
export { filter, filterMap, flatMap, keyBy, map } from "./rdd/operators/element.ts"
export { glom, mapPartitions, mapPartitionsWithIndex } from "./rdd/operators/map_partitions.ts"
export { groupBy, groupByKey } from "./rdd/operators/grouping.ts"
export {
  aggregateByKey,
  combineByKey,
  type Combiners,
  foldByKey,
  reduceByKey,
  type Zero,
} from "./rdd/operators/keyed.ts"
export { flatMapValues, keys, mapValues, values } from "./rdd/operators/values.ts"
export {
  cogroup,
  type ErrorOf,
  type PairRDDs,
  type RecordOf,
  type ServicesOf,
  type ValuesOf,
} from "./rdd/operators/cogroup.ts"
export { fullOuterJoin, join, leftOuterJoin, rightOuterJoin, subtractByKey } from "./rdd/operators/joins.ts"
export { cartesian, distinct, intersection, subtract } from "./rdd/operators/sets.ts"
export { union, unionAll } from "./rdd/operators/unions.ts"
export { type PartsOf, zip, zipPartitions, zipWithIndex, zipWithUniqueId } from "./rdd/operators/zips.ts"
export { coalesce, partitionBy, repartition } from "./rdd/operators/partitioning.ts"
export { compare, type Comparison, type OrderOption } from "./rdd/ordering.ts"
export { repartitionAndSortWithinPartitions, sortBy, sortByKey, type SortOptions } from "./rdd/operators/sorting.ts"
export {
  type ConcurrencyOption,
  filterEffect,
  flatMapEffect,
  mapEffect,
  mapPartitionsEffect,
} from "./rdd/operators/effectful.ts"
export { provide } from "./rdd/operators/provide.ts"
export {
  cache,
  getStorageLevel,
  isCheckpointed,
  localCheckpoint,
  persist,
  unpersist,
} from "./rdd/operators/persistence.ts"
export { setName, toDebugString } from "./rdd/actions/lineage.ts"
export { randomSplit, sample, type SampleOptions, type SeedOption } from "./rdd/operators/sampling.ts"
export { type Fractions, sampleByKey, sampleByKeyExact } from "./rdd/operators/sampling_keyed.ts"
export { filterByRange } from "./rdd/operators/ranges.ts"
export { type Command, pipe, type PipeOptions } from "./rdd/operators/piping.ts"
export { type FileOptions, objectFile, textFile } from "./rdd/files/text.ts"
export { binaryFiles, binaryRecords, PartialRecord, wholeTextFiles } from "./rdd/files/whole.ts"
export { saveAsObjectFile, saveAsTextFile, type SaveOptions } from "./rdd/actions/saving.ts"
export { type FileEntry, FileError, type FileReason, Files, type WriteOptions } from "./rdd/files/files.ts"
export { type Chunks, Compression, type CompressionFormat } from "./rdd/files/compression.ts"
export { Processes, ProcessFailed, type ProcessOptions } from "./rdd/processes.ts"
export { collect, count, first, isEmpty, take } from "./rdd/actions/collecting.ts"
export { takeSample } from "./rdd/actions/take_sample.ts"
export { getNumPartitions, partitioner } from "./rdd/actions/layout.ts"
export { foreach, foreachEffect, foreachPartition, foreachPartitionEffect } from "./rdd/actions/foreach.ts"
export { collectAsMap, countByKey, countByValue, lookup, reduceByKeyLocally } from "./rdd/actions/keyed.ts"
export { max, min, takeOrdered, top } from "./rdd/actions/ordered.ts"
export {
  mean,
  popStdev,
  popVariance,
  sampleStdev,
  sampleVariance,
  stats,
  stdev,
  sum,
  variance,
} from "./rdd/actions/stats.ts"
export type { Stats } from "./rdd/numbers/moments.ts"
export { type EdgesOption, type Histogram, histogram, NoRange } from "./rdd/actions/histogram.ts"
export {
  type AccuracyOption,
  countApproxDistinct,
  countApproxDistinctByKey,
} from "./rdd/actions/approximate_distinct.ts"
export { countApprox, countByKeyApprox, countByValueApprox } from "./rdd/actions/approximate_counts.ts"
export { meanApprox, sumApprox } from "./rdd/actions/approximate_numbers.ts"
export type { BoundedDouble, ConfidenceOption } from "./rdd/numbers/estimates.ts"
export type { PartialResult } from "./rdd/actions/partial_result.ts"
export { runJob, toLocalIterator } from "./rdd/actions/local_iterator.ts"
export { aggregate, type DepthOption, fold, reduce, treeAggregate, treeReduce } from "./rdd/actions/reductions.ts"
export type { ActionError, EngineError } from "./rdd/engine.ts"
export { CorruptBlock } from "./core/codec_errors.ts"
export type { PartitionOptions } from "./rdd/partitioner.ts"
