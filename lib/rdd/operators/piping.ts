/**
 * Transformations by another program: pipe.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { valueOf } from "../../core/results.ts"
import { showRecord } from "../../core/show.ts"
import { fromText } from "../text_block.ts"
import { encodeLines } from "../files/encoding.ts"
import { Processes, type ProcessFailed } from "../processes.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** A program and its arguments: as a list, or as a text that is split at white space. Quotes have no meaning in the text. */
export type Command = string | ReadonlyArray<string>

/** How to run a program over records. */
export interface PipeOptions<in A> {
  /** Environment variables, added to those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The working directory. Default: that of this process. */
  readonly cwd?: string | undefined
  /** Gives the line, or lines, of a record. Default: the record as `print` shows it. */
  readonly show?: ((record: A) => string) | undefined
  /** Lines that each process gets before the records. Spark: `printPipeContext`. */
  readonly header?: ReadonlyArray<string> | undefined
}

/**
 * Runs a program for each partition: the records are lines of its input, and the lines that it prints are the records of
 * the result.
 *
 * Empty partitions run it too. A program that cannot be started, or ends with another status than 0, fails the job with
 * `ProcessFailed`. What it prints to its error output appears on that of this process. When the job is interrupted the
 * program and its children get `SIGTERM`, and `SIGKILL` after five seconds. On Deno this needs the permissions to run the
 * program and to read the environment, such as `--allow-run=sort --allow-env`. Spark: `RDD.pipe`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const sorted = RDD.parallelize(["b", "c", "a"], { partitions: 1 }).pipe(RDD.pipe("sort -r"), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(sorted, sc)), ["c", "b", "a"])
 * ```
 */
export const pipe: {
  <A>(command: Command, options?: PipeOptions<A>): <E, R>(self: RDD<A, E, R>) => RDD<string, E | ProcessFailed, R>
  <A, E, R>(self: RDD<A, E, R>, command: Command, options?: PipeOptions<A>): RDD<string, E | ProcessFailed, R>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    command: Command,
    { env = {}, cwd, show = showRecord, header = [] }: PipeOptions<A> = {},
  ): RDD<string, E | ProcessFailed, R> => {
    const [program = "", ...args] = typeof command === "string" ? command.split(/\s+/).filter(Boolean) : command
    const run = (part: ReadonlyArray<A>) =>
      Effect.flatMap(Processes, (processes) =>
        Effect.map(
          processes.run(
            { command: [program, ...args], env, cwd },
            encodeLines(header.concat(part.map((record) => valueOf(show(record))))),
          ),
          (printed) => fromText(printed).records,
        ))
    return make(
      "pipe",
      [self],
      { kind: "narrow", preserves: false, step: { kind: "effect", f: run } },
      program === ""
        ? new InvalidOption({ where: "RDD.pipe", option: "command", value: command, expected: "a program" })
        : undefined,
    )
  },
)
