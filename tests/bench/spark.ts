/** Comparison with Apache Spark, which a separate program runs with the same workloads on the same data. */
import { type Report, unit } from "./report.ts"

const MASTER = "local[2]"
/** The goal: how many times faster than Spark the library is. */
const TIMES = 3

const printSkipped = (why: string) =>
  console.log(
    `  SKIPPED  SPARK: ${why}. To compare, give a program with --spark=<file>. It gets arguments such as ` +
      `"join records=1000 master=${MASTER}" and prints one line of JSON with turnaroundMs.median; Spark needs Java 17.`,
  )

const lastLine = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n").at(-1) ?? ""

/** Runs Spark with the workloads of a report and prints both medians and their ratio, or why Spark was skipped. */
export const printSpark = async (report: Report, program: string | undefined): Promise<void> => {
  const { figures, spark = [] } = report
  if (spark.length === 0) return
  if (program === undefined) return printSkipped("no program is given")
  if (await Deno.stat(program).then(() => false, () => true)) return printSkipped(`${program} does not exist`)
  for (const { of, workload } of spark) {
    const ours = figures.find(({ name }) => name === of)?.median ?? NaN
    const { success, stdout } = await new Deno.Command(program, {
      args: [...workload.split(" "), `master=${MASTER}`],
      stderr: "inherit",
    }).output().catch(() => ({ success: false, stdout: new Uint8Array() }))
    if (!success) {
      printSkipped(`${program} ${workload} failed`)
      continue
    }
    const line = JSON.parse(lastLine(stdout))
    const theirs: number = line.turnaroundMs.median
    console.log(
      `  ${theirs / ours >= TIMES ? "reached" : "MISSED "}  ${of} against ${line.engine} ${MASTER}: ` +
        `${unit(ours)} to ${unit(theirs)}, ${(theirs / ours).toFixed(1)} x faster, goal at least ${TIMES} x`,
    )
  }
}
