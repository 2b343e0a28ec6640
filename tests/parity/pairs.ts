import type { Row } from "./row.ts"

const keyed = "tests/dstream/keyed_test.ts"
const values = "tests/dstream/values_test.ts"
const joins = "tests/dstream/joins_test.ts"
const windows = "tests/dstream/window_keyed_test.ts"
const state = "tests/dstream/update_state_test.ts"
const mapWithState = "tests/dstream/map_with_state_test.ts"

const hadoop = "Hadoop's output formats are Java classes"

/** Operations on streams of pairs. */
export const pairs: ReadonlyArray<Row> = [
  {
    row: "P-01",
    ours: "DStream.groupByKey",
    test: [keyed, "groupByKey() gives the values of each key in their order"],
    golden: "KY-01 KY-02 KY-03",
  },
  {
    row: "P-02",
    ours: "DStream.reduceByKey",
    test: [keyed, "reduceByKey() reduces the values of each key"],
    golden: "KY-04 KY-05 KY-06",
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
    golden: "JN-01 JN-12 JN-13",
  },
  { row: "P-08", ours: "DStream.leftOuterJoin", test: [joins, "leftOuterJoin() keeps left values"], golden: "JN-02" },
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
    test: [windows, "groupByKeyAndWindow() has the values of each key, oldest first"],
  },
  {
    row: "P-12",
    ours: "DStream.reduceByKeyAndWindow",
    test: [windows, "reduceByKeyAndWindow() without an inverse merges the oldest first"],
  },
  {
    row: "P-13",
    ours: "DStream.reduceByKeyAndWindow",
    test: [
      windows,
      "reduceByKeyAndWindow() with an inverse lets go of keys that have left the window",
      "reduceByKeyAndWindow() leaves out what the filter rejects, and does not fail when its batch leaves",
      "reduceByKeyAndWindow() counts nothing from between windows that do not overlap",
      "reduceByKeyAndWindow() does not start with durations that are no multiples of the stream's slide",
    ],
    but:
      "needs no checkpoint; keys leave with their last value; windows that do not overlap count nothing from between",
  },
  {
    row: "P-14",
    ours: "DStream.reduceByKeyAndWindow",
    test: [windows, "reduceByKeyAndWindow() fills the partitions that it is told to"],
  },
  {
    row: "P-15",
    ours: "DStream.updateStateByKey",
    test: [
      state,
      "updateStateByKey() is a map that every batch updates",
      "updateStateByKey() leaves out batches in which",
      "updateStateByKey() has no RDD until its parent has one, and then one in every batch",
    ],
    but: "needs no checkpoint; a batch that fails is not in the state",
  },
  {
    row: "P-16",
    ours: "DStream.updateStateByKey",
    test: [state, "updateStateByKey() is a map that every batch updates"],
  },
  {
    row: "P-17",
    ours: "DStream.updateStatePartitions",
    test: [state, "updateStateByKeyTimed() and updateStatePartitions() come to what updateStateByKey() does"],
    but: "a key that belongs to another partition fails the batch",
  },
  {
    row: "P-18",
    ours: "DStream.updateStatePartitions",
    test: [state, "updateStatePartitions() keeps the first of several pairs of a key"],
  },
  {
    row: "P-19",
    ours: "DStream.updateStateByKeyTimed",
    test: [state, "updateStateByKeyTimed() and updateStatePartitions() come to what updateStateByKey() does"],
  },
  {
    row: "P-20",
    ours: "DStream.mapWithState",
    test: [
      mapWithState,
      "mapWithState() is a map that is touched record by record, and stateSnapshots() shows all of it",
    ],
    but: "needs no checkpoint; a batch that fails is not in the state",
  },
  {
    row: "P-21",
    ours: "DStream.stateSnapshots",
    test: [mapWithState, "stateSnapshots() alone is enough to keep the state going"],
  },
  { row: "P-22", reason: hadoop },
  { row: "P-23", reason: hadoop },
  {
    row: "P-24",
    ours: "DStream.partitionBy DStream.reduceByKeyAndWindow",
    test: ["tests/dstream/partitioning_test.ts", "partitionBy() hashes into the default number of partitions"],
    golden: "KY-14",
  },
]
