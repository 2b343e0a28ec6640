import type { Row } from "./row.ts"

const current = "tests/dstream/state/current_state_test.ts"
const mapWithState = "tests/dstream/state/map_with_state_test.ts"

const placed = "mapWithState() partitions its state by the last of numPartitions() and partitioner()"
const shows = "State gives its value, and says if it has none"
const removes = "State.remove() removes the state, whether or not there is one; then update() and remove() fail"

/** State of keys: `mapWithState`. */
export const state: ReadonlyArray<Row> = [
  {
    row: "ST-01",
    ours: "StateSpec.function StateSpec.timed",
    golden: "MS-02 MS-03 MS-04 MS-05",
    test: [mapWithState, "mapWithState() with a timed function passes the batch time"],
  },
  {
    row: "ST-02",
    ours: "StateSpec.initialState",
    golden: "MS-06",
    test: [mapWithState, "mapWithState() starts from the last of several initial states of a key"],
  },
  {
    row: "ST-03",
    ours: "StateSpec.numPartitions",
    test: [mapWithState, placed],
  },
  {
    row: "ST-04",
    ours: "StateSpec.partitioner",
    test: [mapWithState, placed],
  },
  {
    row: "ST-05",
    ours: "StateSpec.timeout",
    golden: "MS-11 MS-12",
    test: [mapWithState, "mapWithState() removes keys in the first batch in which they have been idle for longer"],
    but: "timeouts are exact; Spark's are up to ten batches late",
  },
  { row: "ST-06", ours: "StateSpec.function", golden: "MS-19", test: [current, shows] },
  { row: "ST-07", ours: "StateSpec.function", golden: "MS-14", test: [current, shows] },
  { row: "ST-08", ours: "StateSpec.function", golden: "MS-19", test: [current, shows] },
  {
    row: "ST-09",
    ours: "StateSpec.function StateSpec.InvalidStateChange",
    golden: "MS-16 MS-18",
    test: [current, "State.update() sets the state, whether or not there was one, also to undefined"],
  },
  {
    row: "ST-10",
    ours: "StateSpec.function StateSpec.InvalidStateChange",
    golden: "MS-07 MS-13 MS-15 MS-17",
    test: [current, removes],
  },
  { row: "ST-11", ours: "StateSpec.function", test: [current, "State that is timing out can only be read"] },
  { row: "ST-12", ours: "StateSpec.function", test: [current, shows] },
]
