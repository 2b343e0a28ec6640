/**
 * Processes as a service: `pipe` writes records to a program and reads what it prints.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describeCause } from "../core/errors.ts"

/** A program could not be started, or ended with another status than 0. */
export class ProcessFailed extends Data.Error<{
  /** The program and its arguments. */
  readonly command: ReadonlyArray<string>
  /**
   * The status that it ended with: its exit code, or 128 and the number of the signal that ended it. Undefined if it was
   * not started, or its status is not known.
   */
  readonly status: number | undefined
  /** The error that the runtime gave. */
  readonly cause?: unknown
}> {
  readonly _tag = "ProcessFailed" as const
  override get message(): string {
    const command = this.command.join(" ")
    return this.status === undefined
      ? `Cannot run program "${this.command[0] ?? ""}": ${describeCause(this.cause)}`
      : `Subprocess exited with status ${this.status}. Command ran: ${command}`
  }
}

/** A program to run. */
export interface ProcessOptions {
  /** The program and its arguments. No shell reads them. */
  readonly command: readonly [program: string, ...args: ReadonlyArray<string>]
  /** Environment variables, added to those of this process. */
  readonly env: Readonly<Record<string, string>>
  /** The working directory. Default: that of this process. */
  readonly cwd: string | undefined
}

/**
 * Runs the programs of `pipe`.
 *
 * Engines look for a service in this order: this one; Effect's `ChildProcessSpawner`, around an action or below
 * `SparkContext.layer`; the processes of Deno, Node or Bun. Any number of programs may run concurrently.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const answering: RDD.Processes = {
 *   run: ({ command }) => Effect.succeed(new TextEncoder().encode(`ran ${command.join(" ")}`)),
 * }
 * const printed = RDD.parallelize(["a"], { partitions: 1 }).pipe(RDD.pipe("cat -n"), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * const run = Effect.provide(Effect.provideService(printed, RDD.Processes, answering), sc)
 * assert.deepEqual(await Effect.runPromise(run), ["ran cat -n"])
 * ```
 */
export interface Processes {
  /**
   * Runs a program and gives all that it printed, once it has ended with status 0. The program can read `input`, piece by
   * piece, while it prints, and need not read all of it. Interruption ends the program.
   */
  readonly run: (options: ProcessOptions, input: ReadonlyArray<Uint8Array>) => Effect.Effect<Uint8Array, ProcessFailed>
}

/** No processes: every run fails. The default, until an engine brings others. */
export const unavailable: Processes = {
  run: ({ command }) => Effect.fail(new ProcessFailed({ command, status: undefined, cause: "no processes here" })),
}

/** The service of {@link Processes}. A reference: programs need not provide it. */
export const Processes: Context.Reference<Processes> = Context.Reference<Processes>("@dstream/dstream/Processes", {
  defaultValue: () => unavailable,
})

/** Runs a job with an engine's processes, unless the program provides others. */
export const provideDefault = <A, E, R>(
  job: Effect.Effect<A, E, R>,
  processes: Processes | undefined,
): Effect.Effect<A, E, R> =>
  processes === undefined
    ? job
    : Effect.flatMap(Processes, (given) =>
      given === unavailable ? Effect.provideService(job, Processes, processes) : job)
