import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AnyDStream, DStream } from "../../lib/dstream/dstream.ts"
import { type RunningReceiver, supervise, type SuperviseOptions } from "../../lib/receiver/supervisor.ts"

/** A running receiver of a stream, with its events and records so far. */
export interface Receiving {
  readonly running: RunningReceiver
  readonly log: ReadonlyArray<string>
  readonly records: ReadonlyArray<unknown>
  /** Takes blocks until the condition holds. */
  readonly until: (condition: () => boolean) => Effect.Effect<void>
}

/** The problems that a stream reports about its arguments. */
export const problemsOf = (stream: AnyDStream): ReadonlyArray<string> => stream.traits.check?.(1000) ?? []

/** Runs the receiver of a stream until the scope closes. */
export const receive = <A, R>(
  stream: DStream<A, never, R>,
  options: Partial<SuperviseOptions> = {},
): Effect.Effect<Receiving, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const { source } = stream.traits
    assert(source?.kind === "blocks")
    const log: Array<string> = []
    const records: Array<unknown> = []
    const note = (text: string) => Effect.sync(() => void log.push(text))
    const receiver = source.receiver as Parameters<typeof supervise<R>>[0]
    const running = yield* supervise(receiver, {
      streamId: 0,
      name: `${source.title} stream [0]`,
      events: {
        started: note("started"),
        error: (message, error) => note(`error ${message}: ${error instanceof Error ? error.message : String(error)}`),
        stopped: (message) => note(`stopped ${message}`),
      },
      ...options,
    })
    const until = (condition: () => boolean): Effect.Effect<void> =>
      Effect.gen(function* () {
        yield* running.cut
        const blocks = yield* running.take
        for (const { block } of blocks) for (const record of block?.records ?? []) records.push(record)
        yield* running.release(blocks)
        if (condition()) return
        yield* Effect.sleep("1 millis")
        return yield* until(condition)
      })
    return { running, log, records, until }
  })
