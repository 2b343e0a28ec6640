/** All benchmarks, by name. A name before a dash selects all that begin with it: `checkpoint`, `scaling`. */
import { checkpoints } from "./checkpoints.ts"
import { cluster } from "./cluster.ts"
import { empty } from "./empty.ts"
import { files } from "./files.ts"
import { imports } from "./imports.ts"
import { intervals } from "./intervals.ts"
import { kafka } from "./kafka.ts"
import { keyedTables } from "./keyed_table.ts"
import { latency } from "./latency.ts"
import { onLines } from "./lines.ts"
import { logs } from "./logs.ts"
import { onNumbers } from "./numbers.ts"
import { onPairs } from "./pairs.ts"
import { receivers } from "./receivers.ts"
import { recovery } from "./recovery.ts"
import type { Bench } from "./report.ts"
import { scaling } from "./scaling.ts"
import { sockets } from "./socket.ts"
import { startup } from "./startup.ts"
import { states } from "./states.ts"
import { texts } from "./texts.ts"
import { threadStates } from "./thread_states.ts"
import { threads } from "./threads.ts"
import { threadShuffles } from "./thread_shuffles.ts"
import { windows } from "./windows.ts"

/** The benchmarks that run if none is named. */
const usual: Readonly<Record<string, Bench>> = {
  ...onLines,
  ...texts,
  ...threads,
  ...threadStates,
  ...threadShuffles,
  ...onNumbers,
  ...onPairs,
  ...sockets,
  ...receivers,
  ...states,
  ...windows,
  ...empty,
  ...intervals,
  ...latency,
  ...startup,
  ...keyedTables,
  ...logs,
  ...checkpoints,
  ...files,
  ...recovery,
  ...imports,
}

/** Every benchmark. */
export const benches: Readonly<Record<string, Bench>> = { ...usual, ...scaling, ...kafka, ...cluster }

/** Benchmarks that start processes or measure several times themselves, and so are run once. */
export const once: ReadonlySet<string> = new Set([
  "startup",
  "import",
  "recovery",
  "socket",
  "mqtt",
  "flume",
  ...Object.keys(kafka),
  ...Object.keys(cluster),
  ...Object.keys(scaling),
])

/** The names of the benchmarks that can be checked with few records. */
export const quick: ReadonlyArray<string> = Object.keys(benches).filter((name) =>
  !(name in kafka) && !(name in cluster)
)

/** The names of the benchmarks that arguments select. Throws for an argument that selects none. */
export const selected = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (args.length === 0) return Object.keys(usual)
  const all = args.flatMap((arg) => {
    const names = Object.keys(benches).filter((name) => name === arg || name.startsWith(`${arg}-`))
    if (names.length > 0) return names
    throw new Error(`There is no benchmark ${arg}. Choose from ${Object.keys(benches).join(", ")}`)
  })
  return [...new Set(all)]
}
