import type { Row } from "./row.ts"

const element = "tests/dstream/operators/element_test.ts"
const partitionwise = "tests/dstream/operators/map_partitions_test.ts"
const reducing = "tests/dstream/operators/reducing_test.ts"
const transform = "tests/dstream/operators/transform_test.ts"
const window = "tests/dstream/windows/window_test.ts"
const foreach = "tests/dstream/outputs/foreach_test.ts"
const print = "tests/dstream/outputs/print_test.ts"
const saving = "tests/dstream/outputs/saving_test.ts"
const reduce = "tests/dstream/windows/reduce_test.ts"

/** Operations on streams of any records. */
export const dstream: ReadonlyArray<Row> = [
  {
    row: "D-01",
    ours: "DStream.make DStream.Batch",
    test: [element, "operators have their operation, parent, functions and call site"],
    golden: "RM-14 RM-15",
    but: "a stream belongs to no context before start",
  },
  {
    row: "D-02",
    ours: "DStream.persist",
    golden: "RM-10",
    test: ["tests/dstream/operators/persistence_test.ts", "persist() and cache() compute a record once"],
    but: "returns a new stream, so a call after start changes nothing",
  },
  {
    row: "D-03",
    ours: "DStream.cache",
    test: ["tests/dstream/operators/persistence_test.ts", "persist() and cache() compute a record once"],
  },
  { row: "D-04", reason: "checkpoints on disk are not implemented yet" },
  {
    row: "D-05",
    ours: "DStream.map",
    test: [element, "map() applies its function to every record"],
    golden: "EW-01 EW-02 EW-22",
  },
  {
    row: "D-06",
    ours: "DStream.flatMap",
    test: [element, "flatMap() takes any iterable"],
    golden: "EW-03 EW-04 EW-22",
  },
  {
    row: "D-07",
    ours: "DStream.filter",
    test: [element, "filter() keeps accepted records in their partition"],
    golden: "EW-05 EW-06 KY-13 EW-22",
  },
  {
    row: "D-08",
    ours: "DStream.glom",
    test: [partitionwise, "glom() gives each partition as one record"],
    golden: "EW-07 EW-08",
  },
  {
    row: "D-09",
    ours: "DStream.repartition",
    test: ["tests/dstream/operators/partitioning_test.ts", "repartition() gives exactly as many partitions"],
    golden: "EW-20 EW-21",
  },
  {
    row: "D-10",
    ours: "DStream.mapPartitions",
    test: [partitionwise, "mapPartitions() runs its function once for each partition, with its index"],
    golden: "EW-09 EW-10",
  },
  {
    row: "D-11",
    ours: "DStream.reduce",
    test: [reducing, "reduce() gives no record for an empty batch, in one partition"],
    golden: "EW-13 EW-14",
  },
  {
    row: "D-12",
    ours: "DStream.count",
    test: [reducing, "count() gives exactly one record, 0 for an empty batch"],
    golden: "EW-12 WN-12",
  },
  {
    row: "D-13",
    ours: "DStream.countByValue",
    test: [reducing, "countByValue() counts each record"],
    golden: "EW-15 EW-16",
  },
  {
    row: "D-14",
    ours: "DStream.foreachRDD DStream.foreachPartition",
    test: [
      foreach,
      "foreachRDD() passes the RDD of each batch, its time, the output's index, and the attempt",
      "foreachRDD() without an action computes nothing",
    ],
    golden: "EW-23 OP-16 OP-17 OP-18 OP-19",
  },
  {
    row: "D-15",
    ours: "DStream.transform",
    test: [transform, "transform() passes the batch time to its function"],
    golden: "TR-01 TR-02 TR-03 TR-04 TR-06 TR-07 TR-08 TR-09 TR-10",
  },
  {
    row: "D-16",
    ours: "DStream.transformWith",
    test: [transform, "transformWith() fails where the second stream has no RDD"],
    golden: "JN-14 TR-11 TR-12 TR-13 TR-14",
  },
  {
    row: "D-17",
    ours: "DStream.print",
    golden: "OP-01 OP-02 OP-03 OP-04 OP-05 OP-06 OP-07 OP-08 OP-09 OP-10",
    test: [print, "print() prints the first ten records below the batch time, and dots if there are more"],
  },
  {
    row: "D-18",
    ours: "DStream.window",
    golden:
      "US-18 US-19 WN-01 WN-02 WN-03 WN-04 WN-05 WN-06 WN-07 WN-08 WN-09 WN-10 WN-11 WN-12 WN-13 WN-14 WN-15 WN-16 WN-17 WN-18 WN-19 WN-21 WN-22",
    test: [
      window,
      "window() concatenates its batches",
      "window() reports durations that are not multiples of the stream's slide before start",
      "window() with a slide longer than itself leaves batches out",
    ],
  },
  {
    row: "D-19",
    ours: "DStream.reduceByWindow",
    golden: "WR-01 WR-03",
    test: [reduce, "reduceByWindow() without an inverse merges the oldest first"],
  },
  {
    row: "D-20",
    ours: "DStream.reduceByWindow",
    test: [reduce, "reduceByWindow() with and without an inverse equals the naive reduction of the window"],
    but: "needs no checkpoint; gives no record for a window without records",
  },
  {
    row: "D-21",
    ours: "DStream.countByWindow",
    golden: "WR-05 WR-06",
    test: [reduce, "countByWindow() counts 0 before the first record, and after the last"],
    but: "needs no checkpoint; counts 0 before the first record",
  },
  {
    row: "D-22",
    ours: "DStream.countByValueAndWindow",
    golden: "WR-07",
    test: [reduce, "countByValueAndWindow() drops records that have left the window"],
    but: "needs no checkpoint",
  },
  {
    row: "D-23",
    ours: "DStream.union",
    test: [
      "tests/dstream/operators/unions_test.ts",
      "union() puts the second stream's partitions after",
      "union() fails where a stream has no RDD",
    ],
    golden: "EW-17 EW-18 WN-14 WN-20",
  },
  {
    row: "D-24",
    ours: "StreamingContext.slice",
    golden: "RM-11 RM-12 RM-13",
    test: ["tests/streaming/context/remember_test.ts", "slice() returns the RDDs between two times, both included"],
    but: "returns remembered RDDs and evaluates nothing",
  },
  {
    row: "D-25",
    ours: "DStream.saveAsObjectFiles",
    golden: "OP-15",
    test: [saving, "saveAsObjectFiles() writes files that RDD.objectFile() reads"],
    but: "writes lines of JSON; Spark writes Java objects",
  },
  {
    row: "D-26",
    ours: "DStream.saveAsTextFiles",
    golden: "OP-11 OP-12 OP-13 OP-14",
    test: [saving, "saveAsTextFiles() makes a directory for each batch that has an RDD"],
  },
  { row: "D-27", reason: "Java's workarounds for type erasure; a pair is an array of two elements" },
  {
    row: "D-28",
    ours: "DStream.print DStream.partitionBy DStream.mapPartitions DStream.transform",
    test: [
      "tests/dstream/operators/partitioning_test.ts",
      "partitionBy() moves pairs to the partition that the partitioner gives",
    ],
    golden: "TR-05",
  },
]
