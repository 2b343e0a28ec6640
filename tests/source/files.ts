/** Helpers for tests of file streams: real files, whose times are virtual ones. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { Testing } from "../../lib/testing.ts"

/** A running stream over a folder. */
export interface Watching {
  readonly folder: string
  /** Writes a file with a time of modification in milliseconds; it appears at once. */
  readonly write: (name: string, modifiedMs: number, content?: string | Uint8Array) => Promise<void>
  /** Runs a batch, and gives the records of each of its partitions. */
  readonly batch: () => Promise<ReadonlyArray<ReadonlyArray<unknown>>>
  /** Waits until an output that waits forever runs. */
  readonly isReading: Promise<void>
  /** The warnings so far. */
  readonly warnings: ReadonlyArray<string>
}

/** Writes a file below a folder. */
export const writeFile = async (
  folder: string,
  name: string,
  modifiedMs: number,
  content: string | Uint8Array = `${name}\n`,
): Promise<void> => {
  const path = `${folder}/${name}`
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true })
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  await Deno.writeFile(`${path}.writing._COPYING_`, bytes)
  await Deno.utime(`${path}.writing._COPYING_`, modifiedMs / 1000, modifiedMs / 1000)
  await Deno.rename(`${path}.writing._COPYING_`, path)
}

/** Options of a run of a stream. */
export interface RunOptions {
  /** The virtual time at which the stream starts. */
  readonly clockStart?: number | undefined
  readonly onFailure?: Testing.Options["onFailure"]
  /** Where the context has its checkpoint; undefined if it has none. */
  readonly checkpoint?: LogStore | undefined
  /** Whether the output waits forever, as if the program had been killed while a batch was running. */
  readonly holds?: boolean | undefined
}

/** Runs a stream over a folder with batches of a second. */
export const runIn = async (
  folder: string,
  stream: (folder: string) => DStream.DStream<unknown, unknown>,
  body: (watching: Watching) => Promise<void>,
  { checkpoint, clockStart = 100_000, holds = false, onFailure }: RunOptions = {},
): Promise<void> => {
  const warnings: Array<string> = []
  const reading = Promise.withResolvers<void>()
  const logger = Logger.make(({ message }) => void warnings.push(String(message)))
  const program = Effect.gen(function* () {
    const context = yield* Effect.context<Testing.Services>()
    let parts: Array<ReadonlyArray<unknown>> = []
    const output = stream(folder).pipe(
      DStream.named("files"),
      DStream.foreachRDD((rdd) => {
        reading.resolve()
        return holds ? Effect.never : Effect.map(RDD.collect(RDD.glom(rdd)), (all) => void parts.push(...all))
      }),
      DStream.nameOutput("out"),
    )
    const ssc = yield* StreamingContext.makeWith({ onFailure })
    if (checkpoint !== undefined) yield* StreamingContext.checkpoint(ssc, checkpoint)
    const active = yield* StreamingContext.start(ssc, [output])
    const batch = () =>
      Effect.runPromise(Effect.provideContext(
        Effect.map(Testing.advance(active, 1), () => {
          const read = parts
          parts = []
          return read
        }),
        context,
      ))
    yield* Effect.promise(() =>
      body({
        folder,
        batch,
        isReading: reading.promise,
        warnings,
        write: (name, time, content) => writeFile(folder, name, time, content),
      })
    )
  })
  const layer = Layer.merge(Testing.layer({ clockStart, logs: true }), Logger.layer([logger]))
  await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)) as Effect.Effect<void>)
}

/**
 * Starts a stream over a temporary folder at 100 seconds, with batches of a second: the first is that of 101 seconds. `before`
 * writes what is there at the start.
 */
export const watching = async (
  stream: (folder: string) => DStream.DStream<unknown, unknown>,
  body: (watching: Watching) => Promise<void>,
  { before = () => Promise.resolve(), ...options }: RunOptions & {
    readonly before?: (folder: string) => Promise<unknown>
  } = {},
): Promise<void> => {
  const folder = await Deno.makeTempDir()
  await before(folder)
  await runIn(folder, stream, body, options).finally(() => Deno.remove(folder, { recursive: true }))
}
