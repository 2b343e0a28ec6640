/** Prints what we have for each of Spark's operations: `deno task coverage:spark`. */
import { problemsOf, project } from "./check.ts"
import { rows } from "./rows.ts"
import type { Row } from "./row.ts"

const proof = (row: Row): string => {
  if ("reason" in row) return row.reason
  const [file, ...names] = row.test ?? []
  const test = file === undefined ? [] : [`${file} ${names.map((name) => `"${name}"`).join(", ")}`]
  const golden = row.golden === undefined ? [] : [`golden ${row.golden}`]
  const but = row.but === undefined ? [] : [`but: ${row.but}`]
  return [...test, ...golden, ...but].join("; ")
}

const table = rows.map((row) => [row.row, "ours" in row ? row.ours : "-", proof(row)] as const)
const [wide, wider] = [0, 1].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))

for (const [id, ours, why] of table) {
  console.log(`${id.padEnd(wide ?? 0)}  ${ours.padEnd(Math.min(wider ?? 0, 44))}  ${why}`)
}

const problems = await problemsOf(rows, await project())
const absent = rows.filter((row) => "reason" in row).length
problems.forEach((problem) => console.log(`PROBLEM ${problem}`))
console.log(`${rows.length} rows: ${rows.length - absent} here, ${absent} not; ${problems.length} problems`)
Deno.exit(problems.length === 0 ? 0 : 1)
