import type { Row } from "./row.ts"

const keyed = "tests/rdd/operators/keyed_test.ts"
const keyedActions = "tests/rdd/actions/keyed_test.ts"
const joins = "tests/rdd/operators/joins_test.ts"
const values = "tests/rdd/operators/values_test.ts"
const sorting = "tests/rdd/operators/sorting_test.ts"

/** Operations on RDDs of pairs. */
export const rddPairs: ReadonlyArray<Row> = [
  {
    row: "RP-01",
    ours: "RDD.combineByKey",
    test: [keyed, "combineByKey() creates, fills and merges combiners, with or without map-side combining"],
    golden: "RP-06",
  },
  {
    row: "RP-02",
    ours: "RDD.aggregateByKey",
    test: [keyed, "aggregateByKey() folds in partitions and merges across them"],
    golden: "RP-05",
    but: "zero is not copied, so the functions must not change it",
  },
  {
    row: "RP-03",
    ours: "RDD.foldByKey",
    test: [keyed, "foldByKey() uses zero once for each key and partition"],
    golden: "RP-04",
  },
  {
    row: "RP-04",
    ours: "RDD.reduceByKey",
    test: [keyed, "reduceByKey() agrees with the naive sums, whatever the partitions"],
    golden: "RP-01",
  },
  {
    row: "RP-05",
    ours: "RDD.reduceByKeyLocally",
    test: [keyedActions, "countByKey(), collectAsMap() and reduceByKeyLocally() return each key once"],
    golden: "RP-18",
    but: "returns pairs; Spark returns a map; arrays can be keys",
  },
  {
    row: "RP-06",
    ours: "RDD.countByKey RDD.countByKeyApprox RDD.countApproxDistinctByKey",
    test: [
      "tests/rdd/actions/approximate_counts_test.ts",
      "countByKeyApprox() agrees with countByKey() if all partitions are computed in time",
      "countByValueApprox() and countByKeyApprox() estimate the counts of the records and keys seen in time",
    ],
    golden: "RP-18",
    but: "returns pairs; Spark returns a map",
  },
  {
    row: "RP-07",
    ours: "RDD.groupByKey",
    test: ["tests/rdd/operators/grouping_test.ts", "groupByKey() keeps the order of values"],
    golden: "RP-03",
  },
  {
    row: "RP-08",
    ours: "RDD.partitionBy",
    test: ["tests/rdd/operators/partitioning_test.ts", "partitionBy() places pairs by their keys, in order"],
    golden: "RP-08",
  },
  {
    row: "RP-09",
    ours: "RDD.join RDD.leftOuterJoin RDD.rightOuterJoin RDD.fullOuterJoin",
    test: [joins, "fullOuterJoin() agrees with the naive loop, and keeps each unmatched pair once"],
    golden: "RP-09 RP-10 RP-11 RP-12 RP-13",
  },
  {
    row: "RP-10",
    ours: "RDD.cogroup",
    test: ["tests/rdd/operators/cogroup_test.ts", "cogroup() accepts a list of RDDs, and keeps their types"],
    golden: "RP-14",
  },
  {
    row: "RP-11",
    ours: "RDD.subtractByKey",
    test: [joins, "subtractByKey() agrees with the naive filter"],
    golden: "RP-13 RP-09 RP-10 RP-11 RP-12",
  },
  {
    row: "RP-12",
    ours: "RDD.keys RDD.values",
    test: [values, "keys() and values() return one side of the pairs"],
    golden: "RP-07",
  },
  {
    row: "RP-13",
    ours: "RDD.mapValues RDD.flatMapValues",
    test: [values, "mapValues() and flatMapValues() keep the partitioner, map() and keys() do not"],
    golden: "RP-07 RP-08",
  },
  {
    row: "RP-14",
    ours: "RDD.lookup",
    test: [keyedActions, "lookup() computes only one partition if the RDD has a partitioner"],
    golden: "RP-17",
  },
  {
    row: "RP-15",
    ours: "RDD.collectAsMap",
    test: [keyedActions, "countByKey() and collectAsMap() agree with the naive groups"],
    golden: "RP-18",
  },
  {
    row: "RP-16",
    ours: "RDD.sampleByKey RDD.sampleByKeyExact",
    golden: "RP-19",
    test: [
      "tests/rdd/operators/sampling_keyed_test.ts",
      "sampleByKeyExact() returns the fraction of each key rounded up, in the order of the records",
    ],
    but: "sampleByKeyExact takes as many records of each key as Spark, but chooses others",
  },
  {
    row: "RP-17",
    ours: "RDD.sortByKey",
    test: [sorting, "sortByKey() agrees with a stable sort of all pairs, in at most n partitions"],
    golden: "RP-15",
  },
  {
    row: "RP-18",
    ours: "RDD.repartitionAndSortWithinPartitions",
    test: [sorting, "repartitionAndSortWithinPartitions() sorts each partition of the partitioner"],
    golden: "RP-16",
  },
  {
    row: "RP-19",
    ours: "RDD.filterByRange",
    test: [
      "tests/rdd/operators/ranges_test.ts",
      "filterByRange() includes both ends, keeps the partitioner, and accepts an order",
    ],
  },
  { row: "RP-20", reason: "Hadoop's output formats are Java classes" },
]
