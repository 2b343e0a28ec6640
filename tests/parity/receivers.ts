import type { Row } from "./row.ts"

const supervisor = "tests/receiver/supervisor_test.ts"
const generator = "tests/receiver/block_generator_test.ts"

/** What a receiver can do. */
export const receivers: ReadonlyArray<Row> = [
  {
    row: "R-01",
    ours: "Receiver.make",
    test: [supervisor, "supervise() starts the receiver, and stop ends it"],
    but: "the storage level is an option, and there are no replicas",
  },
  {
    row: "R-02",
    ours: "Receiver.make",
    test: [supervisor, "a failing onStart, typed or not, restarts the receiver after the delay"],
    but: "onStart may run for as long as it receives",
  },
  { row: "R-03", ours: "Receiver.make", test: [supervisor, "stop ends its fibers first and runs onStop last"] },
  { row: "R-04", reason: "receivers run in the process that starts the context" },
  {
    row: "R-05",
    ours: "Receiver.make",
    test: [generator, "block() ignores the rate limit"],
    but: "store.one, and store.all for several records",
  },
  {
    row: "R-06",
    ours: "Receiver.make",
    test: [generator, "cut() makes one block of the buffered records, and block() stores a block of its own after it"],
    but: "store.block, without metadata",
  },
  {
    row: "R-07",
    ours: "Receiver.make",
    test: [generator, "all() and block() copy the array, so that the caller can reuse it"],
    but: "store.block and store.all take arrays",
  },
  {
    row: "R-08",
    ours: "DStream.rawSocketStream",
    test: ["tests/source/socket_test.ts", "rawSocketStream() stores each message as a block"],
    but: "bytes are decoded on arrival, so that records are counted",
  },
  {
    row: "R-09",
    ours: "Receiver.make",
    test: [supervisor, "store.reportError() reports the error, and the receiver continues"],
  },
  {
    row: "R-10",
    ours: "Receiver.make",
    test: [supervisor, "store.restart() returns at once, counts once, uses its own delay"],
  },
  {
    row: "R-11",
    ours: "Receiver.make",
    test: [supervisor, "store.stop() stops the receiver for good"],
    but: "a stopped receiver is not started again",
  },
  { row: "R-12", reason: "there is no flag to poll, because stopping a receiver interrupts it" },
  { row: "R-13", reason: "a receiver does not know its stream; events name it" },
]
