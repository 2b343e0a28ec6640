import type { Row } from "./row.ts"

const mqtt = "tests/connector/mqtt_test.ts"
const mqttContract = "tests/connector/mqtt_contract_test.ts"
const twitterContract = "tests/connector/twitter_contract_test.ts"
const flumeContract = "tests/connector/flume_contract_test.ts"
const noConnector = "there is no connector for it"

/** The connectors for Flume, and those of Apache Bahir. */
export const flumeAndBahir: ReadonlyArray<Row> = [
  {
    row: "F-01",
    ours: "flume/pushStream",
    test: [flumeContract, "pushStream() delivers at least once what an agent sends"],
    but: "events are acknowledged when they are stored; no storage level",
  },
  {
    row: "F-02",
    ours: "flume/pollingStream",
    test: [flumeContract, "pollingStream() delivers at least once what it fetches from Spark's sink"],
    but: "no storage level",
  },
  {
    row: "F-03",
    ours: "flume/pushStream flume/pollingStream",
    test: ["tests/connector/flume_test.ts", "the calls of a connection give events"],
    but: "the event is the record itself",
  },
  {
    row: "B-01",
    ours: "twitter/filteredStream twitter/sampleStream",
    test: [twitterContract, "backfill delivers"],
    but: "version 2 of the API with a bearer token; filters are rules; connects again as X asks for; no storage level",
  },
  {
    row: "B-02",
    ours: "twitter/filteredStream",
    test: ["tests/connector/twitter_test.ts", "rules that are missing are added"],
    but: "operators of rules, such as from: and bounding_box:, take the place of a FilterQuery",
  },
  {
    row: "B-03",
    ours: "mqtt/textStream",
    test: [mqttContract, "textStream() with quality of service"],
    but: "sessions are kept when there is a clientId; messages are acknowledged when they are stored; no storage level",
  },
  {
    row: "B-04",
    ours: "mqtt/pairedStream",
    test: [mqtt, "pairedStream() receives several topics with wildcards"],
  },
  { row: "B-05", ours: "mqtt/pairedByteArrayStream", test: [mqtt, "pairedByteArrayStream() keeps the bytes"] },
  { row: "B-06", reason: noConnector },
  { row: "B-07", reason: noConnector },
  { row: "B-08", reason: "there are no actors; Receiver.make takes the place of ActorReceiver" },
  { row: "B-09", reason: noConnector },
  { row: "B-10", reason: noConnector },
]
