/**
 * RDDs: distributed collections as values. Make one (`parallelize`, `range`, `text`, …), describe what to compute
 * (`map`, `reduceByKey`, `join`, …), and run it with an action (`collect`, `count`, `reduce`, …), which needs an
 * engine: `SparkContext.layer` gives one. Spark: `RDD`, `PairRDDFunctions`, `OrderedRDDFunctions`.
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
export { filter, filterMap, flatMap, keyBy, map } from "./rdd/element.ts"
export { glom, mapPartitions, mapPartitionsWithIndex } from "./rdd/map_partitions.ts"
export { groupBy, groupByKey } from "./rdd/grouping.ts"
export { aggregateByKey, combineByKey, type Combiners, foldByKey, reduceByKey, type Zero } from "./rdd/keyed.ts"
export { flatMapValues, keys, mapValues, values } from "./rdd/values.ts"
export { cogroup, type ErrorOf, type PairRDDs, type RecordOf, type ServicesOf, type ValuesOf } from "./rdd/cogroup.ts"
export { fullOuterJoin, join, leftOuterJoin, rightOuterJoin, subtractByKey } from "./rdd/joins.ts"
export { cartesian, distinct, intersection, subtract } from "./rdd/sets.ts"
export { union, unionAll } from "./rdd/unions.ts"
export { type PartsOf, zip, zipPartitions, zipWithIndex, zipWithUniqueId } from "./rdd/zips.ts"
export { coalesce, partitionBy, repartition } from "./rdd/partitioning.ts"
export { compare, type Comparison, type OrderOption } from "./rdd/ordering.ts"
export { repartitionAndSortWithinPartitions, sortBy, sortByKey, type SortOptions } from "./rdd/sorting.ts"
export { type ConcurrencyOption, filterEffect, flatMapEffect, mapEffect, mapPartitionsEffect } from "./rdd/effectful.ts"
export { provide } from "./rdd/provide.ts"
export { cache, getStorageLevel, isCheckpointed, localCheckpoint, persist, unpersist } from "./rdd/persistence.ts"
export { setName, toDebugString } from "./rdd/lineage.ts"
export { randomSplit, sample, type SampleOptions, type SeedOption, takeSample } from "./rdd/sampling.ts"
export { type Fractions, sampleByKey, sampleByKeyExact } from "./rdd/sampling_keyed.ts"
export { filterByRange } from "./rdd/range_partitioner.ts"
export { type Command, pipe, type PipeOptions } from "./rdd/piping.ts"
export { type FileOptions, objectFile, textFile } from "./rdd/text_files.ts"
export { binaryFiles, binaryRecords, PartialRecord, wholeTextFiles } from "./rdd/whole_files.ts"
export { saveAsObjectFile, saveAsTextFile, type SaveOptions } from "./rdd/saving.ts"
export { type FileEntry, FileError, type FileReason, Files } from "./rdd/files.ts"
export { Processes, ProcessFailed, type ProcessOptions } from "./rdd/processes.ts"
export { collect, count, first, isEmpty, take } from "./rdd/actions.ts"
export { getNumPartitions, partitioner } from "./rdd/layout.ts"
export { foreach, foreachEffect, foreachPartition, foreachPartitionEffect } from "./rdd/foreach.ts"
export { collectAsMap, countByKey, countByValue, lookup, reduceByKeyLocally } from "./rdd/actions_keyed.ts"
export { max, min, takeOrdered, top } from "./rdd/actions_ordered.ts"
export { mean, popStdev, popVariance, sampleStdev, sampleVariance, stats, stdev, sum, variance } from "./rdd/stats.ts"
export type { Stats } from "./rdd/moments.ts"
export { type EdgesOption, type Histogram, histogram, NoRange } from "./rdd/histogram.ts"
export { type AccuracyOption, countApproxDistinct, countApproxDistinctByKey } from "./rdd/approximate.ts"
export { countApprox, countByKeyApprox, countByValueApprox } from "./rdd/approximate_counts.ts"
export { meanApprox, sumApprox } from "./rdd/approximate_numbers.ts"
export type { BoundedDouble, ConfidenceOption } from "./rdd/estimates.ts"
export type { PartialResult } from "./rdd/partial_result.ts"
export { runJob, toLocalIterator } from "./rdd/local_iterator.ts"
export { aggregate, type DepthOption, fold, reduce, treeAggregate, treeReduce } from "./rdd/reductions.ts"
export type { ActionError, EngineError } from "./rdd/engine.ts"
export { CorruptBlock } from "./core/codec_errors.ts"
export type { PartitionOptions } from "./rdd/partitioner.ts"
