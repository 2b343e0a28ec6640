/**
 * Processes over Effect's `ChildProcess`, an unstable module: nothing but this adapter depends on it.
 *
 * @module
 */
import { constants } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Stream from "effect/Stream"
import { joined } from "../../core/bytes.ts"
import { type Processes, ProcessFailed } from "../../rdd/processes.ts"

/** How long an interrupted program may take to end after `SIGTERM`. Then it gets `SIGKILL`. */
const FORCE_KILL_AFTER = "5 seconds"

/**
 * The status of a program that a signal ended, as a shell gives it: 128 and the number of the signal. The spawner names the
 * signal in its message only. Undefined for other errors.
 */
const statusOfSignal = (error: PlatformError): number | undefined => {
  const signal = /receipt of signal: '(\w+)'/.exec(String(error.cause))?.[1]
  const found = Object.entries(constants.signals).find(([name]) => name === signal)
  return found === undefined ? undefined : 128 + found[1]
}

/** Processes that a spawner starts. */
const processesOver = (spawner: ChildProcessSpawner["Service"]): Processes => ({
  run: ({ command, env, cwd }, input) => {
    const [program, ...args] = command
    const failed = (cause: unknown) => new ProcessFailed({ command, status: undefined, cause })
    const refused = ({ cause, message }: PlatformError) => failed(cause ?? message)
    const description = ChildProcess.make(program, args, {
      env,
      extendEnv: true,
      cwd,
      // Written while the output is read, so that neither side waits for the other. The spawner ignores what the program
      // does not read.
      stdin: Stream.fromArray(input),
      stderr: "inherit",
      forceKillAfter: FORCE_KILL_AFTER,
    })
    return Effect.scoped(Effect.gen(function* () {
      const process = yield* spawner.spawn(description).pipe(
        Effect.mapError(refused),
        // Deno throws if the environment may not be read.
        Effect.catchDefect((cause) => Effect.fail(failed(cause))),
      )
      const printed = yield* Effect.mapError(Stream.runCollect(process.stdout), refused)
      const status = yield* Effect.catch(process.exitCode, (error) => {
        const status = statusOfSignal(error)
        return status === undefined ? Effect.fail(refused(error)) : Effect.succeed(status)
      })
      return status === 0 ? joined(printed) : yield* Effect.fail(new ProcessFailed({ command, status }))
    }))
  },
})

/** The spawner of Deno, Node and Bun. */
const runtime: Effect.Effect<ChildProcessSpawner["Service"]> = Effect.gen(function* () {
  const [spawner, path, fileSystem] = yield* Effect.promise(() =>
    Promise.all([
      import("@effect/platform-node-shared/NodeChildProcessSpawner"),
      import("@effect/platform-node-shared/NodePath"),
      import("@effect/platform-node-shared/NodeFileSystem"),
    ])
  )
  const files = yield* Effect.provide(FileSystem.FileSystem, fileSystem.layer)
  // The spawner asks for access to the working directory. Deno ends the process if that needs a permission it does not
  // have, so `stat` answers instead.
  const disk = Layer.succeed(FileSystem.FileSystem, { ...files, access: (path) => Effect.asVoid(files.stat(path)) })
  return yield* Effect.provide(ChildProcessSpawner, Layer.provide(spawner.layer, [disk, path.layer]))
})

/** The processes of the fiber's `ChildProcessSpawner`, or else of that of a context, or else of the runtime. */
export const current = (context: Context.Context<never>): Effect.Effect<Processes> =>
  Effect.serviceOption(ChildProcessSpawner).pipe(
    Effect.map(Option.orElse(() => Context.getOption(context, ChildProcessSpawner))),
    Effect.flatMap(Option.match({ onNone: () => runtime, onSome: Effect.succeed })),
    Effect.map(processesOver),
  )
