import type { Row } from "./row.ts"

const connectors = "connectors are not implemented yet"

/** Kinds of input streams. */
export const inputs: ReadonlyArray<Row> = [
  {
    row: "I-01",
    ours: "DStream.socketTextStream DStream.socketStream",
    test: [
      "tests/source/socket_test.ts",
      "restarts when the peer resets the connection, and loses only the broken line",
    ],
  },
  {
    row: "I-02",
    ours: "DStream.rawSocketStream",
    test: ["tests/source/socket_test.ts", "rawSocketStream() takes a custom decoder"],
  },
  {
    row: "I-03",
    ours: "DStream.textFileStream DStream.fileStream DStream.binaryRecordsStream",
    test: [
      "tests/source/file_restart_test.ts",
      "after a restart no file is read twice, and files that came in the meantime are read",
    ],
    golden: "FS-01 FS-02 FS-04",
  },
  {
    row: "I-04",
    ours: "DStream.queueStream",
    test: ["tests/source/queue_test.ts", "queueStream() takes RDDs that are pushed while it runs"],
    golden: "IN-14",
  },
  {
    row: "I-05",
    ours: "DStream.constant",
    test: ["tests/source/queue_test.ts", "constant() has the same RDD in every batch, and refuses anything else"],
    golden: "IN-09 IN-10 IN-11",
  },
  {
    row: "I-06",
    ours: "DStream.fromReceiver",
    test: ["tests/streaming/batches_test.ts", "a record stored just before a tick is in that tick's batch"],
    but: "a function that returns a stream, a subclass in Spark; no write-ahead log",
  },
  {
    row: "I-07",
    ours: "DStream.fromPositions DStream.make",
    test: ["tests/streaming/batches_test.ts", "positions are committed when a batch with jobs ends"],
    golden: "EW-30 IN-13",
  },
  {
    row: "I-08",
    ours: "DStream.receiverStream",
    test: ["tests/streaming/batches_test.ts", "every record is in exactly one batch"],
  },
  { row: "I-09", reason: connectors },
  { row: "I-10", reason: connectors },
  {
    row: "I-11",
    ours: "flume/pushStream flume/pollingStream",
    test: ["tests/connector/flume_contract_test.ts", "delivers at least once"],
  },
  {
    row: "I-12",
    ours: "mqtt/textStream",
    test: ["tests/connector/mqtt_contract_test.ts", "textStream() with quality of service"],
    but: "MQTT only",
  },
]
