/**
 * Running a program as the main program of a process: signals, exit codes and error messages.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { inFixedContext } from "./async_context.ts"
import { explainFailure } from "./errors.ts"
import { hasHooks, runHooks } from "./shutdown.ts"
import { isTaskWorker, isWorker, RunsInWorker } from "./task_worker.ts"
import { watch } from "./watch_dog.ts"

/** The part of `globalThis.process` that `runMain` uses. Deno, Node and Bun all have it. */
interface Process {
  readonly on: (signal: "SIGINT" | "SIGTERM", listener: () => void) => void
  readonly off: (signal: "SIGINT" | "SIGTERM", listener: () => void) => void
  readonly exit: (code: number) => void
}

interface Globals {
  readonly process?: Process
}

const globals = globalThis as Globals

/** The exit codes after signals: 128 plus the number of the signal. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** Formats a failure for the user: its message, and the stack of the thrown error. */
const format = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (Cause.hasDies(cause) || !(error instanceof Error)) return Cause.pretty(cause)
  return `${"_tag" in error ? String(error._tag) : error.name}: ${explainFailure(error)}`
}

/**
 * Runs a program until it ends, as the main program of the process.
 *
 * Ctrl-C and SIGTERM interrupt the program, which stops its streaming context and closes its resources. A second signal ends the
 * process immediately. A process that cannot react, because a function does not return, is killed a second later on Deno; other
 * runtimes need SIGKILL. The exit code is 0 for success, 1 for a failure, which is printed on standard error, 130 after Ctrl-C,
 * 143 after SIGTERM, and 137 for a process that had to be killed. Logs go to standard error, so that standard output has only
 * what the program prints.
 *
 * In a worker that runs tasks of the program, the call does nothing; in other workers it throws `RunsInWorker`.
 *
 * A context with `stopGracefullyOnShutdown` first processes what it has received, while everything that the program has opened
 * is still open. Timers and servers of your own that are still open when the program has ended keep the process alive.
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
  // The main module of a bundle is also that of the workers which run its tasks.
  if (isTaskWorker()) return
  if (isWorker()) throw new RunsInWorker()
  const { process } = globals
  let isReported = false
  const report = (cause: Cause.Cause<unknown>) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Effect.andThen(Effect.sync(() => isReported = true), Console.error(format(cause)))
  const watched = Effect.scoped(Effect.andThen(Effect.forkScoped(watch), Effect.scoped(program)))
  const main = inFixedContext(watched).pipe(
    Effect.tapCause(report),
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
      // A value that is not an Effect, yielded by untyped code, ends the fiber without running its handlers.
      if (Exit.isFailure(exit) && !isReported) Effect.runSync(report(exit.cause))
      for (const signal of ["SIGINT", "SIGTERM"] as const) process?.off(signal, listeners[signal])
      teardown(exit, (code) => {
        const final = signalled === undefined ? code : codes[signalled]
        if (final !== 0) process?.exit(final)
      })
    })
  })
  run(main, { disableErrorReporting: true })
}
