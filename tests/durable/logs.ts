/** Logs of texts for tests. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { InvalidOption } from "../../lib/core/errors.ts"
import type { LogError } from "../../lib/durable/errors.ts"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { type Log, type LogOptions, openLog } from "../../lib/durable/log/log.ts"

/** Options of a log that is called `journal` if they do not say. */
export type Options = Partial<LogOptions>

/** Text as bytes. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Locks a store and opens a log in it, for as long as a function uses it. */
export const withLog = <A, E>(
  store: LogStore,
  options: Options,
  use: (log: Log) => Effect.Effect<A, E>,
): Effect.Effect<A, E | LogError | InvalidOption> =>
  Effect.scoped(Effect.gen(function* () {
    yield* store.lock
    return yield* use(yield* openLog(store, { name: "journal", ...options }))
  }))

/** Opens a log and gives the texts in it. */
export const entriesOf = (
  store: LogStore,
  options: Options = {},
): Effect.Effect<Array<string>, LogError | InvalidOption> =>
  Effect.suspend(() => {
    const texts: Array<string> = []
    const onEntry = (_: unknown, bytes: Uint8Array) => void texts.push(textOf(bytes))
    return Effect.as(withLog(store, { ...options, onEntry }, () => Effect.void), texts)
  })

/**
 * Runs a life until it crashes, and gives the name of the place, or until its end. A life that has crashed never goes on,
 * not even to close what it has opened.
 */
export const untilCrash = <A, E>(
  life: (crash: (where: string) => Effect.Effect<never>) => Effect.Effect<A, E>,
): Effect.Effect<string | undefined, E> =>
  Effect.gen(function* () {
    const crashed = yield* Deferred.make<string>()
    const crash = (where: string) => Effect.andThen(Deferred.succeed(crashed, where), Effect.never)
    const fiber = yield* Effect.forkDetach(life(crash))
    return yield* Effect.raceFirst(Effect.as(Fiber.join(fiber), undefined), Deferred.await(crashed))
  })
