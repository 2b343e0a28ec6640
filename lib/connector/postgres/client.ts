/**
 * A connection to PostgreSQL in a scope.
 *
 * @module
 */
import { Socket } from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import pg from "pg"

interface Statement {
  readonly text: string
  readonly values: ReadonlyArray<unknown>
  readonly name?: string
}

/** The part of the driver that is used. */
interface Driver {
  readonly connect: () => Promise<unknown>
  readonly query: (
    query: Statement,
  ) => Promise<{ readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>; readonly rowCount: number | null }>
  readonly on: (event: "error", listener: (cause: unknown) => void) => unknown
}

/** What a connection is made with. */
interface Config {
  readonly connectionString: string
  readonly connectionTimeoutMillis: number
  readonly application_name: string
  readonly keepAlive: boolean
  readonly keepAliveInitialDelayMillis: number
  /** Sends what is asked at the same time without waiting for answers in between. */
  readonly pipeline: boolean
  readonly stream: () => Socket
}

const Client: new (config: Config) => Driver = pg.Client

/** What a statement gave. */
export interface Answer {
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** How many rows it has changed. */
  readonly count: number
}

/** An open connection. Its errors are what the driver says. */
export interface Connection {
  /** Runs a statement; a name keeps it prepared on the server. */
  readonly query: (text: string, values?: ReadonlyArray<unknown>, name?: string) => Effect.Effect<Answer, unknown>
  /** Runs a statement once for each list of values, in order, and waits only for the last answer. */
  readonly queryAll: (
    text: string,
    values: ReadonlyArray<ReadonlyArray<unknown>>,
    name: string,
  ) => Effect.Effect<void, unknown>
}

/** How long a connection is silent before the other side is asked whether it is there, in milliseconds. */
const SILENCE = 10_000

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) return resolve()
    socket.once("close", () => resolve())
    socket.destroy()
  })

/** The driver says what it cannot read, and that may have the password in it. */
const withoutUrl = (cause: unknown): unknown =>
  cause instanceof Error && cause.message.startsWith("Invalid URL") ? new Error("Invalid URL") : cause

const opened = (url: string, timeout: number): { readonly client: Driver; readonly socket: Socket } => {
  const socket = new Socket()
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeout,
    application_name: "dstream",
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENCE,
    pipeline: true,
    stream: () => socket,
  })
  // A connection that breaks says so here as well as to the query that waits; unheard it would end the process.
  client.on("error", () => {})
  return { client, socket }
}

/**
 * Connects. The end of the scope cuts the connection: the server rolls back what has not been committed. It is not asked
 * to say goodbye, which a server or a network that has gone would never do.
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
