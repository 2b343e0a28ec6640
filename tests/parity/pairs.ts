import type { Row } from "./row.ts"

const keyed = "tests/dstream/operators/keyed_test.ts"
const values = "tests/dstream/operators/values_test.ts"
const joins = "tests/dstream/operators/joins_test.ts"
const windows = "tests/dstream/windows/keyed_test.ts"
const state = "tests/dstream/state/update_state_test.ts"
const mapWithState = "tests/dstream/state/map_with_state_test.ts"

const hadoop = "Hadoop's output formats are Java classes"

/** Operations on streams of pairs. */
export const pairs: ReadonlyArray<Row> = [
  {
    row: "P-01",
    ours: "DStream.groupByKey",
    test: ["tests/dstream/operators/grouping_test.ts", "groupByKey() gives the values of each key in their order"],
    golden: "KY-01 KY-02 KY-03 KY-17",
  },
  {
    row: "P-02",
    ours: "DStream.reduceByKey",
    test: [keyed, "reduceByKey() reduces the values of each key"],
    golden: "KY-04 KY-05 KY-06 EW-27 KY-15 KY-16 KY-17 WN-13",
  },
  {
    row: "P-03",
    ours: "DStream.combineByKey",
    test: [keyed, "combineByKey() combines the values of each key"],
    golden: "KY-07 KY-08",
  },
  {
    row: "P-04",
    ours: "DStream.mapValues",
    test: [values, "mapValues() keeps the partitioner, map() does not"],
    golden: "KY-09 KY-10",
  },
  {
    row: "P-05",
    ours: "DStream.flatMapValues",
    test: [values, "flatMapValues() repeats the key for each value"],
    golden: "KY-11 KY-12",
  },
  {
    row: "P-06",
    ours: "DStream.cogroup",
    test: [joins, "cogroup() gives the values that each stream has"],
    golden: "JN-05",
  },
  {
    row: "P-07",
    ours: "DStream.join",
    test: [joins, "join() gives every pair of values"],
    golden: "JN-01 JN-12 JN-13 WN-17",
  },
  {
    row: "P-08",
    ours: "DStream.leftOuterJoin",
    test: [joins, "leftOuterJoin() keeps left values"],
    golden: "JN-02 IN-11",
  },
  {
    row: "P-09",
    ours: "DStream.rightOuterJoin",
    test: [joins, "rightOuterJoin() keeps right values"],
    golden: "JN-03",
  },
  { row: "P-10", ours: "DStream.fullOuterJoin", test: [joins, "fullOuterJoin() keeps both"], golden: "JN-04 JN-11" },
  {
    row: "P-11",
    ours: "DStream.groupByKeyAndWindow",
    golden: "WR-19 WR-20",
    test: [windows, "groupByKeyAndWindow() has the values of each key, oldest first"],
  },
  {
    row: "P-12",
    ours: "DStream.reduceByKeyAndWindow",
    golden: "WR-08 WR-09 WR-10",
    test: [windows, "reduceByKeyAndWindow() without an inverse merges the oldest first"],
  },
  {
    row: "P-13",
    ours: "DStream.reduceByKeyAndWindow",
    golden: "WR-12 WR-13 WR-21 WR-22",
    test: [
      windows,
      "reduceByKeyAndWindow() with an inverse drops keys that have left the window",
      "reduceByKeyAndWindow() drops pairs that the filter rejects, and does not fail when their batch leaves",
      "reduceByKeyAndWindow() ignores batches between windows that do not overlap",
      "reduceByKeyAndWindow() reports durations that are not multiples of the stream's slide before start",
    ],
    but:
      "needs no checkpoint; a key leaves with its last value; windows that do not overlap omit the records between them",
  },
  {
    row: "P-14",
    ours: "DStream.reduceByKeyAndWindow",
    test: [windows, "reduceByKeyAndWindow() uses the given partitions"],
  },
  {
    row: "P-15",
    ours: "DStream.updateStateByKey",
    golden: "LC-21 US-01 US-02 US-07 US-08 US-09 US-10 US-11 US-14 US-15 US-18 US-19 US-20 US-22",
    test: [
      state,
      "updateStateByKey() updates a Map in every batch",
      "updateStateByKey() leaves batches in which",
      "updateStateByKey() has no RDD until its parent has one, and then one in every batch",
    ],
    but: "needs no checkpoint; the state leaves failed batches out",
  },
  {
    row: "P-16",
    ours: "DStream.updateStateByKey",
    golden: "US-03 US-12 US-13",
    test: [state, "updateStateByKey() updates a Map in every batch"],
  },
  {
    row: "P-17",
    ours: "DStream.updateStatePartitions",
    golden: "US-05 US-16",
    test: [state, "updateStateByKeyTimed() and updateStatePartitions() have the same results as updateStateByKey()"],
    but: "the batch fails if the function returns a key of another partition",
  },
  {
    row: "P-18",
    ours: "DStream.updateStatePartitions",
    golden: "US-04",
    test: [state, "updateStatePartitions() keeps the first of several pairs of a key"],
  },
  {
    row: "P-19",
    ours: "DStream.updateStateByKeyTimed",
    golden: "US-06 US-17",
    test: [state, "updateStateByKeyTimed() and updateStatePartitions() have the same results as updateStateByKey()"],
  },
  {
    row: "P-20",
    ours: "DStream.mapWithState",
    golden: "MS-01 MS-08 MS-09 MS-21",
    test: [
      mapWithState,
      "mapWithState() updates a Map record by record, and stateSnapshots() gives its entries",
    ],
    but: "needs no checkpoint; the state leaves failed batches out",
  },
  {
    row: "P-21",
    ours: "DStream.stateSnapshots",
    golden: "MS-01",
    test: [mapWithState, "stateSnapshots() alone keeps the state updated"],
  },
  { row: "P-22", reason: hadoop },
  { row: "P-23", reason: hadoop },
  {
    row: "P-24",
    ours: "DStream.partitionBy DStream.reduceByKeyAndWindow",
    test: [
      "tests/dstream/operators/partitioning_test.ts",
      "partitionBy() without options hashes into the default number of partitions",
    ],
    golden: "KY-14",
  },
]
