/**
 * Other programs as a service: `pipe` gives records to a process and takes what it prints.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { describeCause } from "../core/errors.ts"

/** A program could not be started, or did not end well. */
export class ProcessFailed extends Data.Error<{
  /** The program and its arguments. */
  readonly command: ReadonlyArray<string>
  /** The exit code that it ended with; undefined if it did not get as far. */
  readonly status: number | undefined
  /** What the runtime says. */
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

/** What to run. */
export interface ProcessOptions {
  /** The program, and its arguments. */
  readonly command: readonly [program: string, ...args: ReadonlyArray<string>]
  /** Environment variables besides those of this process. */
  readonly env: Readonly<Record<string, string>>
  /** The directory to run it in; that of this process, if not given. */
  readonly cwd: string | undefined
}

/**
 * Runs programs. A reference: where nothing else is provided the engine's own is used, which starts real processes with
 * Deno or Node.
 */
export interface Processes {
  /**
   * Runs a program: `input` is what it can read, piece by piece, while it prints. Gives all that it has printed when it has
   * ended with 0. It need not read everything. Interrupting this kills it.
   */
  readonly run: (options: ProcessOptions, input: ReadonlyArray<Uint8Array>) => Effect.Effect<Uint8Array, ProcessFailed>
}

/** Runs nothing: where the engine has no processes either, as in a browser. */
export const unavailable: Processes = {
  run: ({ command }) => Effect.fail(new ProcessFailed({ command, status: undefined, cause: "no processes here" })),
}

/**
 * The processes that `pipe` starts.
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
export const Processes: Context.Reference<Processes> = Context.Reference<Processes>("@dstream/dstream/Processes", {
  defaultValue: () => unavailable,
})

/** Runs a job with an engine's processes, unless others have been provided. */
export const provideDefault = <A, E, R>(
  job: Effect.Effect<A, E, R>,
  processes: Processes | undefined,
): Effect.Effect<A, E, R> =>
  processes === undefined
    ? job
    : Effect.flatMap(Processes, (given) =>
      given === unavailable ? Effect.provideService(job, Processes, processes) : job)
