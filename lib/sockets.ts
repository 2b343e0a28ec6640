/**
 * Sockets: the service that opens the connections of socket streams. Provide your own to connect in another way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Sockets } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const refused = Effect.scoped(Effect.flatMap(Sockets.Sockets, (sockets) => sockets.connect("127.0.0.1", 1)))
 * assert.equal((await Effect.runPromise(Effect.flip(refused)))._tag, "SocketError")
 * ```
 *
 * @module
 */
export { type Connection, SocketError } from "./source/connection.ts"
export { Sockets } from "./source/sockets.ts"
export { LineTooLong } from "./rdd/text_lines.ts"
