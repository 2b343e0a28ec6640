/** What became of a soak. */

/** What a pipeline prints. */
export interface Ran {
  readonly seen: ReadonlyArray<{
    readonly time: number
    readonly records: number
    readonly lag: number
    readonly rss: number
  }>
  readonly received: number
  readonly doubled: number
}

/** One line of the table. Lags are in batch intervals, memory is in MiB. */
export interface Row {
  readonly scenario: string
  readonly batches: number
  readonly sent: number
  readonly lost: number
  readonly doubled: number
  /** The greatest lag after the warm-up, and that of the last batch. */
  readonly lag: number
  readonly lagAtEnd: number
  /** How much the sizes of the batches differ after the warm-up: 0.1 means by a tenth of the largest. */
  readonly uneven: number
  readonly rss: number
  readonly rssAtEnd: number
  readonly problems: ReadonlyArray<string>
}

/** What a scenario promises. */
export interface Promised {
  /** The greatest lag after the warm-up, in intervals. */
  readonly lag?: number | undefined
  /** How much the sizes of batches may differ after the warm-up. */
  readonly uneven?: number | undefined
}

const WARM_UP = 10
const MIB = 1024 * 1024

/** The value below which a part of the values lies. */
const quantile = (values: ReadonlyArray<number>, part: number): number => {
  const ascending = values.toSorted((a, b) => a - b)
  return ascending[Math.min(ascending.length - 1, Math.floor(part * ascending.length))] ?? 0
}

/** Makes a line of the table. `seconds` is how long the server has sent. */
export const rowOf = (
  scenario: string,
  { doubled, received, seen }: Ran,
  sent: number,
  interval: number,
  seconds: number,
  promised: Promised,
): Row => {
  const begin = seen.find(({ records }) => records > 0)?.time ?? 0
  const loaded = seen.filter(({ time }) =>
    time >= begin + WARM_UP * interval && time <= begin + 1000 * seconds - interval
  )
  const sizes = loaded.map(({ records }) => records)
  // Single batches may be off where other programs use the machine.
  const uneven = 1 - quantile(sizes, 0.05) / Math.max(1, quantile(sizes, 0.95))
  const lag = Math.max(0, ...loaded.map((batch) => batch.lag)) / interval
  const lagAtEnd = (seen.at(-1)?.lag ?? Infinity) / interval
  const rss = Math.max(0, ...seen.map((batch) => batch.rss)) / MIB
  const rssAtEnd = (seen.at(-1)?.rss ?? 0) / MIB
  const lost = sent - received
  const missing = seen.filter(({ time }, i) => i > 0 && time !== (seen[i - 1]?.time ?? 0) + interval).length
  const problems = seen.length < WARM_UP || sent === 0 ? ["it did not run"] : [
    ...(lost === 0 ? [] : [`${lost} records lost`]),
    ...(doubled === 0 ? [] : [`${doubled} records doubled`]),
    ...(missing === 0 ? [] : [`${missing} batches do not follow the one before`]),
    ...(promised.lag !== undefined && lag >= promised.lag ? [`a lag of ${lag.toFixed(1)} intervals`] : []),
    ...(lagAtEnd < 1 ? [] : [`a lag of ${lagAtEnd.toFixed(1)} intervals at the end`]),
    ...(promised.uneven !== undefined && uneven >= promised.uneven ? [`batches differ by ${uneven.toFixed(2)}`] : []),
  ]
  return { scenario, batches: seen.length, sent, lost, doubled, lag, lagAtEnd, uneven, rss, rssAtEnd, problems }
}

/** Shows the lines as a table. */
export const tableOf = (rows: ReadonlyArray<Row>): string => {
  const cells = rows.map((row) => [
    row.scenario,
    `${row.batches}`,
    `${row.sent}`,
    `${row.lost}`,
    `${row.doubled}`,
    row.lag.toFixed(1),
    row.lagAtEnd.toFixed(1),
    row.uneven.toFixed(2),
    row.rss.toFixed(0),
    row.rssAtEnd.toFixed(0),
    row.problems.join(", ") || "ok",
  ])
  const titles = [
    "scenario",
    "batches",
    "sent",
    "lost",
    "doubled",
    "lag",
    "at end",
    "uneven",
    "RSS",
    "at end",
    "result",
  ]
  const widths = titles.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)))
  return [titles, widths.map((width) => "-".repeat(width)), ...cells]
    .map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`)
    .join("\n")
}
