/**
 * Simple mode: an executor starts the worker program for one task, and the program connects to the executor.
 *
 * @module
 */
import { connect } from "node:net"
import process from "node:process"
import { assign, startChild } from "./child.ts"
import { executorSettings, type WorkerSettings } from "./settings.ts"

/**
 * Connects to the executor and hands the connection to a child, as the functions of the task must not have the permissions
 * of this process. Ends with the child.
 */
export const runSimple = (program: string, settings: WorkerSettings): void => {
  const { host, path, port, secret } = executorSettings(process.env)
  const child = startChild(program, settings)
  const quit = (code: number) => {
    child.kill("SIGKILL")
    process.exit(code)
  }
  child.on("exit", (code) => process.exit(code ?? 1))
  process.on("SIGTERM", () => quit(1))
  const socket = path === undefined ? connect(port, host) : connect(path)
  // The child reads what the executor sends.
  socket.pause()
  socket.on("connect", () => assign(child, { secret: secret ?? null, isSimple: true }, socket, () => quit(1)))
  socket.on("error", (error) => {
    console.error(error)
    quit(1)
  })
}
