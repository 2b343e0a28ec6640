/** Checkpoints that programs have written, for tests of the commands on checkpoints. */
import { DStream, Receiver, StateSpec, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestConsole from "effect/testing/TestConsole"
import { main } from "@dstream/dstream/cli"
import { openLog } from "../../lib/durable/log/log.ts"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { temporaryFolder } from "../durable/folders.ts"
import { type Entry, FORMAT, type Summary, toPieces } from "../../lib/streaming/checkpoint/entries.ts"

/** One life of a program. */
export interface Life {
  /** The words of each batch, those of earlier lives included. */
  readonly words: ReadonlyArray<ReadonlyArray<string>>
  /** The lines that a receiver stores twice before the first batch, a block for each line. */
  readonly lines?: ReadonlyArray<string>
  /** The lines that it stores after the last batch. */
  readonly late?: ReadonlyArray<string>
  /** How many batches run. Default: as many as there are lists of words. */
  readonly batches?: number
  /** When the life begins, in milliseconds. */
  readonly start?: number
  readonly segmentBytes?: number
  /** The name of the state. */
  readonly state?: string
  /** Runs in the output `received` of each batch, when the other outputs are done. */
  readonly inOutput?: (time: number) => Effect.Effect<void>
  /** Runs after the last batch, while the program is running. */
  readonly whileRunning?: Effect.Effect<void>
}

const total = (_: string, one: Option.Option<number>, state: StateSpec.State<number>): void => {
  const before = Option.getOrElse(state.getOption(), () => 0)
  if (Option.isSome(one)) state.update(before + one.value)
}

/**
 * Runs a life of a program in virtual time, with a checkpoint: a state by words with a timeout, a window over them, and a
 * receiver that stores its positions. The program ends in order.
 */
export const live = (directory: string | LogStore, life: Life): Promise<void> => {
  const { batches, inOutput, late = [], lines = [], segmentBytes, start = 0, state = "counts", words } = life
  const program = Effect.gen(function* () {
    const [isStored, isLate, isOver] = [
      yield* Deferred.make<void>(),
      yield* Deferred.make<void>(),
      yield* Deferred.make<void>(),
    ]
    const receiver = Receiver.make({
      name: "Lines",
      onStart: (store: Receiver.Store<string>) =>
        Effect.gen(function* () {
          let position = Number(Option.getOrElse(yield* store.last, () => 0))
          for (const line of lines) yield* store.block([line, line], ++position)
          yield* Deferred.succeed(isStored, undefined)
          yield* Deferred.await(isLate)
          for (const line of late) yield* store.block([line], ++position)
          yield* Deferred.succeed(isOver, undefined)
          return yield* Effect.never
        }),
    })
    const input = Testing.input(words).pipe(DStream.named("words"))
    const counts = input.pipe(
      DStream.map((word) => [word, 1]),
      DStream.mapWithState(StateSpec.function(total).pipe(StateSpec.numPartitions(2), StateSpec.timeout("1 hour"))),
      DStream.named(state),
    )
    const recent = input.pipe(DStream.window("3 seconds"), DStream.named("recent"))
    const received = DStream.receiverStream(receiver).pipe(DStream.named("lines"))
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.checkpoint(ssc, directory, { segmentBytes, drop: ["counts", "totals"] })
    const active = yield* StreamingContext.start(ssc, [
      DStream.foreachRDD(counts, () => Effect.void).pipe(DStream.nameOutput("counted")),
      DStream.foreachRDD(recent, () => Effect.void).pipe(DStream.nameOutput("windowed")),
      DStream.foreachRDD(received, (_, { time }) => inOutput?.(time) ?? Effect.void).pipe(
        DStream.nameOutput("received"),
      ),
    ])
    yield* Deferred.await(isStored)
    yield* Testing.advance(active, batches ?? words.length)
    yield* Deferred.succeed(isLate, undefined)
    yield* Deferred.await(isOver)
    yield* life.whileRunning ?? Effect.void
  })
  return Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer({ clockStart: start }))))
}

/** A test that gets an empty folder. */
export const inFolder = (test: (folder: string) => Promise<void>) => (): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(temporaryFolder, (folder) => Effect.promise(() => test(folder)))))

/** Copies the files of a directory. */
export const copied = (from: string, to: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    await Deno.mkdir(to)
    for await (const { name } of Deno.readDir(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`)
  })

/** Waits until the files of a directory have not changed for a while: outputs are noted as done without waiting for that. */
export const quiet = (directory: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    const sizes = async () => {
      const files: Array<string> = []
      for await (const { name } of Deno.readDir(directory)) {
        files.push(`${name} ${(await Deno.stat(`${directory}/${name}`)).size}`)
      }
      return files.sort().join()
    }
    for (let before = "", now = await sizes(); before !== now; now = await sizes()) {
      before = now
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })

/** Writes a journal with these entries. */
export const journal = (
  store: LogStore,
  entries: ReadonlyArray<readonly [entry: Entry, bytes?: Uint8Array]>,
): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const log = yield* openLog(store, { name: "journal" })
    for (const [entry, bytes] of entries) yield* log.append(...toPieces(entry, bytes === undefined ? [] : [bytes]))
  })))

/** A summary of a program with these operators. */
export const summary = (operators: Summary["operators"], format = FORMAT): Entry => ({
  _tag: "summary",
  isStart: true,
  summary: { format, zeroTime: 0, batchDuration: 1000, lastTime: 0, operators, resume: {}, values: {} },
})

/** What a command has printed, and its exit code. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly errors: string
}

/** Runs a command. */
export const command = (...args: ReadonlyArray<string>): Promise<Ran> => Effect.runPromise(running(...args))

/** An effect that runs a command. */
export const running = (...args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  Effect.gen(function* () {
    const code = yield* main(args)
    const [out, errors] = [yield* TestConsole.logLines, yield* TestConsole.errorLines]
    return { code, out: out.join("\n"), errors: errors.join("\n") }
  }).pipe(Effect.provide(TestConsole.layer))
