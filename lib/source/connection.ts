/**
 * TCP connections, and what opening and reading them has in common on all runtimes.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../core/errors.ts"

/** A connection could not be opened, or an open connection has failed. */
export class SocketError extends Data.Error<{
  /** The host to connect to: a name or an address. */
  readonly host: string
  /** The port to connect to. */
  readonly port: number
  /** What went wrong, such as `Error connecting to localhost:9999`. */
  readonly reason: string
  /** The error of the runtime. */
  readonly cause?: unknown
  /** Whether the program may not connect to this address, so that trying again is useless. */
  readonly isDenied?: boolean
}> {
  readonly _tag = "SocketError" as const
  override get message(): string {
    return this.cause === undefined ? this.reason : `${this.reason}: ${describeCause(this.cause)}`
  }
}

/** The reading side of an open connection. Nothing is read ahead, so a slow reader slows the peer down. */
export interface Connection {
  /**
   * Reads the next bytes, at least one. Returns undefined at the end of the data. A connection may write the bytes to
   * `into`, from its start on, and then returns the part that it has written. Other arrays may be overwritten by the next
   * read, so copy what you keep.
   */
  readonly read: (into?: Uint8Array) => Effect.Effect<Uint8Array | undefined, SocketError>
}

/** Opens a connection, which is closed with the scope. */
export type Connect = (host: string, port: number) => Effect.Effect<Connection, SocketError, Scope.Scope>

/**
 * Opens a connection with a function of the runtime. The connection is closed with the scope, and as soon as it is open
 * if the caller was interrupted before.
 */
export const openConnection = <A>(
  host: string,
  port: number,
  open: (signal: AbortSignal) => Promise<A>,
  close: (a: A) => void,
): Effect.Effect<A, SocketError, Scope.Scope> =>
  Effect.suspend(() => {
    let isScopeClosed = false
    let opened: A | undefined
    const finalizer = Effect.sync(() => {
      isScopeClosed = true
      if (opened !== undefined) close(opened)
    })
    const opening = Effect.tryPromise({
      try: async (signal) => {
        const connection = await open(signal)
        opened = connection
        if (isScopeClosed) close(connection)
        return connection
      },
      catch: (cause) => new SocketError({ host, port, reason: `Error connecting to ${host}:${port}`, cause }),
    })
    return Effect.andThen(Effect.addFinalizer(() => finalizer), opening)
  })

/** Makes a connection of a function of the runtime that reads the next bytes. */
export const fromRead = (
  host: string,
  port: number,
  read: (into: Uint8Array | undefined) => Promise<Uint8Array | undefined>,
): Connection => ({
  read: (into) =>
    Effect.tryPromise({
      try: () => read(into),
      catch: (cause) => new SocketError({ host, port, reason: `Error receiving data from ${host}:${port}`, cause }),
    }),
})
