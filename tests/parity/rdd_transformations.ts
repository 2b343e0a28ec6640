import type { Row } from "./row.ts"

const element = "tests/rdd/operators/element_test.ts"
const partitionwise = "tests/rdd/operators/map_partitions_test.ts"
const sets = "tests/rdd/operators/sets_test.ts"
const zips = "tests/rdd/operators/zips_test.ts"
const sampling = "tests/rdd/operators/sampling_test.ts"
const partitioning = "tests/rdd/operators/partitioning_test.ts"
const persistence = "tests/rdd/operators/persistence_test.ts"

/** Transformations of RDDs. */
export const transformations: ReadonlyArray<Row> = [
  {
    row: "RD-01",
    ours: "RDD.map",
    test: [element, "map(), flatMap() and filter() mean those of arrays"],
    golden: "RD-08",
  },
  {
    row: "RD-02",
    ours: "RDD.flatMap",
    test: [element, "map(), flatMap() and filter() mean those of arrays"],
    golden: "RD-08",
  },
  {
    row: "RD-03",
    ours: "RDD.filter",
    test: [element, "map(), flatMap() and filter() mean those of arrays"],
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
    test: [partitioning, "coalesce() puts neighbouring partitions together, and never makes more"],
    golden: "RD-29 RD-30 RD-31 RD-32 RD-33",
    but: "takes no custom coalescer",
  },
  {
    row: "RD-07",
    ours: "RDD.sample",
    golden: "RD-35 RD-36 RD-37 RD-38 RD-39",
    test: [sampling, "sample() takes what Spark takes", "no negative fraction or odd seed"],
  },
  {
    row: "RD-08",
    ours: "RDD.randomSplit",
    golden: "RD-40",
    test: [sampling, "randomSplit() cuts as Spark cuts", "randomSplit() wants weights that are not negative"],
  },
  {
    row: "RD-09",
    ours: "RDD.union",
    test: ["tests/rdd/operators/unions_test.ts", "union() puts the partitions of the second after those"],
    golden: "RD-11",
  },
  {
    row: "RD-10",
    ours: "RDD.sortBy",
    test: ["tests/rdd/operators/sorting_test.ts", "sortBy() cuts ranges where Spark cuts them"],
    golden: "RD-23 RD-24",
  },
  { row: "RD-11", ours: "RDD.intersection", test: [sets, "intersection() keeps common records once"], golden: "RD-14" },
  { row: "RD-12", ours: "RDD.subtract", test: [sets, "subtract() keeps left records"], golden: "RD-15" },
  {
    row: "RD-13",
    ours: "RDD.glom",
    test: [partitionwise, "glom() gives each partition as one array"],
    golden: "RD-28",
  },
  { row: "RD-14", ours: "RDD.cartesian", test: [sets, "cartesian() has every pair, in n times m"], golden: "RD-16" },
  {
    row: "RD-15",
    ours: "RDD.groupBy",
    test: ["tests/rdd/operators/grouping_test.ts", "groupBy() groups whole records by the key of a function"],
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
    test: [partitionwise, "mapPartitions() and mapPartitionsWithIndex() run once for each partition, empty ones too"],
    golden: "RD-27",
  },
  {
    row: "RD-18",
    ours: "RDD.mapPartitionsWithIndex",
    test: [partitionwise, "mapPartitions() and mapPartitionsWithIndex() run once for each partition, empty ones too"],
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
    test: [zips, "zipPartitions() gives partitions of any lengths"],
    golden: "RD-22",
  },
  { row: "RD-21", ours: "RDD.zipWithIndex", test: [zips, "zipWithIndex() counts across partitions"], golden: "RD-20" },
  {
    row: "RD-22",
    ours: "RDD.zipWithUniqueId",
    test: [zips, "zipWithUniqueId() numbers each partition in steps of the partition count"],
    golden: "RD-21",
  },
  { row: "RD-23", ours: "RDD.keyBy", test: [element, "keyBy() pairs each record with its key"], golden: "RD-26" },
  {
    row: "RD-24",
    ours: "RDD.filterMap",
    test: [element, "filterMap() maps the records for which there is something, and drops the others"],
  },
  {
    row: "RD-25",
    ours: "RDD.persist RDD.cache",
    test: [persistence, "persist() computes once"],
    but: "returns a new RDD, so a second storage level is not an error",
  },
  {
    row: "RD-26",
    ours: "RDD.unpersist",
    test: [persistence, "unpersist() lets the next action compute again"],
  },
  { row: "RD-27", reason: "checkpoints on disk are not implemented yet" },
  {
    row: "RD-28",
    ours: "RDD.localCheckpoint",
    test: [persistence, "localCheckpoint() computes now, keeps partitions and partitioner, and cuts the lineage"],
    but: "computes at once and returns a new RDD",
  },
  {
    row: "RD-29",
    ours:
      "RDD.toDebugString RDD.setName RDD.getStorageLevel RDD.isCheckpointed RDD.getNumPartitions RDD.partitioner RDD.isEmpty",
    test: ["tests/rdd/actions/lineage_test.ts", "toDebugString() shows stages with their partitions"],
    but: "an RDD's name, parents and operation are fields; no preferred locations and no checkpoint file",
  },
  { row: "RD-30", reason: "gang scheduling has no use: all partitions run in this process" },
]
