/**
 * A command that shows what the checkpoint of a streaming program holds, whether it is whole, and what changed between two:
 *
 *     deno run -R jsr:@dstream/dstream/cli checkpoint inspect <directory>
 *     deno run -R jsr:@dstream/dstream/cli checkpoint verify <directory>
 *     deno run -R jsr:@dstream/dstream/cli checkpoint diff <directory> <directory>
 *
 * It never writes, and takes no lock: it can be used while the program runs.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import process from "node:process"
import { runMain } from "../core/run_main.ts"
import { diff, inspect, verify } from "./checkpoint/commands.ts"
import { isEmpty } from "./checkpoint/comparing.ts"
import { differenceLines, verificationLines } from "./checkpoint/difference_text.ts"
import { openDirectory } from "./checkpoint/directory.ts"
import { inspectionLines } from "./checkpoint/inspection_text.ts"
import { commandOf, help } from "./command_line.ts"

export type { Change, Difference, KeptDifference, StateDifference } from "./checkpoint/difference.ts"
export type { Finding } from "./checkpoint/findings.ts"
export type {
  InputInspection,
  Inspection,
  KeptInspection,
  NamedEntries,
  OperatorInspection,
  PendingBatch,
  PendingShare,
  ProgramLife,
  SegmentInspection,
} from "./checkpoint/inspection.ts"
export type { Verification } from "./checkpoint/verification.ts"

const print = <A>(report: A, isJson: boolean, lines: (report: A) => ReadonlyArray<string>): Effect.Effect<void> =>
  Console.log(isJson ? JSON.stringify(report, undefined, 2) : lines(report).join("\n"))

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
  const command = yield* commandOf(args)
  switch (command._tag) {
    case "Help": {
      yield* Console.log(help)
      return 0
    }
    case "Inspect": {
      const inspection = yield* inspect(yield* openDirectory(command.directory), command)
      yield* print(inspection, command.isJson, inspectionLines)
      return inspection.findings.length === 0 ? 0 : 1
    }
    case "Verify": {
      const verification = yield* verify(yield* openDirectory(command.directory))
      yield* print(verification, command.isJson, verificationLines)
      return verification.isWhole ? 0 : 1
    }
    case "Diff": {
      const [before, after] = [yield* openDirectory(command.before), yield* openDirectory(command.after)]
      const difference = yield* diff(before, after, command.limit)
      yield* print(difference, command.isJson, differenceLines)
      return isEmpty(difference) ? 0 : 1
    }
  }
})

/**
 * Runs a command with the arguments of a command line, and returns the exit code of the process. It prints on the console.
 *
 * The exit code is 0 if a checkpoint is whole or two are equal, 1 if not, and 2 if the command cannot do its work.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { main } from "@dstream/dstream/cli"
 * import { Effect } from "effect"
 *
 * const directory = await Deno.makeTempDir()
 * assert.equal(await Effect.runPromise(main(["checkpoint", "verify", directory])), 2) // there is no checkpoint
 * await Deno.remove(directory)
 * ```
 */
export const main = (args: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.catch(run(args), (error) => {
    const advice = error._tag === "PermissionLost"
      ? `Cannot ${error.operation} ${error.file}. Give this command permission to read there, on Deno with -R`
      : error.message
    return Effect.as(Console.error(advice), 2)
  })

if (import.meta.main) {
  runMain(Effect.map(main(process.argv.slice(2)), (code) => {
    process.exitCode = code
  }))
}
