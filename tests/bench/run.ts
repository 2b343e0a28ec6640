/**
 * Benches, for information: `deno task bench` runs all, `deno task bench grep socket` some, `--runs=5` each five times
 * (3). Every run has a process of its own, because what the JIT makes of a loop differs from process to process.
 *
 * `--peer=baseline.ts` names a program with the same workloads on the same data, which is run as well: with the arguments
 * `wordcount records=100000`, printing one JSON line that has `turnaroundMs.median`. `--spark=run.sh` does so with
 * Apache Spark: with the arguments `wordcount records=100000 master=local[2]`.
 */
import { batches } from "./batches.ts"
import { empty } from "./empty.ts"
import { imports } from "./imports.ts"
import { joins } from "./joins.ts"
import { keyedTables } from "./keyed_table.ts"
import { printPeer } from "./peer.ts"
import { merged, print, type Report } from "./report.ts"
import { sockets } from "./socket.ts"
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
  ...imports,
}
/** Those that start processes themselves. */
const once = new Set(["import", "socket"])
const MARK = "REPORT "

const apart = async (name: string): Promise<Report> => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, `--only=${name}`],
    stderr: "inherit",
  }).output()
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(MARK))
  if (!success || line === undefined) throw new Error(`the bench ${name} has failed`)
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
    throw new Error(`no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`)
  }
  for (const name of named.length > 0 ? named : Object.keys(benches)) {
    const reports: Array<Report> = []
    for (let run = 0; run < (once.has(name) ? 1 : runs); run++) reports.push(await apart(name))
    print(reports)
    if (name in batches || name in joins) await printPeer(name, option("peer"))
    const report = merged(reports)
    if (report !== undefined) await printSpark(report, option("spark"))
  }
}
