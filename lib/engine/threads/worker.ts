/**
 * The module that workers begin with: this file itself, wherever it has been loaded from. In a bundle of the program, workers
 * begin with the whole bundle.
 *
 * @module
 */
import { isTaskWorker, TASK_WORKER } from "../../core/task_worker.ts"
import type { FromWorker, ToWorker } from "./messages.ts"
import { type Port, serve } from "./serving.ts"

/** An error in a worker that nothing has caught. */
export interface WorkerError {
  readonly message: string
  readonly preventDefault: () => void
}

/** A worker, as the driver sees it. */
export interface TaskWorkerPort {
  readonly postMessage: (message: ToWorker, transfer: ReadonlyArray<ArrayBufferLike>) => void
  readonly terminate: () => void
  onmessage: ((event: { readonly data: FromWorker }) => void) | null
  onerror: ((error: WorkerError) => void) | null
}

/** The part of `globalThis` that workers need. */
interface Globals {
  readonly Deno?: {
    readonly permissions: {
      readonly querySync: (of: { readonly name: "read"; readonly path: URL }) => { readonly state: string }
    }
  }
  readonly Worker?: new (url: string, options: { readonly type: "module"; readonly name: string }) => TaskWorkerPort
}

const globals = globalThis as Globals

const own = import.meta.url

/** Returns why workers cannot run the tasks of a module; undefined if they can. Asks for no permission. */
export const obstacle = (module: string): string | undefined => {
  const { Deno: deno, Worker } = globals
  if (deno === undefined || Worker === undefined) return "workers are supported on Deno only"
  const unread = [own, module].filter((url) => url.startsWith("file:")).map((url) => new URL(url)).find((path) =>
    deno.permissions.querySync({ name: "read", path }).state !== "granted"
  )
  return unread && `a worker must read ${unread.pathname} to import it; run the program with --allow-read`
}

/** Starts a worker. Throws if the runtime has none. */
export const spawn = (): TaskWorkerPort => {
  if (globals.Worker === undefined) throw new TypeError("there are no workers here")
  return new globals.Worker(own, { type: "module", name: TASK_WORKER })
}

if (isTaskWorker()) serve(globalThis as unknown as Port)
