import type { Row } from "./row.ts"

const actions = "tests/rdd/actions/collecting_test.ts"
const ordered = "tests/rdd/actions/ordered_test.ts"
const reductions = "tests/rdd/actions/reductions_test.ts"
const counts = "tests/rdd/actions/approximate_counts_test.ts"
const saving = "tests/rdd/actions/saving_test.ts"
const histogram = "tests/rdd/actions/histogram_test.ts"

/** Actions. */
export const actionRows: ReadonlyArray<Row> = [
  {
    row: "RA-01",
    ours: "RDD.collect",
    golden: "RA-01",
    test: [actions, "collect(), count() and first() read partitions in order"],
  },
  {
    row: "RA-02",
    ours: "RDD.toLocalIterator",
    test: [
      "tests/rdd/actions/local_iterator_test.ts",
      "toLocalIterator() computes one partition at a time, and only as many as are consumed",
    ],
    but: "returns an Effect Stream",
  },
  {
    row: "RA-03",
    ours: "RDD.foreach RDD.foreachEffect RDD.foreachPartition",
    test: [
      "tests/rdd/actions/foreach_test.ts",
      "foreach() runs for every record, foreachPartition() for every partition, also for empty ones",
    ],
    golden: "RA-12",
  },
  {
    row: "RA-04",
    ours: "RDD.reduce RDD.treeReduce",
    test: [
      reductions,
      "reduce() and treeReduce() fail with EmptyCollection if there are no records; fold() returns zero",
    ],
    golden: "RA-03 RA-06",
  },
  {
    row: "RA-05",
    ours: "RDD.fold",
    test: [reductions, "fold() and aggregate() use zero once for each partition and once for the merge"],
    golden: "RA-03 RA-04",
  },
  {
    row: "RA-06",
    ours: "RDD.aggregate RDD.treeAggregate",
    test: [reductions, "treeAggregate() uses zero as often as Spark does"],
    golden: "RA-03 RA-05",
    but: "merges the results of partitions in order",
  },
  {
    row: "RA-07",
    ours: "RDD.count RDD.countApprox RDD.countApproxDistinct",
    test: [
      counts,
      "countApprox() is exact and final if all partitions are computed in time",
      "countApprox() estimates from the partitions computed in time; final computes the others",
      "countApprox() has no bounds before the first partition is computed, and is exact for an empty RDD",
    ],
    but: "the remaining partitions of countApprox run only on request",
  },
  {
    row: "RA-08",
    ours: "RDD.countByValue RDD.countByValueApprox",
    test: [
      counts,
      "countByValueApprox() agrees with countByValue() if all partitions are computed in time",
      "countByValueApprox() and countByKeyApprox() estimate the counts of the records and keys seen in time",
    ],
    golden: "RA-07",
    but: "returns pairs; Spark returns a map",
  },
  {
    row: "RA-09",
    ours: "RDD.take",
    golden: "RA-01",
    test: [
      actions,
      "take() computes partitions in rounds, as many as it estimates to need and at most four times as many as before",
    ],
  },
  {
    row: "RA-10",
    ours: "RDD.first",
    golden: "OP-19 RA-01 RA-06",
    test: [actions, "actions on an empty RDD return nothing; first() fails with EmptyCollection"],
  },
  {
    row: "RA-11",
    ours: "RDD.top RDD.takeOrdered",
    test: [ordered, "top() returns the largest records, takeOrdered() the smallest"],
    golden: "RA-02",
  },
  {
    row: "RA-12",
    ours: "RDD.max RDD.min",
    test: [ordered, "max() and min() fail with EmptyCollection if there are no records"],
    golden: "RA-02 RA-06",
  },
  {
    row: "RA-13",
    ours: "RDD.isEmpty",
    test: [actions, "actions on an empty RDD return nothing"],
    golden: "RD-06 RA-01",
  },
  {
    row: "RA-14",
    ours: "RDD.takeSample",
    golden: "RA-11",
    test: [
      "tests/rdd/actions/take_sample_test.ts",
      "takeSample() returns the same records as Spark, in the same order",
    ],
  },
  {
    row: "RA-15",
    ours: "RDD.saveAsTextFile",
    golden: "RA-14",
    test: [saving, "saveAsTextFile() refuses an existing directory, or replaces all of it"],
    but: "takes no compression codec",
  },
  {
    row: "RA-16",
    ours: "RDD.saveAsObjectFile",
    test: [saving, "objectFile() reads the records that saveAsObjectFile() wrote, in their order"],
    but: "writes lines of JSON; Spark writes Java objects",
  },
  { row: "RA-17", reason: "an action is an Effect, which can be forked and interrupted" },
  {
    row: "RA-18",
    ours:
      "RDD.sum RDD.mean RDD.variance RDD.stdev RDD.sampleVariance RDD.sampleStdev RDD.popVariance RDD.popStdev RDD.stats RDD.sumApprox RDD.meanApprox",
    golden: "RA-06 RA-08",
    test: [
      "tests/rdd/actions/approximate_numbers_test.ts",
      "sumApprox() and meanApprox() agree with sum() and mean() if all partitions are computed in time",
      "sumApprox() and meanApprox() estimate from the partitions computed in time; final computes the exact result",
    ],
    but: "the bounds of sumApprox are wider, because they include how much the missing numbers vary",
  },
  {
    row: "RA-19",
    ours: "RDD.histogram",
    golden: "RA-06 RA-09 RA-10",
    test: [histogram, "histogram() fails without a finite range, and with fewer than two edges"],
  },
]
