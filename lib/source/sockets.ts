/**
 * The service that opens TCP connections. Tests and other runtimes can provide their own.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection, SocketError } from "./connection.ts"
import { denoSockets, nodeSockets } from "./runtime_sockets.ts"

/**
 * Opens TCP connections for the socket streams.
 *
 * It is a reference with a default: Deno's sockets, which ask for the network permission first, or `node:net` on other
 * runtimes. Provide your own with `Effect.provideService`.
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
  /** Opens a connection, which is closed with the scope. */
  readonly connect: (host: string, port: number) => Effect.Effect<Connection, SocketError, Scope.Scope>
}

/** The key of the service. */
export const Sockets: Context.Reference<Sockets> = Context.Reference<Sockets>("@dstream/dstream/Sockets", {
  defaultValue: () => "Deno" in globalThis ? denoSockets : nodeSockets,
})
