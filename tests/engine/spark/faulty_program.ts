/**
 * Runs a graph with a checkpoint, and prints what each batch has computed. Arguments: the master, the directory of the
 * checkpoint, and after how many outputs to stop.
 */
import { counting, seen } from "./faulty_graphs.ts"
import { run } from "./faulty_run.ts"

const [master = "", directory = "", batches = "1"] = Deno.args
const interval = 1000
let printed = 0

/** What the lines with outputs begin with. The log has others. */
export const SEEN = "seen "

const isOver = (): boolean => {
  for (const output of seen.slice(printed)) console.log(`${SEEN}${JSON.stringify(output)}`)
  printed = seen.length
  return printed >= Number(batches)
}

if (import.meta.main) {
  const options = { master, appName: "recovery", defaultParallelism: 2 } as const
  await run(counting({ records: 60, interval }), { ...options, interval, directory, isOver })
}
