/**
 * What an executor sends about a task before its rows.
 *
 * Spark's protocol for Python workers is private to Spark and differs between minor versions. Each version whose layout
 * is known has a dialect here. The executor does not announce its version: the driver writes it into a field that Spark
 * passes on unread, together with the name of the bundle.
 *
 * @module
 */
import type { Connection } from "./connection.ts"

/** What identifies a task to the functions that it runs. */
export interface TaskInfo {
  readonly stageId: number
  readonly partitionId: number
  /** Unique within the Spark application. */
  readonly taskAttemptId: number
  /** How many attempts at this task came before. */
  readonly attemptNumber: number
}

/** A task, without its rows. */
export interface TaskHeader {
  /** The index of the partition. */
  readonly split: number
  /** The name of the file with the user's code and the library's functions for tasks. */
  readonly bundle: string
  readonly info: TaskInfo
  /** What the task has to do. Only the bundle can read it. */
  readonly command: Uint8Array
}

/** The protocol is not as expected. The message reaches the user's program. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError"
}

/** Spark's number of a function that takes and gives batches of Arrow (`SQL_MAP_ARROW_ITER_UDF`). */
const MAP_IN_ARROW = 207

/** Lets a dialect read what follows the version: everything up to the rows. */
type Dialect = (connection: Connection) => Promise<Pick<TaskHeader, "command" | "info">>

const expect = (what: string, value: number | bigint | boolean, expected: number | boolean): void => {
  if (value !== expected) throw new ProtocolError(`${what} is ${value}, but must be ${expected}`)
}

const spark42: Dialect = async (connection) => {
  const { attemptNumber, partitionId, stageId, taskAttemptId }: TaskInfo = JSON.parse(await connection.text())
  await connection.text() // The directory of the session's files, which is the working directory too.
  await connection.list(() => connection.text()) // Python files.
  expect("The encryption of broadcasts", await connection.bool(), false)
  expect("The number of broadcasts", await connection.int(), 0)
  expect("The type of the function", await connection.int(), MAP_IN_ARROW)
  const entry = async () => [await connection.text(), await connection.text()]
  await connection.list(entry) // Settings of the session.
  await connection.list(entry) // Settings of the function.
  expect("The number of functions", await connection.int(), 1)
  await connection.list(async () => {
    await connection.int()
    if (await connection.bool()) await connection.text()
  }) // The columns that the function takes.
  expect("The number of chained functions", await connection.int(), 1)
  const command = await connection.blob()
  await connection.long() // The id of the function's result.
  return { command, info: { stageId, partitionId, taskAttemptId, attemptNumber } }
}

/** The dialects, by minor version of Spark. */
const dialects: Readonly<Record<string, Dialect>> = { "4.2": spark42 }

/** The minor versions of Spark whose protocol the worker knows. */
const supportedVersions: ReadonlyArray<string> = Object.keys(dialects)

/** Reads the field that tells a worker which dialect and which bundle a task needs. */
const dialectOf = (field: string): readonly [dialect: Dialect, bundle: string] => {
  const [, version = "", minor = "", bundle = ""] = /^((\d+\.\d+)\.[^;]*);([\w-][\w.-]*)$/.exec(field) ?? []
  if (bundle === "") {
    throw new ProtocolError(
      `The worker was asked to run ${JSON.stringify(field)} instead of a bundle of the form "4.2.0;name.js". ` +
        "Only programs of this library can use it",
    )
  }
  const dialect = dialects[minor]
  if (dialect === undefined) {
    throw new ProtocolError(
      `The cluster runs Spark ${version}, whose worker protocol is not known. Use Spark ${
        supportedVersions.join(" or ")
      }`,
    )
  }
  return [dialect, bundle]
}

/** Reads a task, up to its rows. Gives undefined if the executor has ended the connection instead of sending one. */
export const readTaskHeader = async (connection: Connection): Promise<TaskHeader | undefined> => {
  const split = await connection.int().catch(() => undefined)
  // The executor closes connections that are idle, or sends -1 to test one.
  if (split === undefined || split === -1) return undefined
  if (split < -1) {
    throw new ProtocolError(
      `The cluster frames tasks as Spark 4.3 and later do. Use Spark ${supportedVersions.join(" or ")}`,
    )
  }
  const [dialect, bundle] = dialectOf(await connection.text())
  return { split, bundle, ...await dialect(connection) }
}
