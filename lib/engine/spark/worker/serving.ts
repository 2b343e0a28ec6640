/**
 * Serves the tasks that an executor sends on one connection, one after the other, until it closes the connection.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto"
import { scheduler } from "node:timers/promises"
import { beginOfArrow, encodeBatch, endOfArrow, readRows } from "./arrow_rows.ts"
import { loadBundle } from "./bundle.ts"
import { type Connection, ConnectionEnded, intBytes, textBytes } from "./connection.ts"
import { ProtocolError, readTaskHeader, type TaskHeader } from "./task_header.ts"

/** The numbers that announce what follows. */
const END_OF_DATA_SECTION = -1
const EXCEPTION_THROWN = -2
const END_OF_STREAM = -4
const START_ARROW_STREAM = -6

/** The beginning of every answer to a task. */
const beginning: Uint8Array = new Uint8Array([...intBytes(START_ARROW_STREAM), ...beginOfArrow])

/** How a worker and an executor find out that they belong together. */
export interface Handshake {
  readonly pid: number
  /** Undefined for Unix sockets, which have permissions instead. */
  readonly secret: string | undefined
  /** Whether the worker was started for this connection alone. Then it is the one to prove that it knows the secret. */
  readonly isSimple: boolean
}

const knowsSecret = async (connection: Connection, secret: string): Promise<boolean> => {
  const expected = new TextEncoder().encode(secret)
  // Nothing is read from a peer that announces another length, as it may announce any.
  if (await connection.int() !== expected.length) return false
  return timingSafeEqual(await connection.bytes(expected.length), expected)
}

/** Identifies the worker and the executor to each other. Gives false if the peer is not the executor. */
export const shakeHands = async (
  connection: Connection,
  { isSimple, pid, secret }: Handshake,
): Promise<boolean> => {
  if (isSimple) {
    if (secret !== undefined) {
      connection.write(textBytes(secret))
      if (await connection.text() !== "ok") return false
    }
    connection.write(intBytes(pid))
    return true
  }
  connection.write(intBytes(pid))
  if (secret === undefined) return true
  const isKnown = await knowsSecret(connection, secret)
  connection.write(textBytes(isKnown ? "ok" : "err"))
  return isKnown
}

const textOf = (cause: unknown): string => cause instanceof Error ? cause.stack ?? cause.message : String(cause)

/** How long a worker waits for an executor to read the failure of a task and to close the connection. */
const FAILURE_TIMEOUT_MS = 5000

/**
 * Reports a failure to the executor, whose task fails with the text. The connection cannot be used afterwards. `hasBegun`: the
 * stream of rows has begun.
 */
const fail = async (connection: Connection, hasBegun: boolean, cause: unknown): Promise<void> => {
  const end = connection.end(
    ...hasBegun ? [endOfArrow] : [],
    intBytes(EXCEPTION_THROWN),
    textBytes(cause instanceof ProtocolError ? cause.message : textOf(cause)),
  )
  await Promise.race([end, scheduler.wait(FAILURE_TIMEOUT_MS)])
}

const run = async (
  connection: Connection,
  { bundle, command, info, split }: TaskHeader,
  directory: string,
): Promise<boolean> => {
  const runTask = await loadBundle(directory, bundle)
  const [rows, end] = await readRows(connection)
  await runTask(command, split, rows, (batch) => connection.write(encodeBatch(batch)), info)
  connection.write(endOfArrow, intBytes(END_OF_DATA_SECTION, 0))
  return end === END_OF_STREAM
}

/** What a worker is doing. It must not outlive its connection while a task runs: the executor has given up that task. */
export interface Activity {
  isBusy: boolean
}

/**
 * Serves tasks until the executor closes the connection. Gives whether the process can serve another connection; after a
 * failed task it cannot.
 */
export const serve = async (
  connection: Connection,
  activity: Activity,
  directory: string,
): Promise<boolean> => {
  for (;;) {
    let hasBegun = false
    try {
      const header = await readTaskHeader(connection)
      if (header === undefined) return true
      activity.isBusy = true
      // The executor's TCP holds the rows back until the header is acknowledged. A receiver that sends nothing delays that by
      // 40 ms.
      connection.write(beginning)
      hasBegun = true
      const isReusable = await run(connection, header, directory)
      activity.isBusy = false
      if (!isReusable) {
        await connection.end(intBytes(END_OF_DATA_SECTION))
        return true
      }
      connection.write(intBytes(END_OF_STREAM))
    } catch (cause) {
      activity.isBusy = false
      if (!(cause instanceof ConnectionEnded)) await fail(connection, hasBegun, cause)
      return false
    }
  }
}
