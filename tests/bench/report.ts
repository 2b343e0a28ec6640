/** Results of benchmarks as plain data, which the measuring process sends to the process that prints them. */
import { type Figure, median, type Spread } from "./measure.ts"
import type { Size } from "./size.ts"

/**
 * A bound on a figure.
 *
 * - `percent`: the least speed in percent of that of the figure `base`
 * - `times`: the most time, or memory, as a multiple of that of `base`
 * - `most`: the highest value, in the unit of the figure; with a base, the most that it may be above that of `base`
 */
export type Goal =
  & { readonly of: string; readonly what?: string }
  & (
    | { readonly base: string; readonly percent: number }
    | { readonly base: string; readonly times: number }
    | { readonly base?: string; readonly most: number }
  )

/** A line of a chart: the figures of a report that belong to it, by name, each at its `x`. */
export interface Curve {
  readonly name: string
  readonly points: ReadonlyArray<{ readonly x: number; readonly figure: string }>
}

/**
 * The result of a benchmark. Speeds are shown in percent of the first figure's. Figures that have processor times are compared
 * by them.
 */
export interface Report {
  readonly title: string
  /** Whether wall times are compared even so, because much of the work is done elsewhere than on the thread. */
  readonly isWall?: boolean
  readonly figures: ReadonlyArray<Figure>
  readonly goals: ReadonlyArray<Goal>
  /** For the benchmarks of scaling: what grows from figure to figure. */
  readonly curves?: { readonly axis: string; readonly lines: ReadonlyArray<Curve> }
}

/** Runs a benchmark. Throws if results are wrong. */
export type Bench = (size: Size) => Promise<Report>

/** A goal with what was measured: the median of all runs, and the value of each. */
export interface Outcome {
  readonly goal: Goal
  readonly clock: Clock
  readonly value: number
  readonly runs: ReadonlyArray<number>
  readonly reached: boolean
}

/** Which times of a figure are meant. Values that are no times count as wall times. */
export type Clock = "wall" | "cpu"

/** The values of a figure by a clock. */
export const spreadOf = (figure: Figure, clock: Clock): Spread | undefined => clock === "wall" ? figure : figure.cpu

const mergedSpread = (all: ReadonlyArray<Spread>): Spread => ({
  min: Math.min(...all.map(({ min }) => min)),
  median: median(all.map((one) => one.median)),
  max: Math.max(...all.map(({ max }) => max)),
})

/** Merges reports of the same benchmark: the median of the medians of each figure, and the extremes of all. */
export const merged = (reports: readonly [Report, ...ReadonlyArray<Report>]): Report => {
  const [first] = reports
  return {
    ...first,
    figures: first.figures.map(({ name, unit }, i) => {
      const all = reports.flatMap(({ figures }) => figures[i] ?? [])
      const cpu = all.flatMap((one) => one.cpu ?? [])
      return { name, unit, ...mergedSpread(all), ...(cpu.length === 0 ? {} : { cpu: mergedSpread(cpu) }) }
    }),
  }
}

const clockOf = ({ base, of }: Goal, { figures, isWall = false }: Report): Clock => {
  const compared = figures.filter(({ name }) => name === of || name === base)
  return !isWall && compared.every(({ cpu }) => cpu !== undefined) ? "cpu" : "wall"
}

const valueOf = (goal: Goal, report: Report, clock: Clock): number => {
  const medianOf = (name: string) => {
    const figure = report.figures.find((figure) => figure.name === name)
    if (figure === undefined) throw new Error(`${report.title}: a goal names the figure ${name}, which does not exist`)
    return spreadOf(figure, clock)?.median ?? NaN
  }
  const own = medianOf(goal.of)
  if ("percent" in goal) return (medianOf(goal.base) / own) * 100
  if ("times" in goal) return own / medianOf(goal.base)
  return own - (goal.base === undefined ? 0 : medianOf(goal.base))
}

const isReached = (goal: Goal, value: number): boolean =>
  "percent" in goal ? value >= goal.percent : value <= ("times" in goal ? goal.times : goal.most)

/** Compares each goal of a benchmark with its runs. */
export const outcomesOf = (reports: readonly [Report, ...ReadonlyArray<Report>]): ReadonlyArray<Outcome> =>
  reports[0].goals.map((goal) => {
    const clock = clockOf(goal, reports[0])
    const runs = reports.map((report) => valueOf(goal, report, clock))
    const value = median(runs)
    return { goal, clock, value, runs, reached: isReached(goal, value) }
  })
