/**
 * An open TCP connection, and how one is opened and read whatever the runtime.
 *
 * @module
 */
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
  /** Whether it is not permitted, so that trying again is of no use. */
  readonly isDenied?: boolean
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

/** Connects; the connection closes with the scope. */
export type Connect = (host: string, port: number) => Effect.Effect<Connection, SocketError, Scope.Scope>

/** Opens something that must be closed, however the waiting for it ends. */
export const opened = <A>(
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

/** A connection that is read with what its runtime has. */
export const reading = (host: string, port: number, read: () => Promise<Uint8Array | undefined>): Connection => ({
  read: () =>
    Effect.tryPromise({
      try: read,
      catch: (cause) => new SocketError({ host, port, reason: `Error receiving data from ${host}:${port}`, cause }),
    }),
})
