/** Options of the tasks, processes of their own for measurements, and where results go. */
import { chart } from "./chart.ts"
import { goalTable, type Result } from "./markdown.ts"
import { rowsOf } from "./rows.ts"

/** Begins the line on which a measuring process prints its report. */
export const REPORT = "REPORT "

/** The value of the option `--name=value`. */
export const option = (name: string): string | undefined =>
  Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)

/** Runs a program with arguments in a process of its own, and reads the report that it prints. */
export const inOwnProcess = async <A>(program: string, args: ReadonlyArray<string>): Promise<A> => {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    stderr: "inherit",
  }).output()
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(REPORT))
  if (!success || line === undefined) throw new Error(`The benchmark ${args.join(" ")} failed`)
  return JSON.parse(line.slice(REPORT.length))
}

/**
 * What the figures were measured on and when, how many processes wanted a processor, and the remark that an option gives.
 */
const machine = (): string => {
  const { arch, os } = Deno.build
  const day = new Date().toISOString().slice(0, 10)
  const load = Deno.loadavg()[0]?.toFixed(1) ?? "unknown"
  const remark = option("remark")
  return `${day}, Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors, load ${load}, ${os} ${arch}` +
    (remark === undefined ? "" : `; ${remark}`)
}

/** Prints the goals, and writes the files that options name. */
export const publish = async (results: ReadonlyArray<Result>): Promise<void> => {
  if (results.some(({ outcomes }) => outcomes.length > 0)) console.log(`\n## Goals\n\n${goalTable(results)}`)
  console.log(`\nMeasured on ${machine()}.`)
  const [json, svg] = [option("json"), option("svg")]
  const rows = () => results.flatMap(({ bench, outcomes, report }) => rowsOf(bench, report, outcomes))
  if (json !== undefined) await Deno.writeTextFile(json, `${JSON.stringify(rows(), undefined, 2)}\n`)
  if (svg !== undefined) await Deno.writeTextFile(svg, chart(results, machine()))
}
