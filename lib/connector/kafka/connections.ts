/**
 * Connections to the brokers of a cluster, each opened when it is first needed.
 *
 * @module
 */
import { isIP } from "node:net"
import { Connection } from "@platformatic/kafka"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type KafkaError, thrown } from "./errors.ts"
import type { Address, ReadConnection } from "./options.ts"

/** Calls an operation of the protocol on a connection to a broker. */
export type Call = <A>(
  broker: Address,
  operation: string,
  send: (connection: Connection) => Promise<A>,
) => Effect.Effect<A, KafkaError>

const CONNECT_TIMEOUT_MS = 5_000
/** Longer than a fetch waits for records, and than a transaction takes to be committed on a busy broker. */
const REQUEST_TIMEOUT_MS = 30_000

/** Closes the socket. Requests that wait for an answer fail. */
const closed = (connection: Connection): Promise<void> =>
  new Promise((resolve) => {
    const socket = connection.socket as Connection["socket"] | undefined
    if (socket === undefined || socket.closed) return resolve()
    socket.once("close", () => resolve())
    connection.close(() => {})
    socket.destroy()
  })

class Connections {
  readonly #options: ReadConnection
  readonly #byAddress = new Map<string, Promise<Connection>>()
  readonly #all = new Set<Connection>()
  /** Why connections broke. */
  readonly #broken = new WeakMap<Connection, unknown>()
  #isClosed = false
  constructor(options: ReadConnection) {
    this.#options = options
  }

  /** Sends a request. If the connection breaks, the error says why. */
  async send<A>(broker: Address, send: (connection: Connection) => Promise<A>): Promise<A> {
    const connection = await this.#get(broker)
    try {
      return await send(connection)
    } catch (cause) {
      // The requests in progress are only told that the connection was closed.
      throw connection.isConnected() ? cause : this.#broken.get(connection) ?? cause
    }
  }

  #get({ host, port }: Address): Promise<Connection> {
    const key = `${host}:${port}`
    const known = this.#byAddress.get(key)
    if (known !== undefined) return known
    const opening = this.#open(key, host, port)
    this.#byAddress.set(key, opening)
    return opening
  }

  async #open(key: string, host: string, port: number): Promise<Connection> {
    const { clientId, sasl, tls } = this.#options
    const connection = new Connection(clientId, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      ...(tls === undefined ? {} : { tls, tlsServerName: isIP(host) === 0 }),
      ...(sasl === undefined ? {} : { sasl }),
    })
    const forget = () => {
      this.#byAddress.delete(key)
      return closed(connection).then(() => {
        this.#all.delete(connection)
      })
    }
    // Without a listener the event would end the process.
    connection.on("error", (cause) => this.#broken.set(connection, cause))
    try {
      if (this.#isClosed) throw new Error("the stream has ended")
      this.#all.add(connection)
      await connection.connect(host, port)
    } catch (cause) {
      await forget()
      throw cause
    }
    connection.once("close", forget)
    return connection
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(Array.from(this.#all, closed))
    await Promise.allSettled(this.#byAddress.values())
  }
}

/** Makes connections as they are needed. The end of the scope closes them. */
export const connections = (options: ReadConnection): Effect.Effect<Call, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Connections(options)),
      (all) => Effect.promise(() => all.close()),
    ),
    (all): Call => (broker, operation, send) =>
      Effect.tryPromise({
        try: () => all.send(broker, send),
        catch: thrown(`${operation} at ${broker.host}:${broker.port}`),
      }),
  )
