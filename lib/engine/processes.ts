/**
 * The programs that `pipe` runs: with Effect's `ChildProcessSpawner` where the program provides one, or else with that of
 * Deno, Node or Bun.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { type Processes, ProcessFailed } from "../rdd/processes.ts"

/** Processes that look for a `ChildProcessSpawner` service first around the run, then in a context. */
const processesIn = (context: Context.Context<never>): Processes => ({
  // The adapter is loaded when it is first used, so that a program without `pipe` starts without it.
  run: (options, input) =>
    Effect.promise(() => import("./platform/child_process.ts")).pipe(
      Effect.flatMap(({ current }) => current(context)),
      Effect.catchDefect((cause) =>
        Effect.fail(new ProcessFailed({ command: options.command, status: undefined, cause }))
      ),
      Effect.flatMap((processes) => processes.run(options, input)),
    ),
})

/** Processes of the `ChildProcessSpawner` service around the run, or else of the runtime. */
export const runtimeProcesses: Processes = processesIn(Context.empty())

/** Makes processes that use the `ChildProcessSpawner` of the current context too, if there is none around the run. */
export const makeProcesses: Effect.Effect<Processes> = Effect.map(Effect.context<never>(), processesIn)
