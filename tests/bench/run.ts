/**
 * Runs benchmarks: `deno task bench` runs all, `deno task bench grep socket` runs two of them. Each is run three times, or
 * as often as `--runs=5` says. Every run has a process of its own, because the JIT compiles a loop differently from process
 * to process. The results are printed only: a missed goal does not fail the task.
 *
 * `--peer=baseline.ts` compares with another program that runs the same workloads on the same data. It gets arguments such
 * as `wordcount records=100000` and prints one line of JSON with `turnaroundMs.median`. `--spark=run.sh` compares with
 * Apache Spark in the same way; the program gets arguments such as `wordcount records=100000 master=local[2]`.
 */
import { batches } from "./batches.ts"
import { checkpoints } from "./checkpoints.ts"
import { empty } from "./empty.ts"
import { files } from "./files.ts"
import { imports } from "./imports.ts"
import { joins } from "./joins.ts"
import { kafka } from "./kafka.ts"
import { keyedTables } from "./keyed_table.ts"
import { logs } from "./logs.ts"
import { printPeer } from "./peer.ts"
import { merged, print, type Report } from "./report.ts"
import { sockets } from "./socket.ts"
import { recovery } from "./recovery.ts"
import { printSpark } from "./spark.ts"
import { states } from "./states.ts"
import { windows } from "./windows.ts"

const benches: Readonly<Record<string, () => Promise<Report>>> = {
  ...batches,
  ...joins,
  ...windows,
  ...states,
  ...empty,
  ...sockets,
  ...keyedTables,
  ...logs,
  ...checkpoints,
  ...files,
  ...recovery,
  ...imports,
  ...kafka,
}
/** Benchmarks that are run once, because they start processes themselves. */
const once = new Set(["import", "recovery", "socket", "kafka", "kafka-words"])
const MARK = "REPORT "

const inOwnProcess = async (name: string): Promise<Report> => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, `--only=${name}`],
    stderr: "inherit",
  }).output()
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(MARK))
  if (!success || line === undefined) throw new Error(`The benchmark ${name} failed`)
  return JSON.parse(line.slice(MARK.length))
}

const option = (name: string) => Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)

const only = option("only")
if (only !== undefined) {
  console.log(MARK + JSON.stringify(await benches[only]?.()))
} else {
  const runs = Number(option("runs") ?? 3)
  const named = Deno.args.filter((arg) => !arg.startsWith("--"))
  const unknown = named.filter((name) => !(name in benches))
  if (unknown.length > 0) {
    throw new Error(`Unknown benchmark ${unknown.join(", ")}; choose from ${Object.keys(benches).join(", ")}`)
  }
  for (const name of named.length > 0 ? named : Object.keys(benches)) {
    const reports: Array<Report> = []
    for (let run = 0; run < (once.has(name) ? 1 : runs); run++) reports.push(await inOwnProcess(name))
    print(reports)
    if (name in batches || name in joins) await printPeer(name, option("peer"))
    const report = merged(reports)
    if (report !== undefined) await printSpark(report, option("spark"))
  }
}
