/**
 * TCP connections as a service, so that tests and other runtimes can bring their own.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection, SocketError } from "./connection.ts"
import { denoSockets, nodeSockets } from "./runtime_sockets.ts"

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

/** The sockets that sources use. */
export const Sockets: Context.Reference<Sockets> = Context.Reference<Sockets>("@dstream/dstream/Sockets", {
  defaultValue: () => "Deno" in globalThis ? denoSockets : nodeSockets,
})
