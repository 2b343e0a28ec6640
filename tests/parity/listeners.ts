import type { Row } from "./row.ts"

const events = "tests/streaming/listeners/events_test.ts"
const life = "events come in the order of a batch's life, between StreamingStarted and StreamingStopped"
const receiver = "a receiver's events tell its name, whether it is active, and its last error"

/** Events that listeners get. */
export const listeners: ReadonlyArray<Row> = [
  {
    row: "LS-01",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "StreamingStarted and StreamingStopped tell when it happened"],
  },
  { row: "LS-02", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  { row: "LS-03", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  { row: "LS-04", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  {
    row: "LS-05",
    ours: "StreamingContext.addStreamingListener",
    test: [events, life],
    golden: "LS-01 LS-04 LS-05 LS-06",
  },
  {
    row: "LS-06",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "a batch's fields are known as it goes along, and delays when they can be"],
  },
  { row: "LS-07", ours: "StreamingContext.addStreamingListener", test: [events, life], golden: "LS-03" },
  { row: "LS-08", ours: "StreamingContext.addStreamingListener", test: [events, life], golden: "LS-02" },
  {
    row: "LS-09",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "a failing output's operation tells the reason, and its batch is completed with it"],
  },
  {
    row: "LS-10",
    ours: "StreamingContext.statsReportListener",
    test: ["tests/streaming/listeners/stats_report_test.ts", "statsReportListener() logs the distribution"],
  },
]
