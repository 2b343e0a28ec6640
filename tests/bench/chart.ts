/** Results as an SVG image: a bar for each goal, and a chart for each benchmark of scaling. */
import { goalBound, goalName, goalValue } from "./format.ts"
import type { Result } from "./markdown.ts"
import type { Curve, Report } from "./report.ts"

const WIDTH = 860
const LABEL = 390
const ROW = 22
/** How many letters of a label fit. */
const LONGEST = 58
const PLOT = { height: 200, left: 70, right: 190, top: 34, bottom: 44 } as const
const COLOURS = ["#7a7a7a", "#1f6feb", "#bc4c00"] as const
const REACHED = "#1a7f37"
const MISSED = "#bc4c00"

/** The chart shows from a quarter of a goal to eight times as good. */
const [WORST, BEST] = [1 / 4, 8]

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const text = (x: number, y: number, content: string, attributes = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`

const line = (x1: number, y1: number, x2: number, y2: number, colour = "#d0d7de"): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`

/** A part of the image, drawn from its top at `y`. */
interface Part {
  readonly height: number
  readonly draw: (y: number) => string
}

/** Where a value is between two bounds on a logarithmic scale, from 0 to 1. */
const logarithmic = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, Math.log(value / low) / Math.log(high / low)))

const bars = (results: ReadonlyArray<Result>): Part => {
  const rows = results.flatMap(({ bench, outcomes, report }) =>
    outcomes.map(({ goal, reached, value }) => {
      const unit = report.figures.find(({ name }) => name === goal.of)?.unit ?? "ms"
      const bound = "percent" in goal ? goal.percent : "times" in goal ? goal.times : goal.most
      return {
        label: `${bench}: ${goalName(goal)}`,
        value: `${goalValue(goal, value, unit)} (${goalBound(goal, unit)})`,
        reached,
        score: "percent" in goal ? value / bound : bound / value,
      }
    })
  )
  const x = (score: number) => LABEL + logarithmic(score, WORST, BEST) * (WIDTH - LABEL - 200)
  const height = 40 + rows.length * ROW
  return {
    height: rows.length === 0 ? 0 : height + 20,
    draw: (top) =>
      rows.length === 0 ? "" : [
        text(12, top + 18, "Goals: bars that cross the line are reached", `font-weight="600"`),
        line(x(1), top + 28, x(1), top + height, "#24292f"),
        ...rows.flatMap(({ label, reached, score, value }, i) => {
          const y = top + 34 + i * ROW
          return [
            text(
              LABEL - 8,
              y + 12,
              label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label,
              `text-anchor="end"`,
            ),
            `<rect x="${LABEL}" y="${y}" width="${Math.max(1, x(score) - LABEL).toFixed(1)}" height="15" fill="${
              reached ? REACHED : MISSED
            }"/>`,
            text(x(score) + 6, y + 12, value),
          ]
        }),
      ].join("\n"),
  }
}

const powersBetween = (low: number, high: number): ReadonlyArray<number> =>
  Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i)

const plot = (report: Report, axis: string, curves: ReadonlyArray<Curve>): Part => {
  const height = PLOT.top + PLOT.height + PLOT.bottom
  const lines = curves.map(({ name, points }) => ({
    name,
    points: points.flatMap(({ figure, x }) => {
      const found = report.figures.find(({ name }) => name === figure)
      return found === undefined ? [] : [{ x, y: (found.cpu ?? found).median }]
    }),
  }))
  const all = lines.flatMap(({ points }) => points)
  const [left, right] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))]
  const low = 10 ** Math.floor(Math.log10(Math.min(...all.map(({ y }) => y))))
  const high = Math.max(low * 10, 10 ** Math.ceil(Math.log10(Math.max(...all.map(({ y }) => y)))))
  const unit = report.figures[0]?.unit ?? ""
  return {
    height: height + 10,
    draw: (top) => {
      const bottom = top + PLOT.top + PLOT.height
      const x = (value: number) => PLOT.left + logarithmic(value, left, right) * (WIDTH - PLOT.left - PLOT.right)
      const y = (value: number) => bottom - logarithmic(value, low, high) * PLOT.height
      return [
        text(12, top + 20, report.title, `font-weight="600"`),
        ...powersBetween(low, high).flatMap((power) => [
          line(PLOT.left, y(power), WIDTH - PLOT.right, y(power)),
          text(PLOT.left - 6, y(power) + 4, power.toLocaleString("en"), `text-anchor="end"`),
        ]),
        ...[...new Set(all.map((point) => point.x))].map((value) =>
          text(x(value), bottom + 16, value.toLocaleString("en"), `text-anchor="middle"`)
        ),
        text(PLOT.left, bottom + 34, `${unit} (upwards), ${axis} (to the right)`, `fill="#57606a"`),
        ...lines.flatMap(({ name, points }, i) => {
          const colour = COLOURS[i % COLOURS.length]!
          const last = points.at(-1)
          return [
            `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${
              points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(" ")
            }"/>`,
            ...last === undefined
              ? []
              : [text(x(last.x) + 8, y(last.y) + (i === 0 ? -2 : 12), name, `fill="${colour}"`)],
          ]
        }),
      ].join("\n")
    },
  }
}

/** Draws the results of a run. */
export const chart = (results: ReadonlyArray<Result>, caption: string): string => {
  const parts = [
    bars(results),
    ...results.flatMap(({ report }) =>
      report.curves === undefined ? [] : [
        plot(report, report.curves.axis, report.curves.lines),
      ]
    ),
  ]
  let y = 8
  const drawn = parts.map(({ draw, height }) => {
    const part = draw(y)
    y += height
    return part
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${
      y + 24
    }" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...drawn,
    text(12, y + 12, caption, `fill="#57606a"`),
    "</svg>\n",
  ].join("\n")
}
