/** Results as Markdown, for people. */
import { goalBound, goalName, goalValue, speed, withUnit } from "./format.ts"
import type { Figure } from "./measure.ts"
import type { Goal, Outcome, Report } from "./report.ts"

/** Lays out a table whose columns line up. The first column is text, the others are numbers. */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = header.map((_, i) => Math.max(3, ...[header, ...rows].map((row) => row[i]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(" | ")} |`
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)
  return [line(header), line(rule), ...rows.map(line)].join("\n")
}

/** The unit of the figure that a goal is about. */
const unitOf = ({ figures }: Report, { of }: Goal): string => figures.find(({ name }) => name === of)?.unit ?? "ms"

/** The figures of a benchmark, and under them its goals with the value of each run. */
export const section = (report: Report, outcomes: ReadonlyArray<Outcome>): string => {
  const [first] = report.figures
  const compared = ({ cpu, median }: Figure) => report.isWall || cpu === undefined ? median : cpu.median
  const rows = report.figures.map((figure) => {
    const { cpu, max, median, min, name, unit } = figure
    const base = first?.unit === unit ? compared(first) : undefined
    return [
      name,
      withUnit(median, unit),
      withUnit(min, unit),
      withUnit(max, unit),
      cpu === undefined ? "" : withUnit(cpu.median, unit),
      base === undefined ? "" : speed((base / compared(figure)) * 100),
    ]
  })
  const goals = outcomes.map(({ goal, reached, runs, value }) => {
    const unit = unitOf(report, goal)
    const each = runs.length > 1 ? ` [${runs.map((run) => goalValue(goal, run, unit)).join(", ")}]` : ""
    return `- ${reached ? "reached" : "MISSED"}: ${goalName(goal)}: ${goalValue(goal, value, unit)}${each}, ` +
      `goal ${goalBound(goal, unit)}`
  })
  return [
    `## ${report.title}`,
    table(["", "median", "min", "max", "processor", "speed"], rows),
    ...(goals.length === 0 ? [] : [goals.join("\n")]),
  ].join("\n\n")
}

/** One benchmark with its goals. */
export interface Result {
  readonly bench: string
  readonly report: Report
  readonly outcomes: ReadonlyArray<Outcome>
}

/** All goals of a run in one table. */
export const goalTable = (results: ReadonlyArray<Result>): string =>
  table(
    ["benchmark", "goal", "measured", ""],
    results.flatMap(({ bench, outcomes, report }) =>
      outcomes.map(({ goal, reached, value }) => {
        const unit = unitOf(report, goal)
        return [
          `${bench}: ${goalName(goal)}`,
          goalBound(goal, unit),
          goalValue(goal, value, unit),
          reached ? "reached" : "MISSED",
        ]
      })
    ),
  )
