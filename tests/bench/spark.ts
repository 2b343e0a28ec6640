/** Spark's own streaming, run beside ours by a suite of the same workloads on the same data. */
import { type Report, unit } from "./report.ts"

const MASTER = "local[2]"
/** How many times faster than Spark we want to be. */
const TIMES = 3

const skipped = (why: string) =>
  console.log(
    `  SKIPPED  SPARK: ${why}. To compare: --spark=…/run.sh, a program (it needs Java 17) that takes ` +
      `"join records=1000 master=${MASTER}" and prints one JSON line with turnaroundMs.median`,
  )

const lastLine = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n").at(-1) ?? ""

/** Runs Spark for the workloads of a report and prints both medians and their ratio; says so when it cannot. */
export const printSpark = async (report: Report, program: string | undefined): Promise<void> => {
  const { figures, spark = [] } = report
  if (spark.length === 0) return
  if (program === undefined) return skipped("none is named")
  if (await Deno.stat(program).then(() => false, () => true)) return skipped(`there is no ${program}`)
  for (const { of, workload } of spark) {
    const ours = figures.find(({ name }) => name === of)?.median ?? NaN
    const { success, stdout } = await new Deno.Command(program, {
      args: [...workload.split(" "), `master=${MASTER}`],
      stderr: "inherit",
    }).output().catch(() => ({ success: false, stdout: new Uint8Array() }))
    if (!success) {
      skipped(`${program} ${workload} does not run`)
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
