import type { Row } from "./row.ts"

const ranges = "tests/rdd/operators/ranges_test.ts"

/** Partitioners, and how RDDs begin. */
export const creation: ReadonlyArray<Row> = [
  {
    row: "PT-01",
    ours: "Partitioner.hash Partitioner.equals",
    test: ["tests/core/keys_test.ts", "partitionOf() is never negative and keeps the remainder"],
    golden: "HP-01 HP-02 HP-03 HP-05 HP-07",
  },
  {
    row: "PT-02",
    ours: "Partitioner.range",
    test: [ranges, "range() divides keys into ranges; equal keys, or no keys, are in one range"],
    but: "looks at up to 100,000 keys; Spark samples 20 for each partition",
  },
  {
    row: "PT-03",
    ours: "Partitioner.make",
    test: ["tests/rdd/operators/partitioning_test.ts", "partitionBy() accepts a custom partitioner"],
  },
  {
    row: "PT-04",
    ours: "RDD.reduceByKey RDD.cogroup",
    test: [
      "tests/rdd/operators/keyed_test.ts",
      "reduceByKey() has as many partitions as the RDD, or as the options say",
    ],
    golden: "RP-01 RP-02",
    but: "the default of keyed operations; no function to call",
  },
  {
    row: "SX-01",
    ours: "RDD.parallelize",
    test: ["tests/rdd/creation_test.ts", "parallelize() divides records into slices of nearly equal length, in order"],
    golden: "RD-01 RD-02 RD-03 RD-04 RD-05 EW-11",
  },
  { row: "SX-02", reason: "preferred hosts have no use: all partitions are in this process" },
  {
    row: "SX-03",
    ours: "RDD.empty",
    test: ["tests/rdd/creation_test.ts", "empty() has no partitions"],
    golden: "RD-06",
  },
  {
    row: "SX-04",
    ours: "RDD.range",
    test: ["tests/rdd/creation_test.ts", "range() counts up or down, excluding the end"],
    golden: "RD-07",
  },
  {
    row: "SX-05",
    ours: "RDD.textFile RDD.text",
    test: ["tests/rdd/actions/saving_test.ts", "textFile() cuts files anywhere, and gives each line once"],
  },
  {
    row: "SX-06",
    ours: "RDD.wholeTextFiles",
    test: [
      "tests/rdd/files/whole_test.ts",
      "wholeTextFiles() gives each file with its path, by name, without hidden ones",
      "wholeTextFiles() gives partitions about as many bytes each",
    ],
    but: "takes a file or a directory, no patterns",
  },
  {
    row: "SX-07",
    ours: "RDD.binaryFiles RDD.binaryRecords",
    test: [
      "tests/rdd/files/whole_test.ts",
      "binaryFiles() gives the bytes of each file once",
      "binaryRecords() cuts files into records",
      "binaryRecords() fails with PartialRecord",
    ],
    but: "takes a file or a directory, no patterns; binaryFiles returns bytes, in Spark streams to open",
  },
  {
    row: "SX-08",
    ours: "RDD.objectFile",
    test: ["tests/rdd/actions/saving_test.ts", "textFile() and objectFile() fail with typed errors"],
    but: "reads lines of JSON; Hadoop's input formats are Java classes",
  },
  {
    row: "SX-09",
    ours: "RDD.unionAll",
    test: [
      "tests/rdd/operators/unions_test.ts",
      "unionAll() ignores RDDs without partitions, and has the union of all types",
    ],
    golden: "RD-12 RD-13",
  },
  {
    row: "SX-10",
    ours: "Broadcast.make Broadcast.destroy Broadcast.unpersist",
    test: [
      "tests/rdd/broadcast_test.ts",
      "destroy() makes later reads fail with BroadcastDestroyed",
      "make() refuses an RDD",
    ],
  },
  {
    row: "SX-11",
    ours: "Accumulator.long Accumulator.double Accumulator.collection Accumulator.make",
    golden: "RA-12",
    test: [
      "tests/rdd/accumulator_test.ts",
      "add() before a shuffle or a persisted RDD takes effect once, with the first job that succeeds",
    ],
    but: "counts once in transformations as well; needs no registration",
  },
  {
    row: "SX-12",
    ours: "RDD.runJob SparkContext.layer",
    test: [
      "tests/rdd/actions/local_iterator_test.ts",
      "runJob() returns one result for each given partition, in their order",
    ],
    but: "a job group is a fiber; modules need no addJar; checkpoints on disk are not implemented yet",
  },
]
