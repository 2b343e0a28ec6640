/**
 * The daemon: an executor starts one, connects to it for each worker that it needs, and tells it by process id which
 * worker to kill.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process"
import { createServer, type Socket } from "node:net"
import process from "node:process"
import { scheduler } from "node:timers/promises"
import { assign, FREE, startChild } from "./child.ts"
import { intBytes, textBytes } from "./connection.ts"
import { executorSettings, type WorkerSettings } from "./settings.ts"
import { deno } from "../runtime.ts"

/** A child of the daemon. */
interface Worker {
  readonly child: ChildProcess
  isFree: boolean
  /** When it last became free. */
  freeSince: number
}

/** The children of a daemon. One that has become free serves the next connection. */
class Workers {
  readonly #all = new Set<Worker>()
  readonly #start: () => ChildProcess

  constructor(start: () => ChildProcess) {
    this.#start = start
  }

  /** Starts a child that waits for a connection. */
  add(): Worker {
    const worker: Worker = { child: this.#start(), isFree: true, freeSince: performance.now() }
    this.#all.add(worker)
    worker.child.on("message", (message) => {
      if (message !== FREE) return
      worker.isFree = true
      worker.freeSince = performance.now()
    })
    const remove = () => this.#all.delete(worker)
    worker.child.on("exit", remove).on("error", remove)
    return worker
  }

  /** Hands a connection to the child that became free last, as it has code and data in memory. */
  serve(socket: Socket, secret: string | undefined): void {
    const free = [...this.#all].filter(({ isFree }) => isFree).sort((a, b) => b.freeSince - a.freeSince)
    const worker = free[0] ?? this.add()
    worker.isFree = false
    assign(worker.child, { secret: secret ?? null, isSimple: false }, socket, () => {
      socket.destroy()
      worker.child.kill("SIGKILL")
    })
  }

  /** Kills a child. Ids of other processes are ignored. */
  kill(pid: number): void {
    for (const { child } of this.#all) {
      if (child.pid === pid) child.kill("SIGKILL")
    }
  }

  killAll(): void {
    for (const { child } of this.#all) child.kill("SIGKILL")
  }

  /** Ends children that have been free for long. Gives whether all others are free too. */
  endIdle(idleMs: number): boolean {
    const longAgo = performance.now() - idleMs
    for (const worker of this.#all) {
      if (worker.isFree && worker.freeSince <= longAgo) {
        this.#all.delete(worker)
        worker.child.kill("SIGKILL")
      }
    }
    return [...this.#all].every(({ isFree }) => isFree)
  }
}

/** Announces where the daemon listens. Nothing else may be written to the standard output before. */
const announce = (bytes: Uint8Array): void => void process.stdout.write(bytes)

const listen = (onConnection: (socket: Socket) => void): void => {
  const { host, socketDirectory } = executorSettings(process.env)
  // A paused socket reads nothing, so a child receives everything.
  const server = createServer({ pauseOnConnect: true }, onConnection)
  if (socketDirectory === undefined) {
    server.listen(0, host, () => {
      const address = server.address()
      announce(intBytes(typeof address === "object" && address !== null ? address.port : -1))
    })
  } else {
    const path = `${socketDirectory}/.${crypto.randomUUID()}.sock`
    server.listen(path, () => announce(textBytes(path)))
    process.on("exit", () => server.close())
  }
}

/** Reads process ids from the standard input until it ends. */
const readIds = async (onId: (pid: number) => void): Promise<void> => {
  let rest = new Uint8Array(0)
  for await (const chunk of deno.stdin.readable) {
    const bytes = new Uint8Array([...rest, ...chunk])
    const whole = bytes.length - bytes.length % 4
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < whole; at += 4) onId(view.getInt32(at))
    rest = bytes.slice(whole)
  }
}

/**
 * Runs as a daemon until the executor closes the standard input or sends `SIGTERM`, or until there has been no connection
 * for a while. Spark keeps a daemon for each session and executor, and does not stop it with the session. When it needs
 * one that has ended, it starts another.
 */
export const runDaemon = async (program: string, settings: WorkerSettings): Promise<void> => {
  const { secret } = executorSettings(process.env)
  const workers = new Workers(() => startChild(program, settings))
  let lastUse = performance.now()
  const quit = () => {
    workers.killAll()
    process.exit(0)
  }
  process.on("SIGTERM", quit)
  listen((socket) => {
    lastUse = performance.now()
    workers.serve(socket, secret)
  })
  workers.add()
  readIds((pid) => workers.kill(pid)).then(quit, quit)
  for (;;) {
    await scheduler.wait(Math.min(1000, settings.idleMs / 4))
    if (!workers.endIdle(settings.idleMs)) lastUse = performance.now()
    if (performance.now() - lastUse > settings.idleMs) quit()
  }
}
