/**
 * How a worker of this library recognizes itself.
 *
 * @module
 */
import * as Data from "effect/Data"

/** Thrown if a worker is asked to run a program. Programs run on the main thread; workers only run tasks for them. */
export class RunsInWorker extends Data.Error {
  readonly _tag = "RunsInWorker" as const
  override get message(): string {
    return "A program was started in a worker; guard it with `if (import.meta.main)` and do not import it as a worker"
  }
}

/** The name of workers that run tasks. */
export const TASK_WORKER = "dstream task worker"

interface Globals {
  readonly WorkerGlobalScope?: new () => unknown
  readonly name?: unknown
}

const globals = globalThis as Globals

/** Tells whether this isolate is a worker. */
export const isWorker = (): boolean =>
  globals.WorkerGlobalScope !== undefined && globalThis instanceof globals.WorkerGlobalScope

/** Tells whether this isolate is a worker that runs tasks. */
export const isTaskWorker = (): boolean => isWorker() && globals.name === TASK_WORKER
