/**
 * Records through another program: pipe.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import { showRecord } from "../../core/show.ts"
import * as Block from "../block.ts"
import { Processes, type ProcessFailed } from "../processes.ts"
import { isRDD, make, type RDD } from "../rdd.ts"

/** A program with its arguments, or both in one text, which is cut at blanks; quotes mean nothing in it. */
export type Command = string | ReadonlyArray<string>

/** How to run a program over records. */
export interface PipeOptions<in A> {
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The directory to run in; that of this process, if not given. */
  readonly cwd?: string | undefined
  /** The line, or lines, of a record; as `print` shows it, if not given. */
  readonly show?: ((record: A) => string) | undefined
  /** Lines that each process reads before the records. Spark: `printPipeContext`. */
  readonly header?: ReadonlyArray<string> | undefined
}

const CHUNK = 65_536

/** Lines as bytes, a good deal of them at a time. */
function* chunks<A>(header: ReadonlyArray<string>, records: ReadonlyArray<A>, show: (a: A) => string) {
  const encoder = new TextEncoder()
  let text = header.map((line) => `${line}\n`).join("")
  for (let i = 0; i < records.length; i++) {
    text += `${show(records[i]!)}\n`
    if (text.length < CHUNK) continue
    yield encoder.encode(text)
    text = ""
  }
  if (text !== "") yield encoder.encode(text)
}

/**
 * Runs a program for each partition, empty ones too: the records go to its input as lines, and the lines that it prints
 * are the records of the result. Needs the permission to run it. A program that cannot be started, or ends with another
 * code than 0, fails the job with `ProcessFailed`; what it prints to its error output is shown. Spark: `RDD.pipe`.
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
          processes.run({ command: [program, ...args], env, cwd }, Array.from(chunks(header, part, show))),
          (printed) => Block.fromText(printed).records,
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
