/**
 * The sockets of Deno and of Node.
 *
 * @module
 */
import type { Socket as NodeSocket } from "node:net"
import * as Effect from "effect/Effect"
import { type Connect, opened, reading, SocketError } from "./connection.ts"

const READ_BYTES = 256 * 1024

const permitted = (host: string, port: number): Effect.Effect<void, SocketError> =>
  Effect.suspend(() => {
    const address = `${host.includes(":") ? `[${host}]` : host}:${port}`
    const reason = `Connecting to ${address} needs --allow-net=${address}`
    const denied = new SocketError({ host, port, reason, isDenied: true })
    return Effect.tryPromise({
      try: () => Deno.permissions.request({ name: "net", host: address }),
      catch: () => denied,
    }).pipe(Effect.flatMap(({ state }) => state === "granted" ? Effect.void : Effect.fail(denied)))
  })

/** The sockets of Deno. */
export const denoSockets: { readonly connect: Connect } = {
  connect: (host, port) =>
    Effect.andThen(
      permitted(host, port),
      Effect.map(
        // Without its signal: a connection that is aborted on the way may stay open, with nobody who could close it.
        opened(host, port, () => Deno.connect({ hostname: host, port }), (connection) => {
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
export const nodeSockets: { readonly connect: Connect } = {
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
