import type { Row } from "./row.ts"

const STREAM = "tests/connector/kinesis/stream_test.ts"
const LEASES = "tests/connector/kinesis/leases_test.ts"
const FAULTS = "tests/connector/kinesis/faults_test.ts"

/** Kinesis. */
export const kinesis: ReadonlyArray<Row> = [
  {
    row: "KN-01",
    ours: "kinesis/stream kinesis/textStream",
    test: [STREAM, "options that make no sense", "each batch reads what has arrived"],
    but: "options in place of a builder; applicationName may be left out, and then the program reads all shards",
  },
  {
    row: "KN-02",
    ours: "kinesis/stream",
    test: [STREAM, "stream gives whole records"],
    but: "the default is the endpoint of the region",
  },
  {
    row: "KN-03",
    ours: "kinesis/stream",
    test: [STREAM, "stream gives whole records"],
    but: "the default is the region that AWS's SDK finds",
  },
  {
    row: "KN-04",
    ours: "kinesis/stream",
    test: [STREAM, "a stream begins at the oldest record, at the latest, or at a time"],
  },
  {
    row: "KN-05",
    ours: "kinesis/stream",
    test: [LEASES, "how far a batch has read is written after it"],
    but: "positions are written after each batch; there is no interval",
  },
  {
    row: "KN-06",
    reason: "records stay in memory until their batch is done, and are fetched again by sequence numbers later",
  },
  {
    row: "KN-07",
    ours: "kinesis/stream",
    test: [FAULTS, "a provider that has no credentials", "credentials that DynamoDB refuses"],
    but: "roles by a provider of AWS's SDK; nothing is sent to CloudWatch",
  },
  { row: "KN-08", reason: "nothing is sent to CloudWatch; metrics are Effect's, see docs/operating.md" },
  { row: "KN-09", ours: "kinesis/stream kinesis/textStream", test: [STREAM, "stream gives whole records"] },
  { row: "KN-10", reason: "superseded in Spark by the builder" },
]
