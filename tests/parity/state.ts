import type { Row } from "./row.ts"

const current = "tests/dstream/state/current_state_test.ts"
const mapWithState = "tests/dstream/state/map_with_state_test.ts"

const placed = "mapWithState() keeps state where numPartitions() and partitioner() say, whatever they were before"
const shows = "State shows what it holds"
const removes = "State.remove() removes it, also where there is none, but not twice, and nothing can be set after it"

/** Keyed state: `mapWithState`. */
export const state: ReadonlyArray<Row> = [
  {
    row: "ST-01",
    ours: "StateSpec.function StateSpec.timed",
    golden: "MS-02 MS-03 MS-04 MS-05",
    test: [mapWithState, "mapWithState() with a timed function makes records of what is some"],
  },
  {
    row: "ST-02",
    ours: "StateSpec.initialState",
    golden: "MS-06",
    test: [mapWithState, "mapWithState() takes the last of several first states of a key"],
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
    test: [mapWithState, "mapWithState() ends keys in the first batch in which they have been idle for longer"],
    but: "timeouts are exact; Spark's are up to ten batches late",
  },
  { row: "ST-06", ours: "StateSpec.function", golden: "MS-19", test: [current, shows] },
  { row: "ST-07", ours: "StateSpec.function", golden: "MS-14", test: [current, shows] },
  { row: "ST-08", ours: "StateSpec.function", golden: "MS-19", test: [current, shows] },
  {
    row: "ST-09",
    ours: "StateSpec.function StateSpec.InvalidStateChange",
    golden: "MS-16 MS-18",
    test: [current, "State.update() sets it, also where there was none, and to nothing"],
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
