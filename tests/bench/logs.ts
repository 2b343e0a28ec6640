/** The durable log in a folder: appends with and without sync, by one and by several producers, and reading back. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type Log, openLog } from "../../lib/durable/log/log.ts"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { interleaved, type Variant } from "./measure.ts"
import type { Bench } from "./report.ts"
import type { Size } from "./size.ts"

const APPENDS = 320
const APPENDED_BYTES = 1000
const READ_BYTES = 64_000_000

/** Opens a log in a folder of its own, which is removed at the end. */
const withLog = async <A>(
  use: (log: Log, reopen: (onEntry: (bytes: Uint8Array) => void) => Promise<void>) => Promise<A>,
): Promise<A> => {
  const folder = await Deno.makeTempDir()
  const store = folderStore(folder)
  const scope = Scope.makeUnsafe()
  const reopen = (onEntry: (bytes: Uint8Array) => void) =>
    Effect.runPromise(
      Effect.asVoid(Effect.scoped(openLog(store, { name: "bench", onEntry: (_, bytes) => onEntry(bytes) }))),
    )
  try {
    return await use(await Effect.runPromise(Scope.provide(openLog(store, { name: "bench" }), scope)), reopen)
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await Deno.remove(folder, { recursive: true })
  }
}

const constant = () => 0

const appending = (log: Log, file: Deno.FsFile, appends: number): ReadonlyArray<Variant> => {
  const entry = new Uint8Array(APPENDED_BYTES).fill(7)
  const append = log.append(entry)
  const unsynced = Effect.suspend(() => log.submit([entry], false).done)
  const by = (producers: number, one: Effect.Effect<unknown, unknown>) => async () => {
    const each = Effect.repeat(one, { times: appends / producers - 1 })
    await Effect.runPromise(
      Effect.all(Array.from({ length: producers }, () => each), { concurrency: "unbounded", discard: true }),
    )
    return constant
  }
  return [
    {
      name: "write and fdatasync by hand",
      run: async () => {
        for (let i = 0; i < appends; i++) {
          await file.write(entry)
          await file.syncData()
        }
        return constant
      },
    },
    { name: "1 producer, synced", run: by(1, append) },
    { name: "8 producers, synced", run: by(8, append) },
    { name: "32 producers, synced", run: by(32, append) },
    { name: "1 producer, written", run: by(1, unsynced) },
    { name: "32 producers, written", run: by(32, unsynced) },
  ]
}

const reading = (bytes: number): Bench => (size: Size) =>
  withLog(async (log, reopen) => {
    const entry = new Uint8Array(bytes).fill(7)
    for (let written = 0; written < size.count(READ_BYTES); written += bytes) log.submit([entry], false)
    await Effect.runPromise(log.append())
    const run = async () => {
      let sum = 0
      await reopen((bytes) => void (sum += bytes.length))
      return () => sum
    }
    return {
      title: `reading back ${READ_BYTES / 1e6} MB in entries of ${bytes} bytes`,
      figures: await interleaved([{ name: "openLog", run }], size.rounds(7)),
      goals: [],
    }
  })

/** The benchmarks of this file. */
export const logs: Readonly<Record<string, Bench>> = {
  "log-append": (size) =>
    withLog(async (log) => {
      const path = await Deno.makeTempFile()
      using file = await Deno.open(path, { write: true })
      const figures = await interleaved(appending(log, file, size.isQuick ? 32 : APPENDS), size.rounds(7))
      await Deno.remove(path)
      return {
        isWall: true,
        title: `${APPENDS} appends of ${APPENDED_BYTES} bytes to a log`,
        figures,
        goals: [{
          what: "1 producer, synced, against writing by hand",
          of: "1 producer, synced",
          base: "write and fdatasync by hand",
          times: 1.5,
        }],
      }
    }),
  "log-read-small": reading(100),
  "log-read-large": reading(100_000),
}
