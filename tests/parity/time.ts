import type { Row } from "./row.ts"

const durations = "tests/core/durations_test.ts"
const times = "tests/core/time_test.ts"
const intervals = "tests/core/interval_test.ts"

/** Durations, times, intervals. */
export const time: ReadonlyArray<Row> = [
  {
    row: "TM-01",
    ours: "Durations.show Durations.toFormattedString Durations.prettyPrint",
    test: [durations, "prettyPrint() returns the texts recorded from Spark"],
    golden: "TM-01 TM-02 TM-03",
    but: "a duration is a number of milliseconds, or another input of Effect's Duration",
  },
  {
    row: "TM-02",
    ours: "Durations.toMillis",
    golden: "TM-04 TM-05 TM-06 TM-07 TM-08 TM-09 TM-10 TM-11 TM-12 TM-13",
    test: [durations, "toMillis() accepts whole positive milliseconds"],
  },
  {
    row: "TM-03",
    ours: "Durations.less Durations.lessEq Durations.greater Durations.greaterEq",
    test: [durations, "less() to greaterEq() compare as recorded from Spark"],
  },
  { row: "TM-04", ours: "Durations.plus Durations.minus", test: [durations, "plus(), minus(), times() and div()"] },
  { row: "TM-05", ours: "Durations.times", test: [durations, "plus(), minus(), times() and div()"] },
  { row: "TM-06", ours: "Durations.div", test: [durations, "plus(), minus(), times() and div()"] },
  {
    row: "TM-07",
    ours: "Durations.isMultipleOf",
    test: [durations, "isMultipleOf() agrees with multiplication"],
    golden: "TM-13",
  },
  {
    row: "TM-08",
    ours: "Durations.min Durations.max Durations.isZero",
    test: [durations, "isMultipleOf(), min(), max() and isZero() return the values recorded from Spark"],
  },
  {
    row: "TM-09",
    ours: "Durations.milliseconds Durations.seconds Durations.minutes",
    test: [durations, "milliseconds(), seconds() and minutes() return milliseconds"],
    golden: "TM-14",
  },
  {
    row: "TM-10",
    ours: "Time.show",
    test: [times, "show() appends the unit"],
    but: "a time is a number of milliseconds",
  },
  {
    row: "TM-11",
    ours: "Time.less Time.lessEq Time.greater Time.greaterEq",
    test: [times, "less() to greaterEq(), min() and max() order times by value"],
  },
  {
    row: "TM-12",
    ours: "Time.plus Time.minus Time.minusTime",
    test: [times, "minusTime() returns the values recorded from Spark and undoes plus()"],
    golden: "TM-19",
  },
  {
    row: "TM-13",
    ours: "Time.floor",
    test: [times, "floor() returns the values recorded from Spark"],
    golden: "TM-15",
  },
  {
    row: "TM-14",
    ours: "Time.floorZero",
    test: [times, "floorZero() returns the latest multiple from the zero"],
    golden: "TM-16",
  },
  { row: "TM-15", ours: "Time.isMultipleOf", test: [times, "isMultipleOf() returns the values"], golden: "TM-20" },
  { row: "TM-16", ours: "Time.min Time.max", test: [times, "min() and max() order times by value"] },
  {
    row: "TM-17",
    ours: "Time.until",
    test: [times, "until() returns the values recorded from Spark"],
    golden: "TM-17",
  },
  { row: "TM-18", ours: "Time.to", test: [times, "to() returns the values recorded from Spark"], golden: "TM-18" },
  {
    row: "TM-19",
    ours: "Interval.make Interval.show Interval.less Interval.plus Interval.currentInterval",
    test: [intervals, "less() to greaterEq() fail for different durations with Spark's message"],
    golden: "TM-21 TM-22",
  },
]
