import type { Row } from "./row.ts"

const spec = "tests/dstream/state_spec_test.ts"
const mapWithState = "tests/dstream/map_with_state_test.ts"

const shows = "State shows what it holds"
const removes = "State.remove() removes it, also where there is none, but not twice, and nothing can be set after it"

/** State of keys: `mapWithState`. */
export const state: ReadonlyArray<Row> = [
  {
    row: "ST-01",
    ours: "StateSpec.function StateSpec.timed",
    test: [mapWithState, "mapWithState() with a timed function makes records of what is some"],
  },
  {
    row: "ST-02",
    ours: "StateSpec.initialState",
    test: [mapWithState, "mapWithState() takes the last of several first states of a key"],
  },
  {
    row: "ST-03",
    ours: "StateSpec.numPartitions",
    test: [spec, "StateSpec changes make new specs, of which the last that says where the state lies counts"],
  },
  {
    row: "ST-04",
    ours: "StateSpec.partitioner",
    test: [spec, "StateSpec changes make new specs, of which the last that says where the state lies counts"],
  },
  {
    row: "ST-05",
    ours: "StateSpec.timeout",
    test: [mapWithState, "mapWithState() ends keys in the first batch in which they have been idle for longer"],
    but: "timeouts are exact, not late by up to ten batches",
  },
  { row: "ST-06", ours: "StateSpec.function", test: [spec, shows] },
  { row: "ST-07", ours: "StateSpec.function", test: [spec, shows] },
  { row: "ST-08", ours: "StateSpec.function", test: [spec, shows] },
  {
    row: "ST-09",
    ours: "StateSpec.function StateSpec.InvalidStateChange",
    test: [spec, "State.update() sets it, also where there was none, and to nothing"],
  },
  { row: "ST-10", ours: "StateSpec.function StateSpec.InvalidStateChange", test: [spec, removes] },
  { row: "ST-11", ours: "StateSpec.function", test: [spec, "State that is timing out can only be read"] },
  { row: "ST-12", ours: "StateSpec.function", test: [spec, shows] },
]
