/**
 * Running a program as the main one of a process: signals, exit codes, messages.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { inFixedContext } from "./async_context.ts"
import { explainFailure } from "./errors.ts"
import { hasHooks, runHooks } from "./shutdown.ts"

/** `runMain` was called in a worker: a program runs where it was started, workers only serve it. */
export class RunsInWorker extends Data.Error {
  readonly _tag = "RunsInWorker" as const
  override get message(): string {
    return "runMain was called in a worker; guard it with `if (import.meta.main)` and do not import the program as a worker"
  }
}

/** What runMain needs of the process it runs in: `process` of Deno, Node and Bun. */
interface Process {
  readonly on: (signal: "SIGINT" | "SIGTERM", listener: () => void) => void
  readonly off: (signal: "SIGINT" | "SIGTERM", listener: () => void) => void
  readonly exit: (code: number) => void
}

interface Globals {
  readonly process?: Process
  readonly WorkerGlobalScope?: new () => unknown
}

const globals = globalThis as Globals

const isWorker = (): boolean =>
  globals.WorkerGlobalScope !== undefined && globalThis instanceof globals.WorkerGlobalScope

const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** A failure as a user reads it: its message, and the stack of what was thrown. */
const report = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (Cause.hasDies(cause) || !(error instanceof Error)) return Cause.pretty(cause)
  return `${"_tag" in error ? String(error._tag) : error.name}: ${explainFailure(error)}`
}

/**
 * Runs a program until it ends. Ctrl-C and SIGTERM interrupt it, which stops its streaming context and closes whatever
 * it has opened. A context with `stopGracefullyOnShutdown` first processes what it has received, while everything that the
 * program has opened is still open. A second Ctrl-C ends the process at once. Exit codes: 0, 1 for a failure (told on standard error), 130
 * and 143 for the signals. Logs go to standard error, so that standard output has only what the program prints. Timers or
 * servers of your own that are still open when the program has ended keep the process alive.
 *
 * @example
 * ```ts
 * import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   yield* StreamingContext.awaitTermination(active)
 * })
 * if (import.meta.main) {
 *   program.pipe(
 *     Effect.provide(Scheduler.layer("1 second")),
 *     Effect.provide(SparkContext.layer({ master: "local[2]", appName: "Hello" })),
 *     runMain,
 *   )
 * }
 * ```
 */
export const runMain = <A, E>(program: Effect.Effect<A, E, Scope.Scope>): void => {
  if (isWorker()) throw new RunsInWorker()
  const { process } = globals
  let isTold = false
  const tell = (cause: Cause.Cause<unknown>) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Effect.andThen(Effect.sync(() => isTold = true), Console.error(report(cause)))
  const main = inFixedContext(Effect.scoped(program)).pipe(
    Effect.tapCause(tell),
    Effect.provideService(Logger.LogToStderr, true),
  )
  const run = Runtime.makeRunMain(({ fiber, teardown }) => {
    let signalled: keyof typeof codes | undefined
    const onSignal = (signal: keyof typeof codes) => () => {
      if (signalled !== undefined) return process?.exit(codes[signal])
      signalled = signal
      const interrupt = () => fiber.interruptUnsafe(fiber.id)
      if (!hasHooks()) return interrupt()
      Effect.runFork(Effect.provideService(runHooks, Logger.LogToStderr, true)).addObserver(interrupt)
    }
    const listeners = { SIGINT: onSignal("SIGINT"), SIGTERM: onSignal("SIGTERM") }
    for (const signal of ["SIGINT", "SIGTERM"] as const) process?.on(signal, listeners[signal])
    fiber.addObserver((exit) => {
      // What is no Effect at all ends a fiber without running its handlers.
      if (Exit.isFailure(exit) && !isTold) Effect.runSync(tell(exit.cause))
      for (const signal of ["SIGINT", "SIGTERM"] as const) process?.off(signal, listeners[signal])
      teardown(exit, (code) => {
        const final = signalled === undefined ? code : codes[signalled]
        if (final !== 0) process?.exit(final)
      })
    })
  })
  run(main, { disableErrorReporting: true })
}
