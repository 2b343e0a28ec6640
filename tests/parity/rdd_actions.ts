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
    test: [actions, "collect(), count() and first() see partitions in order"],
  },
  {
    row: "RA-02",
    ours: "RDD.toLocalIterator",
    test: ["tests/rdd/actions/local_iterator_test.ts", "toLocalIterator() runs one partition at a time"],
    but: "an Effect stream",
  },
  {
    row: "RA-03",
    ours: "RDD.foreach RDD.foreachEffect RDD.foreachPartition",
    test: [
      "tests/rdd/actions/foreach_test.ts",
      "foreach() meets every record, foreachPartition() every partition, empty ones too",
    ],
    golden: "RA-12",
  },
  {
    row: "RA-04",
    ours: "RDD.reduce RDD.treeReduce",
    test: [reductions, "reduce() and treeReduce() of nothing fail with EmptyCollection"],
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
    but: "partition results merge in their order",
  },
  {
    row: "RA-07",
    ours: "RDD.count RDD.countApprox RDD.countApproxDistinct",
    test: [
      counts,
      "countApprox() is exact and final if all partitions are done",
      "countApprox() estimates from the partitions that are done, and runs the others when asked",
      "countApprox() knows nothing while no partition is done, and all of an empty RDD",
    ],
    but: "the rest of countApprox runs when asked for, not in any case",
  },
  {
    row: "RA-08",
    ours: "RDD.countByValue RDD.countByValueApprox",
    test: [
      counts,
      "countByValueApprox() means countByValue() if all partitions are done",
      "countByValueApprox() and countByKeyApprox() estimate each count",
    ],
    golden: "RA-07",
    but: "pairs, where Spark has a map",
  },
  { row: "RA-09", ours: "RDD.take", golden: "RA-01", test: [actions, "take() runs no more partitions than it needs"] },
  {
    row: "RA-10",
    ours: "RDD.first",
    golden: "OP-19 RA-01 RA-06",
    test: [actions, "actions on nothing give nothing, first() fails with EmptyCollection"],
  },
  {
    row: "RA-11",
    ours: "RDD.top RDD.takeOrdered",
    test: [ordered, "top() and takeOrdered() give the largest and the smallest"],
    golden: "RA-02",
  },
  {
    row: "RA-12",
    ours: "RDD.max RDD.min",
    test: [ordered, "max() and min() of nothing fail with EmptyCollection"],
    golden: "RA-02 RA-06",
  },
  { row: "RA-13", ours: "RDD.isEmpty", test: [actions, "actions on nothing give nothing"], golden: "RD-06 RA-01" },
  {
    row: "RA-14",
    ours: "RDD.takeSample",
    golden: "RA-11",
    test: ["tests/rdd/operators/sampling_test.ts", "takeSample() takes what Spark takes, in its order"],
  },
  {
    row: "RA-15",
    ours: "RDD.saveAsTextFile",
    golden: "RA-14",
    test: [saving, "saveAsTextFile() refuses an existing directory, or replaces all of it"],
    but: "no compression codec",
  },
  {
    row: "RA-16",
    ours: "RDD.saveAsObjectFile",
    test: [saving, "objectFile() reads the records that saveAsObjectFile() wrote, in their order"],
    but: "lines of JSON, where Spark writes Java objects",
  },
  { row: "RA-17", reason: "an action is an Effect: fork it, and interrupt the fiber" },
  {
    row: "RA-18",
    ours:
      "RDD.sum RDD.mean RDD.variance RDD.stdev RDD.sampleVariance RDD.sampleStdev RDD.popVariance RDD.popStdev RDD.stats RDD.sumApprox RDD.meanApprox",
    golden: "RA-06 RA-08",
    test: [
      "tests/rdd/actions/approximate_numbers_test.ts",
      "sumApprox() and meanApprox() mean sum() and mean() if all partitions are done",
      "sumApprox() and meanApprox() estimate from the partitions that are done, and know all when asked",
    ],
    but: "the bounds of sumApprox are wider, so that they hold",
  },
  {
    row: "RA-19",
    ours: "RDD.histogram",
    golden: "RA-06 RA-09 RA-10",
    test: [histogram, "histogram() needs a range to cut, and two edges"],
  },
]
