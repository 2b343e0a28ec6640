/**
 * Brings text that is larger than the driver's memory through a shuffle of a cluster. A program of its own, so that the memory of the
 * driver can be limited:
 *
 *     deno run -A --v8-flags=--max-old-space-size=256 tests/engine/spark/large_files.ts sc://… MEBIBYTES group|reduce
 *
 * Writes the text to a temporary folder, prints the totals and the most memory that the driver has used as a line of JSON, and
 * fails if the totals are wrong.
 */
import assert from "node:assert/strict"
import { Effect, Layer, Schedule } from "effect"
import { Scheduler, SparkContext, StreamingContext } from "../../../mod.ts"
import { seen, shuffled } from "./file_graphs.ts"

/** What the driver has used, and how long it took. */
export interface Figures {
  readonly mebibytes: number
  readonly records: number
  /** The most memory of the process of the driver, in MiB. */
  readonly mostMemory: number
  /** From the start of the context to the results. */
  readonly seconds: number
}

const MIB = 1024 * 1024
const LINE = 128

const keyOf = (i: number): string => `key${i % (i % 7 === 0 ? 1000 : 100_003)}`

/** A line of {@link LINE} bytes, with its end. */
const lineOf = (i: number): string => {
  const key = keyOf(i)
  const start = `${key} ${i} ${(i * 2_654_435_761 >>> 0).toString(36)} `
  return `${start.padEnd(LINE - 1, start)}\n`
}

/** What the shuffle gives: records, characters behind their keys, and keys. */
type Totals = readonly [records: number, characters: number, keys: number]

/** Writes files of 64 MiB or less. Gives the totals of all lines, and those of one line of each key. */
const write = async (
  folder: string,
  mebibytes: number,
): Promise<{ readonly records: number; readonly group: Totals; readonly reduce: Totals }> => {
  const keys = new Set<string>()
  let [records, characters, longest] = [0, 0, 0]
  for (let file = 0; file * 64 < mebibytes; file++) {
    using out = await Deno.open(`${folder}/part${file}`, { write: true, create: true })
    for (let mib = 0; mib < Math.min(64, mebibytes - file * 64); mib++) {
      const lines = Array.from({ length: MIB / LINE }, () => {
        const key = keyOf(records)
        const length = LINE - 2 - key.length
        characters += length
        if (!keys.has(key)) longest += length
        keys.add(key)
        return lineOf(records++)
      })
      const bytes = new TextEncoder().encode(lines.join(""))
      for (let at = 0; at < bytes.length;) at += await out.write(bytes.subarray(at))
    }
  }
  return { records, group: [records, characters, keys.size], reduce: [keys.size, longest, keys.size] }
}

/** The most memory that this process has used, in MiB. Linux only. */
const mostMemory = async (): Promise<number> => {
  const [, kib] = /VmHWM:\s*(\d+)/.exec(await Deno.readTextFile("/proc/self/status")) ?? []
  return Math.round(Number(kib) / 1024)
}

if (import.meta.main) {
  const [master = "", mebibytes = "64", by = "group"] = Deno.args
  const folder = await Deno.makeTempDir()
  try {
    const written = await write(folder, Number(mebibytes))
    const partitions = Math.max(4, Math.ceil(Number(mebibytes) / 24))
    const config = {
      folder,
      partitions,
      options: { partitionBytes: 16 * MIB },
      by: by === "group" ? by : "reduce",
    } as const
    const program = Effect.gen(function* () {
      const startedAt = performance.now()
      const active = yield* StreamingContext.start(yield* StreamingContext.make, shuffled(config))
      const isOver = Effect.suspend(() => seen.length === 0 ? Effect.fail("not yet") : Effect.void)
      yield* Effect.raceFirst(
        StreamingContext.awaitTermination(active),
        Effect.retry(isOver, { schedule: Schedule.spaced("20 millis") }),
      )
      return (performance.now() - startedAt) / 1000
    })
    const layer = Layer.mergeAll(
      SparkContext.layer({ master, appName: "large files", defaultParallelism: 2 }),
      Scheduler.layer("1 second"),
    )
    const seconds = await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))
    assert.deepEqual(seen, [[written[config.by]]])
    const figures: Figures = {
      mebibytes: Number(mebibytes),
      records: written.records,
      mostMemory: await mostMemory(),
      seconds: Math.round(seconds * 10) / 10,
    }
    console.log(JSON.stringify(figures))
  } finally {
    await Deno.remove(folder, { recursive: true })
  }
}
