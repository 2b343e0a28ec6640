/** Results of benchmarks as plain data, which the measuring process sends to the process that prints them. */
import { type Figure, median } from "./measure.ts"

/** A bound on a figure: its speed in percent of a base, its time as a multiple of a base, or milliseconds. */
export interface Goal {
  /** What is compared, for printing. */
  readonly what: string
  /** The name of the figure. */
  readonly of: string
  /** The name of the figure that it is compared with. */
  readonly base?: string
  /** The least speed, in percent of the base's speed. */
  readonly percent?: number
  /** The most milliseconds; with a base, the most milliseconds more than the base. */
  readonly ms?: number
  /** The most time, as a multiple of the base's time. */
  readonly times?: number
}

/** The Spark workload that does the work of a figure, such as `join records=1000`. */
export interface SparkWork {
  readonly of: string
  readonly workload: string
}

/** The result of a benchmark. Speeds are printed in percent of the first figure's. */
export interface Report {
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
  readonly goals: ReadonlyArray<Goal>
  readonly spark?: ReadonlyArray<SparkWork>
}

/** Merges reports of the same benchmark: the median of the medians of each figure, and the extremes of all. */
export const merged = (reports: ReadonlyArray<Report>): Report | undefined => {
  const [first] = reports
  return first === undefined ? undefined : {
    ...first,
    figures: first.figures.map(({ name }, i) => {
      const all = reports.flatMap(({ figures }) => figures[i] ?? [])
      return {
        name,
        min: Math.min(...all.map(({ min }) => min)),
        median: median(all.map((one) => one.median)),
        max: Math.max(...all.map(({ max }) => max)),
      }
    }),
  }
}

/** Formats milliseconds. */
export const unit = (ms: number): string =>
  ms >= 100 ? `${ms.toFixed(0)} ms` : ms >= 1 ? `${ms.toFixed(2)} ms` : `${(ms * 1000).toFixed(1)} µs`

const valueOf = (goal: Goal, { figures }: Report): number => {
  const medianOf = (name: string | undefined) => figures.find((figure) => figure.name === name)?.median
  const own = medianOf(goal.of) ?? NaN
  if (goal.percent !== undefined) return ((medianOf(goal.base) ?? NaN) / own) * 100
  if (goal.times !== undefined) return own / (medianOf(goal.base) ?? NaN)
  return own - (medianOf(goal.base) ?? 0)
}

const goalLine = (goal: Goal, reports: ReadonlyArray<Report>): string => {
  const values = reports.map((report) => valueOf(goal, report))
  const value = median(values)
  const { ms, percent, times } = goal
  const show = (n: number) =>
    percent !== undefined ? `${n.toFixed(0)} %` : times !== undefined ? `${n.toFixed(2)} x` : unit(n)
  const met = percent !== undefined ? value >= percent : value <= (times ?? ms ?? Infinity)
  const wanted = `${percent !== undefined ? "at least" : "at most"} ${show(percent ?? times ?? ms ?? Infinity)}`
  const runs = values.length > 1 ? ` [${values.map(show).join(", ")}]` : ""
  return `  ${met ? "reached" : "MISSED "}  ${goal.what}: ${show(value)}${runs}, goal ${wanted}`
}

/** Prints a benchmark as a table, and its goals with the value of each run. A missed goal is printed and does not fail. */
export const print = (reports: ReadonlyArray<Report>): void => {
  const report = merged(reports)
  if (report === undefined) return
  const base = report.figures[0]?.median ?? NaN
  const header = ["", "median", "min", "max", "speed"]
  const rows = report.figures.map(({ name, min, median, max }) => [
    name,
    unit(median),
    unit(min),
    unit(max),
    `${((base / median) * 100).toFixed(0)} %`,
  ])
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]?.length ?? 0)))
  console.log(`\n${report.title}`)
  for (const row of [header, ...rows]) {
    console.log(`  ${row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("   ")}`)
  }
  for (const goal of report.goals) console.log(goalLine(goal, reports))
}
