/**
 * Runs benchmarks: `deno task bench` runs the usual ones, `deno task bench grep socket` two of them, `deno task bench scaling`
 * the scaling curves. Each is run three times, or as often as `--runs=5` says. Every run has a process of its own, because the
 * JIT compiles a loop differently from process to process. A missed goal does not fail the task.
 *
 * Results are printed as Markdown. `--json=FILE` and `--svg=FILE` write them to files as well, and `--remark=TEXT` adds to them
 * what readers should know. `--quick` checks all benchmarks: it runs them with few records in this process, compares the
 * checksums, and measures nothing.
 */
import { benches, once, quick, selected } from "./benches.ts"
import { type Result, section } from "./markdown.ts"
import { inOwnProcess, option, publish, REPORT } from "./output.ts"
import { merged, outcomesOf, type Report } from "./report.ts"
import { FULL, QUICK } from "./size.ts"

const check = async (names: ReadonlyArray<string>): Promise<void> => {
  let failed = 0
  for (const name of names) {
    const from = performance.now()
    const error = await benches[name]!(QUICK).then(() => undefined, (error: unknown) => error)
    if (error !== undefined) {
      failed++
      console.error(error)
    }
    console.log(`${error === undefined ? "ok" : "FAILED"} ${name} (${Math.round(performance.now() - from)} ms)`)
  }
  console.log(`\n${names.length - failed} passed, ${failed} failed`)
  Deno.exit(failed === 0 ? 0 : 1)
}

const measure = async (names: ReadonlyArray<string>): Promise<void> => {
  const runs = Number(option("runs") ?? 3)
  const results: Array<Result> = []
  for (const bench of names) {
    const run = () => inOwnProcess<Report>(import.meta.url, [`--only=${bench}`])
    const reports: [Report, ...Array<Report>] = [await run()]
    while (reports.length < runs && !once.has(bench)) reports.push(await run())
    const result = { bench, report: merged(reports), outcomes: outcomesOf(reports) }
    console.log(`\n${section(result.report, result.outcomes)}`)
    results.push(result)
  }
  await publish(results)
}

const only = option("only")
const named = Deno.args.filter((arg) => !arg.startsWith("--"))
if (only !== undefined) console.log(REPORT + JSON.stringify(await benches[only]?.(FULL)))
else if (Deno.args.includes("--quick")) await check(named.length > 0 ? selected(named) : quick)
else await measure(selected(named))
