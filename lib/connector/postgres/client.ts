/**
 * Connections to PostgreSQL, each closed at the end of its scope.
 *
 * @module
 */
import { Socket } from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
// @ts-ignore: The driver has no types. Without this line, programs for Node could not be checked either.
import pg from "pg"

interface Statement {
  readonly text: string
  readonly values: ReadonlyArray<unknown>
  readonly name?: string
}

/** What this module uses of the driver. */
interface Driver {
  readonly connect: () => Promise<unknown>
  readonly query: (
    query: Statement,
  ) => Promise<{ readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>; readonly rowCount: number | null }>
  readonly on: (event: "error", listener: (cause: unknown) => void) => unknown
}

/** What the driver opens a connection with. */
interface ClientOptions {
  readonly connectionString: string
  readonly connectionTimeoutMillis: number
  readonly application_name: string
  readonly keepAlive: boolean
  readonly keepAliveInitialDelayMillis: number
  /** Sends queries without waiting for the answers to those before. */
  readonly pipeline: boolean
  readonly stream: () => Socket
}

const Client: new (options: ClientOptions) => Driver = pg.Client

/** The result of a statement. */
export interface Answer {
  /** The rows it gave, by column name. */
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** How many rows it changed, or gave. */
  readonly count: number
}

/** An open connection. It fails with the errors of the driver. */
export interface Connection {
  /** Runs a statement. A statement with a name stays prepared on the server. */
  readonly query: (text: string, values?: ReadonlyArray<unknown>, name?: string) => Effect.Effect<Answer, unknown>
  /** Runs a statement once for each list of values, in order, without waiting in between. */
  readonly queryAll: (
    text: string,
    values: ReadonlyArray<ReadonlyArray<unknown>>,
    name: string,
  ) => Effect.Effect<void, unknown>
}

/** After how many milliseconds without data the operating system asks the server for a sign of life. */
const KEEPALIVE_DELAY = 10_000

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) return resolve()
    socket.once("close", () => resolve())
    socket.destroy()
  })

/** Leaves the URL, which may have a password, out of the error about one that cannot be parsed. */
const withoutUrl = (cause: unknown): unknown =>
  cause instanceof Error && cause.message.startsWith("Invalid URL") ? new Error("Invalid URL") : cause

const opened = (url: string, timeout: number): { readonly client: Driver; readonly socket: Socket } => {
  const socket = new Socket()
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeout,
    application_name: "dstream",
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY,
    pipeline: true,
    stream: () => socket,
  })
  // The query that waits reports a connection that breaks. Without a listener the event would end the process.
  client.on("error", () => {})
  return { client, socket }
}

/**
 * Connects. The end of the scope cuts the connection, and the server rolls back what is not committed. No message says
 * goodbye: a server or a network that is gone would never answer.
 */
export const connect = (url: string, timeout: number): Effect.Effect<Connection, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { client } = yield* Effect.acquireRelease(
      Effect.try({ try: () => opened(url, timeout), catch: withoutUrl }),
      ({ socket }) => Effect.promise(() => closed(socket)),
    )
    yield* Effect.tryPromise({ try: () => client.connect(), catch: (cause) => cause })
    return {
      query: (text, values = [], name) =>
        Effect.tryPromise({
          try: async () => {
            const { rows, rowCount } = await client.query({ text, values, ...(name === undefined ? {} : { name }) })
            return { rows, count: rowCount ?? 0 }
          },
          catch: (cause) => cause,
        }),
      queryAll: (text, values, name) =>
        Effect.asVoid(Effect.tryPromise({
          try: () => Promise.all(values.map((each) => client.query({ text, values: each, name }))),
          catch: (cause) => cause,
        })),
    }
  })
