/** Results as rows for programs that read them: the file that `--json` writes. */
import { goalBound } from "./format.ts"
import type { Clock, Outcome, Report } from "./report.ts"
import { spreadOf } from "./report.ts"

/** One figure by one clock, with the goal for it, if there is one. A figure with several goals has a row for each. */
export interface Row {
  readonly bench: string
  readonly figure: string
  /** `ms` for wall times, `cpu ms` for processor times of the thread, or another unit. */
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** How many times faster, or smaller, the figure is than `against`. With several runs the median of their ratios. */
  readonly ratio: number | null
  readonly against: string | null
  readonly goal: string | null
  readonly reached: boolean | null
}

const ratioOf = ({ goal, value }: Outcome): number | null =>
  "percent" in goal ? value / 100 : "times" in goal ? 1 / value : null

const clocks: ReadonlyArray<Clock> = ["wall", "cpu"]

/** The rows of a benchmark. */
export const rowsOf = (bench: string, report: Report, outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Row> =>
  report.figures.flatMap((figure, i) =>
    clocks.flatMap((clock) => {
      const values = spreadOf(figure, clock)
      if (values === undefined) return []
      const { max, median, min } = values
      const unit = clock === "cpu" ? `cpu ${figure.unit}` : figure.unit
      const own = { bench, figure: figure.name, unit, median, min, max }
      const goals = outcomes.filter((one) => one.goal.of === figure.name && one.clock === clock)
      if (goals.length > 0) {
        return goals.map((outcome): Row => ({
          ...own,
          ratio: ratioOf(outcome),
          against: outcome.goal.base ?? null,
          goal: goalBound(outcome.goal, figure.unit),
          reached: outcome.reached,
        }))
      }
      const first = report.figures[0]
      const base = i === 0 || first?.unit !== figure.unit ? undefined : spreadOf(first, clock)
      return [{
        ...own,
        ratio: base === undefined ? null : base.median / median,
        against: base === undefined ? null : first?.name ?? null,
        goal: null,
        reached: null,
      }]
    })
  )
