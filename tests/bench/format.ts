/** Numbers, goals and figures as text. */
import type { Goal } from "./report.ts"

const short = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)

/** Formats a value with its unit; short times in microseconds. */
export const withUnit = (value: number, unit: string): string =>
  unit === "ms" && Math.abs(value) < 1 ? `${short(value * 1000)} µs` : `${short(value)} ${unit}`

/** Formats a speed in percent of another, or as a multiple where it is at least twice as high. */
export const speed = (percent: number): string =>
  percent >= 200 ? `${short(percent / 100)} ×` : `${percent.toFixed(0)} %`

/** Formats a measured value of a goal. */
export const goalValue = (goal: Goal, value: number, unit: string): string =>
  "percent" in goal
    ? speed(value)
    : "times" in goal
    ? `${value.toFixed(2)} × the ${unit === "MB" ? "memory" : "time"}`
    : withUnit(value, unit)

/** Formats a number of a goal without zeros at its end. */
const round = (value: number): string => String(Number(short(value)))

/** Formats the bound of a goal. */
export const goalBound = (goal: Goal, unit: string): string =>
  "percent" in goal
    ? `≥ ${goal.percent >= 200 ? `${round(goal.percent / 100)} ×` : `${round(goal.percent)} %`}`
    : "times" in goal
    ? `≤ ${round(goal.times)} ×`
    : `≤ ${round(goal.most)} ${unit}${goal.base === undefined ? "" : " more"}`

/** What a goal compares. */
export const goalName = ({ base, of, what }: Goal): string =>
  what ?? (base === undefined ? of : `${of} against ${base}`)
