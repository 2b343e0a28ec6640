/** Programs that read a stream of Kinesis and of which each batch is run by hand, also several at a time. */
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { inRealTime } from "../../../lib/core/steady_clock.ts"
import * as Kinesis from "../../../lib/kinesis.ts"
import type { Positions } from "../../../lib/dstream/inputs/positions.ts"
import { Engine } from "../../../lib/rdd/engine.ts"

type Source = Positions<unknown, string, unknown, never>

/** What a batch reads. */
export interface Batch {
  readonly time: number
  readonly position: unknown
}

/** A running program. */
export class Program {
  readonly #scope: Scope.Closeable
  readonly #source: Source
  #time = 0

  private constructor(scope: Scope.Closeable, source: Source) {
    this.#scope = scope
    this.#source = source
  }

  /** Starts a program, which goes on behind the positions of an earlier one. */
  static async start(options: Kinesis.StreamOptions, positions: ReadonlyArray<unknown> = []): Promise<Program> {
    const { source } = Kinesis.textStream({ readInterval: 0, ...options }).traits
    if (source?.kind !== "positions") throw new Error("the stream is not read by position")
    const scope = Scope.makeUnsafe()
    const open = source.open as Effect.Effect<Source, unknown, Scope.Scope>
    const begun = Effect.gen(function* () {
      const opened = yield* Effect.provideService(open, Scope.Scope, scope)
      if (positions.length > 0) yield* opened.resume?.(positions) ?? Effect.void
      yield* opened.begin ?? Effect.void
      return new Program(scope, opened)
    })
    return await Effect.runPromise(Effect.onError(begun, () => Scope.close(scope, Exit.void)))
  }

  /** Plans a batch of at most so many records. */
  async plan(limit = Infinity): Promise<Batch> {
    this.#time += 1_000
    const plan = await Effect.runPromise(this.#source.plan(this.#time, limit))
    return { time: this.#time, position: Option.getOrThrow(plan).position }
  }

  /** The records of a batch. */
  read({ position, time }: Batch): Promise<ReadonlyArray<string>> {
    const records = Effect.gen({ self: this }, function* () {
      const rdd = yield* this.#source.read(position, time)
      const engine = yield* Engine
      return (yield* engine.run(rdd)).flatMap(({ records }) => records)
    })
    return Effect.runPromise(Effect.scoped(Effect.provide(records, Testing.layer())) as Effect.Effect<Array<string>>)
  }

  /** Notes that a batch has succeeded. */
  commit({ position, time }: Batch): Promise<void> {
    return Effect.runPromise(this.#source.commit?.(position, time) ?? Effect.void)
  }

  /** Runs a whole batch, and gives its records. */
  async batch(): Promise<ReadonlyArray<string>> {
    const batch = await this.plan()
    const records = await this.read(batch)
    await this.commit(batch)
    return records
  }

  /** Ends the program. What it has planned and not committed stays so. */
  stop(): Promise<void> {
    return Effect.runPromise(Scope.close(this.#scope, Exit.void))
  }
}

/** Waits in real time. */
export const sleep = (millis: number): Promise<void> => Effect.runPromise(inRealTime(Effect.sleep(millis)))

/** Does something again and again, until it says that it is done. */
export const until = async (what: string, isDone: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    if (await isDone()) return
    await sleep(20)
  }
  throw new Error(`waited in vain until ${what}`)
}
