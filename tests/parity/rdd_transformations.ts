import type { Row } from "./row.ts"

const element = "tests/rdd/operators/element_test.ts"
const partitionwise = "tests/rdd/operators/map_partitions_test.ts"
const sets = "tests/rdd/operators/sets_test.ts"
const zips = "tests/rdd/operators/zips_test.ts"
const sampling = "tests/rdd/operators/sampling_test.ts"
const partitioning = "tests/rdd/operators/partitioning_test.ts"
const persistence = "tests/rdd/operators/persistence_test.ts"

/** RDDs of RDDs. */
export const transformations: ReadonlyArray<Row> = [
  {
    row: "RD-01",
    ours: "RDD.map",
    test: [element, "map(), flatMap() and filter() agree with those of arrays"],
    golden: "RD-08",
  },
  {
    row: "RD-02",
    ours: "RDD.flatMap",
    test: [element, "map(), flatMap() and filter() agree with those of arrays"],
    golden: "RD-08",
  },
  {
    row: "RD-03",
    ours: "RDD.filter",
    test: [element, "map(), flatMap() and filter() agree with those of arrays"],
    golden: "RD-08",
  },
  { row: "RD-04", ours: "RDD.distinct", test: [sets, "distinct() keeps each record once"], golden: "RD-09 RD-10" },
  {
    row: "RD-05",
    ours: "RDD.repartition",
    test: [partitioning, "repartition() spreads records evenly"],
    but: "placement starts at the same partition in every run; Spark chooses it at random",
  },
  {
    row: "RD-06",
    ours: "RDD.coalesce",
    test: [partitioning, "coalesce() merges neighbouring partitions, and adds none without a shuffle"],
    golden: "RD-29 RD-30 RD-31 RD-32 RD-33",
    but: "takes no custom coalescer",
  },
  {
    row: "RD-07",
    ours: "RDD.sample",
    golden: "RD-35 RD-36 RD-37 RD-38 RD-39",
    test: [
      sampling,
      "sample() returns the same records as Spark",
      "sample() returns nothing for 0, everything for 1, and refuses invalid fractions and seeds",
    ],
  },
  {
    row: "RD-08",
    ours: "RDD.randomSplit",
    golden: "RD-40",
    test: [
      sampling,
      "randomSplit() splits as Spark does",
      "randomSplit() refuses negative weights, and weights whose sum is not positive and finite",
    ],
  },
  {
    row: "RD-09",
    ours: "RDD.union",
    test: [
      "tests/rdd/operators/unions_test.ts",
      "union() appends the partitions of the second RDD to those of the first",
    ],
    golden: "RD-11",
  },
  {
    row: "RD-10",
    ours: "RDD.sortBy",
    test: ["tests/rdd/operators/sorting_test.ts", "sortBy() divides keys into the same ranges as Spark"],
    golden: "RD-23 RD-24",
  },
  {
    row: "RD-11",
    ours: "RDD.intersection",
    test: [sets, "intersection() keeps each common record once"],
    golden: "RD-14",
  },
  {
    row: "RD-12",
    ours: "RDD.subtract",
    test: [sets, "subtract() keeps the left records that are not on the right, with duplicates"],
    golden: "RD-15",
  },
  {
    row: "RD-13",
    ours: "RDD.glom",
    test: [partitionwise, "glom() returns each partition as one array, also an empty one"],
    golden: "RD-28",
  },
  {
    row: "RD-14",
    ours: "RDD.cartesian",
    test: [sets, "cartesian() returns every pair, in n times m partitions"],
    golden: "RD-16",
  },
  {
    row: "RD-15",
    ours: "RDD.groupBy",
    test: ["tests/rdd/operators/grouping_test.ts", "groupBy() groups records by the key that a function returns"],
    golden: "RD-25",
  },
  {
    row: "RD-16",
    ours: "RDD.pipe",
    golden: "RD-41 RD-42 RD-43",
    test: ["tests/rdd/operators/piping_test.ts", "pipe() fails with ProcessFailed when the program ends badly"],
  },
  {
    row: "RD-17",
    ours: "RDD.mapPartitions",
    test: [
      partitionwise,
      "mapPartitions() and mapPartitionsWithIndex() run once for each partition, also for empty ones",
    ],
    golden: "RD-27",
  },
  {
    row: "RD-18",
    ours: "RDD.mapPartitionsWithIndex",
    test: [
      partitionwise,
      "mapPartitions() and mapPartitionsWithIndex() run once for each partition, also for empty ones",
    ],
    golden: "RD-27",
  },
  {
    row: "RD-19",
    ours: "RDD.zip",
    test: [zips, "zip() fails with Mismatch for unequal lengths"],
    golden: "RD-17 RD-18 RD-19",
  },
  {
    row: "RD-20",
    ours: "RDD.zipPartitions",
    test: [zips, "zipPartitions() takes the partitions at the same index, of any lengths"],
    golden: "RD-22",
  },
  {
    row: "RD-21",
    ours: "RDD.zipWithIndex",
    test: [zips, "zipWithIndex() numbers records across partitions"],
    golden: "RD-20",
  },
  {
    row: "RD-22",
    ours: "RDD.zipWithUniqueId",
    test: [zips, "zipWithUniqueId() numbers the records of a partition in steps of the partition count"],
    golden: "RD-21",
  },
  { row: "RD-23", ours: "RDD.keyBy", test: [element, "keyBy() pairs each record with its key"], golden: "RD-26" },
  {
    row: "RD-24",
    ours: "RDD.filterMap",
    test: [element, "filterMap() keeps the values of Somes and drops Nones"],
  },
  {
    row: "RD-25",
    ours: "RDD.persist RDD.cache",
    test: [persistence, "persist() computes records once; after unpersist() the next action computes them again"],
    but: "returns a new RDD, so a second storage level is not an error",
  },
  {
    row: "RD-26",
    ours: "RDD.unpersist",
    test: [persistence, "persist() computes records once; after unpersist() the next action computes them again"],
  },
  { row: "RD-27", reason: "checkpoints on disk are not implemented yet" },
  {
    row: "RD-28",
    ours: "RDD.localCheckpoint",
    test: [
      persistence,
      "localCheckpoint() computes at once, keeps partitions and partitioner, and removes the lineage",
    ],
    but: "computes at once and returns a new RDD",
  },
  {
    row: "RD-29",
    ours:
      "RDD.toDebugString RDD.setName RDD.getStorageLevel RDD.isCheckpointed RDD.getNumPartitions RDD.partitioner RDD.isEmpty",
    test: [
      "tests/rdd/actions/lineage_test.ts",
      "toDebugString() shows stages with partition counts, shuffles, names and storage levels",
    ],
    but: "an RDD's name, parents and operation are fields; no preferred locations and no checkpoint file",
  },
  { row: "RD-30", reason: "gang scheduling has no use: all partitions run in this process" },
]
