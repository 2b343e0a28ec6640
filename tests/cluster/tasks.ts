/** The tasks of the check of a cluster. They run in workers. */
import type { Rows } from "../../lib/engine/spark/relations.ts"
import type { RunTask } from "../../lib/engine/spark/worker/bundle.ts"

/** What a worker tells of itself. */
export interface WorkerReport {
  readonly host: string
  /** Spark gives each executor a directory of its own. */
  readonly directory: string
  readonly pid: number
  readonly deno: string
}

/** What a task is to do. */
export type Command =
  /** Reports the worker. Takes some milliseconds, so that no executor runs all tasks. */
  | { readonly name: "report"; readonly ms: number }
  /** Counts words, and deals the counts to partitions. */
  | { readonly name: "count"; readonly partitions: number }
  /** Adds the counts of each word. */
  | { readonly name: "add" }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Rows of JSON values, each for a partition. */
export const jsonRows = (values: ReadonlyArray<readonly [p: number, value: unknown]>): Rows => ({
  p: Int32Array.from(values, ([p]) => p),
  t: new Int32Array(values.length),
  s: new Int32Array(values.length),
  c: Int32Array.from(values, (_, index) => index),
  b: values.map(([, value]) => encoder.encode(JSON.stringify(value))),
})

/** The JSON value of a row. */
export const parsed = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes))

/** Adds pairs of words and counts. */
export const added = (rows: ReadonlyArray<unknown>): ReadonlyArray<readonly [word: string, count: number]> => {
  const counts = new Map<string, number>()
  for (const pairs of rows as ReadonlyArray<ReadonlyArray<[string, number]>>) {
    for (const [word, count] of pairs) counts.set(word, (counts.get(word) ?? 0) + count)
  }
  return [...counts]
}

const reported = (): WorkerReport => {
  let host = "a host whose name tasks may not read"
  try {
    host = Deno.hostname()
  } catch {
    // The permission --allow-sys is missing.
  }
  // The directory of a session is in that of its executor.
  return { host, directory: Deno.cwd().replace(/\/[^/]*\/?$/, ""), pid: Deno.pid, deno: Deno.version.deno }
}

const count = ({ b }: Rows, partitions: number): Rows => {
  const words = b.flatMap((bytes) => String(parsed(bytes)).split(" ").map((word) => [[word, 1]] as const))
  return jsonRows(added(words).map(([word, count]) => [word.length % partitions, [[word, count]]]))
}

/** What the bundle of these tasks exports, made by the library. */
export const makeRunTask = (): RunTask => async (command, split, rows, emit) => {
  const what = parsed(command) as Command
  if (what.name === "report") {
    await new Promise((later) => setTimeout(later, what.ms))
    emit(jsonRows([[split, reported()]]))
  } else if (what.name === "count") emit(count(rows, what.partitions))
  else emit(jsonRows(added(rows.b.map(parsed)).map((pair) => [split, pair])))
}
