/**
 * The processes that run tasks. The worker program starts them with the permissions that tasks may have, and hands them
 * connections over an IPC channel.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { Socket } from "node:net"
import process from "node:process"
import { Connection } from "./connection.ts"
import { type Activity, serve, shakeHands } from "./serving.ts"
import { executorSettings, taskVariables, type WorkerSettings } from "./settings.ts"

/** What a child gets with each connection. */
export interface Assignment {
  readonly secret: string | null
  readonly isSimple: boolean
}

/** The argument that makes the worker program a child. */
export const CHILD = "child"

/** What a child sends when its connection has ended and it can serve another one. */
export const FREE = "free"

/** The permission to read the files of the session, among them the bundle. They are in the working directory. */
const ownFiles = (): string => `--allow-read=${process.cwd().replaceAll(",", ",,")}`

const denoArguments = (program: string, settings: WorkerSettings): ReadonlyArray<string> => {
  const { memoryMb } = executorSettings(process.env)
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--no-npm",
    "--no-remote",
    ...memoryMb === undefined ? [] : [`--v8-flags=--max-heap-size=${memoryMb}`],
    // Without any permission among the arguments, Deno would give the child all of them.
    ...settings.permissions.includes("--allow-read") ? [] : [ownFiles()],
    ...settings.permissions,
    program,
    CHILD,
  ]
}

/**
 * Starts a child. It ends with its parent. What tasks print goes to the standard error of the parent, as an executor reads
 * the standard output of a daemon.
 */
export const startChild = (program: string, settings: WorkerSettings): ChildProcess =>
  // Not `fork`: it would give the child all permissions.
  spawn(process.execPath, [...denoArguments(program, settings)], {
    stdio: ["ignore", 2, 2, "ipc"],
    env: taskVariables(process.env),
  })

/** Hands a connection over to a child. `onFailure` is called if the child has ended. */
export const assign = (child: ChildProcess, assignment: Assignment, socket: Socket, onFailure: () => void): void => {
  child.send(assignment, socket, (error) => {
    if (error) onFailure()
  })
}

const serveSocket = async (socket: Socket, { isSimple, secret }: Assignment): Promise<boolean> => {
  const activity: Activity = { isBusy: false }
  const connection = new Connection(socket, () => {
    // The executor has given up the task, which may run for long.
    if (activity.isBusy) process.exit(1)
  })
  const isKnown = await shakeHands(connection, { isSimple, pid: process.pid, secret: secret ?? undefined })
  const isReusable = isKnown ? await serve(connection, activity, process.cwd()) : true
  connection.close()
  return isReusable && !isSimple
}

/** Runs as a child: serves each connection that the parent hands over, until the parent has ended. */
export const runChild = (): void => {
  process.on("disconnect", () => process.exit(0))
  process.on("message", (assignment: Assignment, socket: unknown) => {
    if (!(socket instanceof Socket)) return
    serveSocket(socket, assignment).then(
      (isReusable) => isReusable ? process.send?.(FREE) : process.exit(0),
      (cause) => {
        console.error(cause)
        process.exit(1)
      },
    )
  })
}
