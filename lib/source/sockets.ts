/**
 * TCP connections as a service, so that tests and other runtimes can bring their own.
 *
 * @module
 */
import type { Socket as NodeSocket } from "node:net"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../core/errors.ts"

/** A connection could not be made, or broke. */
export class SocketError extends Data.Error<{
  /** The host that was asked for: a name or an address. */
  readonly host: string
  /** The port that was asked for. */
  readonly port: number
  /** What went wrong, such as `Error connecting to localhost:9999`. */
  readonly reason: string
  /** What the runtime says. */
  readonly cause?: unknown
}> {
  readonly _tag = "SocketError" as const
  override get message(): string {
    return this.cause === undefined ? this.reason : `${this.reason}: ${describeCause(this.cause)}`
  }
}

/** An open connection, seen from its reading side. Nothing is read ahead, so a slow reader slows the peer down. */
export interface Connection {
  /**
   * The next bytes, at least one; undefined at the end. Their buffer is used again by the next read, so copy what you keep.
   */
  readonly read: () => Effect.Effect<Uint8Array | undefined, SocketError>
}

/**
 * Opens TCP connections. A reference: the default uses Deno's own sockets, or `node:net` where there is no Deno, and asks
 * for the permission to connect first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Sockets } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const refusing: Sockets.Sockets = {
 *   connect: (host, port) => Effect.fail(new Sockets.SocketError({ host, port, reason: "not today" })),
 * }
 * const program = Effect.scoped(Effect.flatMap(Sockets.Sockets, (sockets) => sockets.connect("localhost", 9999)))
 * const error = await Effect.runPromise(Effect.flip(Effect.provideService(program, Sockets.Sockets, refusing)))
 * assert.equal(error.message, "not today")
 * ```
 */
export interface Sockets {
  /** Connects; the connection closes with the scope. */
  readonly connect: (host: string, port: number) => Effect.Effect<Connection, SocketError, Scope.Scope>
}

const READ_BYTES = 256 * 1024

/** Opens something that must be closed, however the waiting for it ends. */
const opened = <A>(
  host: string,
  port: number,
  open: (signal: AbortSignal) => Promise<A>,
  close: (a: A) => void,
): Effect.Effect<A, SocketError, Scope.Scope> =>
  Effect.suspend(() => {
    let done = false
    let value: A | undefined
    const finalizer = Effect.sync(() => {
      done = true
      if (value !== undefined) close(value)
    })
    const opening = Effect.tryPromise({
      try: async (signal) => {
        const a = await open(signal)
        value = a
        if (done) close(a)
        return a
      },
      catch: (cause) => new SocketError({ host, port, reason: `Error connecting to ${host}:${port}`, cause }),
    })
    return Effect.andThen(Effect.addFinalizer(() => finalizer), opening)
  })

const reading = (host: string, port: number, read: () => Promise<Uint8Array | undefined>): Connection => ({
  read: () =>
    Effect.tryPromise({
      try: read,
      catch: (cause) => new SocketError({ host, port, reason: `Error receiving data from ${host}:${port}`, cause }),
    }),
})

const permitted = (host: string, port: number): Effect.Effect<void, SocketError> =>
  Effect.suspend(() => {
    const address = `${host.includes(":") ? `[${host}]` : host}:${port}`
    const denied = new SocketError({ host, port, reason: `Connecting to ${address} needs --allow-net=${address}` })
    return Effect.tryPromise({
      try: () => Deno.permissions.request({ name: "net", host: address }),
      catch: () => denied,
    }).pipe(Effect.flatMap(({ state }) => state === "granted" ? Effect.void : Effect.fail(denied)))
  })

/** The sockets of Deno. */
export const denoSockets: Sockets = {
  connect: (host, port) =>
    Effect.andThen(
      permitted(host, port),
      Effect.map(
        opened(host, port, (signal) => Deno.connect({ hostname: host, port, signal }), (connection) => {
          try {
            connection.close()
          } catch {
            // The runtime has closed it already.
          }
        }),
        (connection) => {
          const buffer = new Uint8Array(READ_BYTES)
          return reading(host, port, async () => {
            const length = await connection.read(buffer)
            return length === null ? undefined : buffer.subarray(0, length)
          })
        },
      ),
    ),
}

/** The sockets of `node:net`. */
export const nodeSockets: Sockets = {
  connect: (host, port) =>
    Effect.map(
      opened(host, port, async (signal) => {
        const { connect } = await import("node:net")
        return await new Promise<NodeSocket>((resolve, reject) => {
          const socket = connect({ host, port })
          signal.addEventListener("abort", () => socket.destroy())
          socket.once("error", reject)
          socket.once("connect", () => {
            socket.off("error", reject)
            resolve(socket)
          })
        })
      }, (socket) => socket.destroy()),
      (socket) => {
        const chunks = socket.iterator({ destroyOnReturn: false })
        return reading(host, port, async () => {
          const { done, value } = await chunks.next()
          return done === true ? undefined : value
        })
      },
    ),
}

/** The sockets that sources use. */
export const Sockets: Context.Reference<Sockets> = Context.Reference<Sockets>("@dstream/dstream/Sockets", {
  defaultValue: () => "Deno" in globalThis ? denoSockets : nodeSockets,
})
