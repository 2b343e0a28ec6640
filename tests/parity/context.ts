import type { Row } from "./row.ts"

const lifecycle = "tests/streaming/lifecycle_test.ts"
const options = "tests/streaming/options_test.ts"
const stop = "tests/streaming/stop_test.ts"
const events = "tests/streaming/listeners/events_test.ts"

const checkpoint = "checkpoints on disk are not implemented yet"
const files = "tests/source/file_stream_test.ts"

/** The streaming context. */
export const context: ReadonlyArray<Row> = [
  {
    row: "SC-01",
    ours: "StreamingContext.make StreamingContext.makeWith",
    test: [stop, "a second context runs on the SparkContext of the first"],
    but: "the SparkContext and the batch interval are services",
  },
  {
    row: "SC-02",
    ours: "SparkContext.layer Scheduler.layer",
    test: [options, "Scheduler.layer() fails with InvalidOption if the duration is not a positive whole number"],
  },
  {
    row: "SC-03",
    ours: "SparkContext.layer",
    test: [options, "SparkContext.layer() fails with InvalidOption for unsupported master URLs"],
    but: "takes no sparkHome, jars or environment",
  },
  { row: "SC-04", reason: checkpoint },
  { row: "SC-05", reason: checkpoint },
  {
    row: "SC-06",
    ours: "SparkContext.SparkContext",
    test: [options, "SparkContext.layer() takes the parallelism from the master URL"],
    but: "a service; a field in Spark",
  },
  {
    row: "SC-07",
    ours: "StreamingContext.remember",
    test: [lifecycle, "remember() can be called once, and only before the context has been started or stopped"],
    golden: "LC-16 RM-01 RM-02",
  },
  { row: "SC-08", reason: checkpoint },
  {
    row: "SC-09",
    ours: "DStream.receiverStream DStream.fromReceiver",
    test: [
      "tests/streaming/batches_test.ts",
      "receivers and sources of positions both contribute records to the same batch",
    ],
  },
  {
    row: "SC-10",
    ours: "DStream.socketTextStream",
    test: [
      "tests/source/socket_test.ts",
      "returns the same lines however they arrive, and the last one before the restart",
    ],
  },
  {
    row: "SC-11",
    ours: "DStream.socketStream",
    test: ["tests/source/socket_test.ts", "socketStream() stores what the decoder emits"],
  },
  {
    row: "SC-12",
    ours: "DStream.rawSocketStream",
    test: ["tests/source/socket_test.ts", "rawSocketStream() stores each message as a block"],
  },
  {
    row: "SC-13",
    ours: "DStream.fileStream",
    test: [files, "fileStream() gives the records of a decoder of bytes and lines"],
    golden: "FS-04 FS-07 FS-11",
    but: "takes a decoder of bytes or lines, where Spark takes an InputFormat",
  },
  {
    row: "SC-14",
    ours: "DStream.textFileStream",
    test: [files, "a batch reads the files modified until its time, the earliest first, and each once"],
    golden: "FS-01 FS-02 FS-03 FS-09 FS-10 FS-12",
  },
  {
    row: "SC-15",
    ours: "DStream.binaryRecordsStream",
    test: [files, "binaryRecordsStream() cuts files into records, and refuses those that do not fit"],
    golden: "FS-13",
  },
  {
    row: "SC-16",
    ours: "DStream.queueStream DStream.rddQueue",
    test: ["tests/source/queue_test.ts", "queueStream() has the default RDD when the queue is empty"],
    golden: "IN-01 IN-02 IN-03 IN-04 IN-05 IN-06 IN-07 IN-08",
  },
  {
    row: "SC-17",
    ours: "DStream.unionAll",
    test: ["tests/dstream/operators/unions_test.ts", "unionAll() concatenates each batch"],
    golden: "EW-19",
  },
  {
    row: "SC-18",
    ours: "DStream.transformAll",
    test: [
      "tests/dstream/operators/transform_test.ts",
      "transformWith() and transformAll() pass the RDDs to their function in order",
    ],
    golden: "TR-15 TR-16",
  },
  {
    row: "SC-19",
    ours: "StreamingContext.addStreamingListener StreamingContext.events",
    test: [events, "a listener added twice gets every event twice"],
  },
  {
    row: "SC-20",
    ours: "StreamingContext.removeStreamingListener",
    test: [events, "each removal ends one of its subscriptions"],
  },
  {
    row: "SC-21",
    ours: "StreamingContext.getState",
    test: [lifecycle, "a context goes from Initialized to Active to Stopped"],
    golden: "LC-01",
  },
  {
    row: "SC-22",
    ours: "StreamingContext.start",
    test: [lifecycle, "start() of a started context fails with AlreadyStarted"],
    golden: "LC-05 LC-06",
  },
  {
    row: "SC-23",
    ours: "StreamingContext.awaitTermination",
    test: [
      lifecycle,
      "awaitTermination() waits until the context has stopped, in any fiber",
    ],
  },
  {
    row: "SC-24",
    ours: "StreamingContext.awaitTerminationOrTimeout",
    test: [lifecycle, "awaitTerminationOrTimeout() returns false after the timeout"],
    golden: "LC-17 LC-18 LC-19",
    but: "a negative timeout has passed; Spark waits forever",
  },
  {
    row: "SC-25",
    ours: "StreamingContext.stop",
    test: [stop, "stop() also stops the SparkContext, unless stopSparkContext is false"],
    golden: "LC-03 LC-04 LC-13 LC-14",
  },
  {
    row: "SC-26",
    ours: "StreamingContext.stop",
    test: [stop, "a graceful stop makes batches of all stored records, and waits until they have ended"],
  },
  {
    row: "SC-27",
    ours: "StreamingContext.getActive",
    test: [lifecycle, "getActive returns the context between start and stop"],
    golden: "LC-11 LC-12",
  },
  {
    row: "SC-28",
    ours: "StreamingContext.getActiveOrCreate",
    test: [lifecycle, "getActiveOrCreate creates one only if none is active"],
    golden: "LC-27",
  },
  { row: "SC-29", reason: checkpoint },
  { row: "SC-30", reason: checkpoint },
  { row: "SC-31", reason: "packages Java classes, which modules do not need" },
  { row: "SC-32", reason: "Java's names; close is StreamingContext.stop, or the end of the scope of start" },
  {
    row: "SC-33",
    reason: "Python's names for SC-10, SC-16 to SC-19, SC-28 and for operations that are not implemented yet",
  },
]
