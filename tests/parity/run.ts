/** Lists each operation of Spark with its exports and the test or recording that covers it: `deno task coverage:spark`. */
import { problemsOf, project } from "./check.ts"
import { rows } from "./rows.ts"
import type { Row } from "./row.ts"

const coverage = (row: Row): string => {
  if ("reason" in row) return row.reason
  const [file, ...names] = row.test ?? []
  const test = file === undefined ? [] : [`${file} ${names.map((name) => `"${name}"`).join(", ")}`]
  const golden = row.golden === undefined ? [] : [`recordings ${row.golden}`]
  const but = row.but === undefined ? [] : [`but: ${row.but}`]
  return [...test, ...golden, ...but].join("; ")
}

const table = rows.map((row) => [row.row, "ours" in row ? row.ours : "-", coverage(row)] as const)
const [idWidth, oursWidth] = [0, 1].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))

for (const [id, ours, why] of table) {
  console.log(`${id.padEnd(idWidth ?? 0)}  ${ours.padEnd(Math.min(oursWidth ?? 0, 44))}  ${why}`)
}

const problems = await problemsOf(rows, project())
const absent = rows.filter((row) => "reason" in row).length
problems.forEach((problem) => console.log(`PROBLEM ${problem}`))
console.log(
  `${rows.length} operations: ${rows.length - absent} supported, ${absent} not supported; ${problems.length} problems`,
)
Deno.exit(problems.length === 0 ? 0 : 1)
