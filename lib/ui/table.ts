/**
 * Text for people: tables, sizes and times.
 *
 * @module
 */

/** A cell of a table. Numbers are aligned at their end. Undefined: the cell stays empty. */
export type Cell = string | number | undefined

const textOf = (cell: Cell): string => cell === undefined ? "" : String(cell)

/** The lines of a table: the titles, then the rows. Columns are separated by two spaces. */
export const table = (
  titles: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
): ReadonlyArray<string> => {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => textOf(row[i]).length)))
  const isNumeric = titles.map((_, i) =>
    rows.every((row) => row[i] === undefined || typeof row[i] === "number") &&
    rows.some((row) => row[i] !== undefined)
  )
  const line = (row: ReadonlyArray<Cell>) =>
    titles.map((_, i) => {
      const width = widths[i] ?? 0
      return isNumeric[i] ? textOf(row[i]).padStart(width) : textOf(row[i]).padEnd(width)
    }).join("  ").trimEnd()
  return [line(titles), ...rows.map(line)]
}

/** The lines of a section: its title and indented lines, after an empty line. No lines if there is nothing in it. */
export const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]

/** A table as a section, left out if it has no rows. */
export const tableSection = (
  title: string,
  titles: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
): ReadonlyArray<string> => section(title, rows.length === 0 ? [] : table(titles, rows))

/** A number of things: `1 key`, `2 keys`. */
export const showCount = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** A time with its date. */
export const showTime = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : `${time} ms (${new Date(time).toISOString()})`

/** The most characters of a value in a table. */
const LONGEST = 100

/** A value of a report as JSON in one line, shortened if it is long. */
export const showValue = (value: unknown): string => {
  const text = JSON.stringify(value) ?? ""
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`
}
