/**
 * What a bundle exports: the user's functions, together with the part of the library that runs tasks.
 *
 * Only numbers and bytes pass between a worker and a bundle. Each has its own copy of the packages that it uses, so their
 * objects must not be exchanged.
 *
 * @module
 */
import type { Rows } from "../relations.ts"
import { ProtocolError, type TaskInfo } from "./task_header.ts"

/**
 * Runs one task: reads the rows of a partition and emits the rows of its result, in any number of batches. Emitted rows
 * are copied. What it rejects with becomes the error of the Spark task, which Spark tries again.
 */
export type RunTask = (
  command: Uint8Array,
  split: number,
  rows: Rows,
  emit: (rows: Rows) => void,
  info: TaskInfo,
) => Promise<void>

const loaded = new Map<string, Promise<RunTask>>()

const load = async (file: string): Promise<RunTask> => {
  const { runTask } = await import(new URL(`file://${file.split("/").map(encodeURIComponent).join("/")}`).href)
  if (typeof runTask !== "function") throw new ProtocolError(`${file} exports no function runTask`)
  return runTask
}

/** Imports a bundle, once in each worker process. `directory` has the files of the session. */
export const loadBundle = (directory: string, name: string): Promise<RunTask> => {
  const file = `${directory}/${name}`
  const known = loaded.get(file) ?? load(file)
  loaded.set(file, known)
  return known
}
