import type { Row } from "./row.ts"

const events = "tests/streaming/listeners/events_test.ts"
const life = "the events of a batch come in order, between StreamingStarted and StreamingStopped"
const receiver = "the events of a receiver have its name, whether it is active, and its last error"

/** Events that listeners get. */
export const listeners: ReadonlyArray<Row> = [
  {
    row: "LS-01",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "StreamingStarted and StreamingStopped have the time of the start and the stop"],
  },
  { row: "LS-02", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  { row: "LS-03", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  { row: "LS-04", ours: "StreamingContext.addStreamingListener", test: [events, receiver] },
  {
    row: "LS-05",
    ours: "StreamingContext.addStreamingListener",
    test: [events, life],
    golden: "LS-01 LS-04 LS-05",
  },
  {
    row: "LS-06",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "the fields of BatchInfo are filled in as the batch proceeds"],
  },
  { row: "LS-07", ours: "StreamingContext.addStreamingListener", test: [events, life], golden: "LS-03" },
  { row: "LS-08", ours: "StreamingContext.addStreamingListener", test: [events, life], golden: "LS-02" },
  {
    row: "LS-09",
    ours: "StreamingContext.addStreamingListener",
    test: [events, "OutputOperationCompleted of a failed output has the reason, and BatchCompleted has it too"],
  },
  {
    row: "LS-10",
    ours: "StreamingContext.statsReportListener",
    test: ["tests/streaming/listeners/stats_report_test.ts", "statsReportListener() logs the distribution"],
  },
]
