/**
 * The command line: `dstream checkpoint inspect | verify | diff`.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import { describeCause } from "../core/errors.ts"

/** A command with its arguments. */
export type Command =
  | { readonly _tag: "Help" }
  | {
    readonly _tag: "Inspect"
    readonly directory: string
    readonly name: string | undefined
    readonly limit: number
    readonly isJson: boolean
  }
  | { readonly _tag: "Verify"; readonly directory: string; readonly isJson: boolean }
  | {
    readonly _tag: "Diff"
    readonly before: string
    readonly after: string
    readonly limit: number
    readonly isJson: boolean
  }

/** The text of `--help`. */
export const help =
  `Shows what the checkpoint of a streaming program holds. Never writes to it, so a program may be running.

Usage:
  dstream checkpoint inspect <directory> [--json] [--name=<operator>] [--limit=<n>]
  dstream checkpoint verify <directory> [--json]
  dstream checkpoint diff <directory> <directory> [--json] [--limit=<n>]

Commands:
  inspect  Show the life of the program, its operators, inputs, batches that have not ended, kept RDDs and files.
  verify   Read everything and tell whether a program can go on with it. Exit code 0: yes, 1: no.
  diff     Show what changed from the first checkpoint to the second. Exit code 0: nothing, 1: something.

Options:
  --json             Print JSON for programs in place of text.
  --name=<operator>  Show the first entries of a state, or the first records of the kept RDDs of a stream.
  --limit=<n>        How many entries to show, for diff of each kind of change: 20.
  --help             Show this text.

If a command cannot do its work, because of a wrong argument or a directory without a checkpoint, the exit code is 2.`

/** The arguments of a command cannot be used. */
export class UsageError extends Data.Error<{ readonly problem: string }> {
  readonly _tag = "UsageError" as const
  override get message(): string {
    return `${this.problem}. Use --help to see the commands and their options`
  }
}

const LIMIT = 20

const limitOf = (text: string | undefined): Effect.Effect<number, UsageError> =>
  text === undefined || /^\d{1,9}$/.test(text) ? Effect.succeed(Number(text ?? LIMIT)) : Effect.fail(
    new UsageError({ problem: `--limit is ${JSON.stringify(text)}; it takes a whole number of 0 or more` }),
  )

const parse = (args: ReadonlyArray<string>) =>
  Effect.try({
    try: () =>
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          help: { type: "boolean", short: "h" },
          json: { type: "boolean", default: false },
          limit: { type: "string" },
          name: { type: "string" },
        },
      }),
    // Its message says which option is wrong, then how to write positional arguments like it.
    catch: (cause) => new UsageError({ problem: describeCause(cause).split(". ")[0]! }),
  })

/** How many directories each command takes. */
const directories = { inspect: 1, verify: 1, diff: 2 } as const

const isCommand = (name: string | undefined): name is keyof typeof directories =>
  name !== undefined && Object.hasOwn(directories, name)

/** Reads the arguments of a command. */
export const commandOf = Effect.fnUntraced(
  function* (args: ReadonlyArray<string>): Effect.fn.Return<Command, UsageError> {
    const { positionals, values } = yield* parse(args)
    if (values.help === true || args.length === 0) return { _tag: "Help" }
    const [group, command, ...given] = positionals
    const refuse = (problem: string) => Effect.fail(new UsageError({ problem }))
    if (group !== "checkpoint") return yield* refuse(`There is no command ${JSON.stringify(group ?? "")}`)
    if (command === undefined) return yield* refuse("checkpoint needs a command: inspect, verify or diff")
    if (!isCommand(command)) {
      return yield* refuse(`There is no command ${JSON.stringify(`checkpoint ${command ?? ""}`.trim())}`)
    }
    const [directory = "", after = ""] = given
    if (given.length !== directories[command] || given.includes("")) {
      const expected = directories[command] === 1 ? "one directory" : "two directories"
      return yield* refuse(`checkpoint ${command} takes ${expected}, not ${given.length}`)
    }
    if (values.name !== undefined && command !== "inspect") return yield* refuse(`checkpoint ${command} has no --name`)
    if (values.limit !== undefined && command === "verify") return yield* refuse("checkpoint verify has no --limit")
    const limit = yield* limitOf(values.limit)
    const isJson = values.json
    switch (command) {
      case "inspect":
        return { _tag: "Inspect", directory, name: values.name, limit, isJson }
      case "verify":
        return { _tag: "Verify", directory, isJson }
      case "diff":
        return { _tag: "Diff", before: directory, after, limit, isJson }
    }
  },
)
