import type { Row } from "./row.ts"

const STREAM = "tests/connector/kafka/stream.ts"
const oneProcess = "partitions are read in the process that computes them, so there is nothing to locate"

/** Kafka. */
export const kafka: ReadonlyArray<Row> = [
  {
    row: "K-01",
    ours: "kafka/directStream kafka/directTextStream",
    test: [STREAM, "each batch reads what has arrived since the batch before, partition by partition"],
    but: "without location strategies; keys and values are bytes or text, without deserializers",
  },
  {
    row: "K-02",
    ours: "kafka/recordRDD kafka/textRDD",
    test: ["tests/connector/kafka/rdd.ts", "recordRDD gives keys, values, headers, timestamps and offsets"],
  },
  { row: "K-03", reason: oneProcess },
  { row: "K-04", reason: oneProcess },
  { row: "K-05", reason: oneProcess },
  {
    row: "K-06",
    ours: "kafka/directStream",
    test: [STREAM, "a stream begins at the oldest record, at a time, or at offsets"],
  },
  {
    row: "K-07",
    ours: "kafka/directStream",
    test: [STREAM, "new partitions, and new topics of a pattern, are found and read from their oldest record"],
  },
  {
    row: "K-08",
    ours: "kafka/directStream",
    test: [STREAM, "assign reads the given partitions only"],
  },
  { row: "K-09", reason: "there is no consumer that a function of the user could make" },
  {
    row: "K-10",
    ours: "kafka/offsetRanges",
    test: [STREAM, "each batch reads what has arrived since the batch before, partition by partition"],
    but: "a plain object: untilOffset - fromOffset in place of count()",
  },
  {
    row: "K-11",
    ours: "kafka/offsetRanges",
    test: [STREAM, "operations that keep partitions keep the offset ranges, and others do not"],
    but: "also after operations that keep partitions, such as map",
  },
  {
    row: "K-12",
    ours: "kafka/directStream",
    test: [STREAM, "offsets are committed to the group, and a stream begins at them"],
    but: "the option groupId commits after each batch that has succeeded; the program does not call it",
  },
  {
    row: "K-13",
    ours: "kafka/directStream",
    test: [STREAM, "maxRatePerPartition can give each partition a rate of its own, and at least one record a batch"],
    but: "the minimum is one record a batch",
  },
  { row: "K-14", reason: "Spark 3 removed it; the direct stream loses nothing without a log" },
  { row: "K-15", reason: "Spark 3 removed it; directStream takes its place" },
]
