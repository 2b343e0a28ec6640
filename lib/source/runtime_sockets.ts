/**
 * TCP sockets of Deno and of Node.
 *
 * @module
 */
import type { Socket as NodeSocket } from "node:net"
import * as Effect from "effect/Effect"
import { type Connect, fromRead, openConnection, SocketError } from "./connection.ts"

/** How many bytes are read at once where the reader has no room of its own. */
const READ_BYTES = 256 * 1024

/** What this module uses of Deno. Declared here, so that programs for Node need no types of Deno. */
interface DenoNet {
  readonly permissions: {
    readonly request: (wanted: { readonly name: "net"; readonly host: string }) => Promise<{ readonly state: string }>
  }
  readonly connect: (address: { readonly hostname: string; readonly port: number }) => Promise<DenoConnection>
}

interface DenoConnection {
  readonly read: (into: Uint8Array) => Promise<number | null>
  readonly close: () => void
}

/** Deno, where this runs on it. Looked up when it is needed. */
const deno = (): DenoNet => (globalThis as unknown as { readonly Deno: DenoNet }).Deno

/** Asks for the permission to connect. If it is denied, the error names the flag to add and is marked as `isDenied`. */
const requestPermission = (host: string, port: number): Effect.Effect<void, SocketError> =>
  Effect.suspend(() => {
    const address = `${host.includes(":") ? `[${host}]` : host}:${port}`
    const reason = `Connecting to ${address} needs --allow-net=${address}`
    const denied = new SocketError({ host, port, reason, isDenied: true })
    return Effect.tryPromise({
      try: () => deno().permissions.request({ name: "net", host: address }),
      catch: () => denied,
    }).pipe(Effect.flatMap(({ state }) => state === "granted" ? Effect.void : Effect.fail(denied)))
  })

/** Sockets of Deno. Connecting asks for the network permission first, and fails if it is denied. */
export const denoSockets: { readonly connect: Connect } = {
  connect: (host, port) =>
    Effect.andThen(
      requestPermission(host, port),
      Effect.map(
        // The abort signal is not used: a connection that is aborted while it opens may stay open and cannot be closed
        // then.
        openConnection(host, port, () => deno().connect({ hostname: host, port }), (connection) => {
          try {
            connection.close()
          } catch {
            // The runtime has closed it already.
          }
        }),
        (connection) => {
          let own: Uint8Array | undefined
          return fromRead(host, port, async (into) => {
            const buffer = into ?? (own ??= new Uint8Array(READ_BYTES))
            const length = await connection.read(buffer)
            return length === null ? undefined : buffer.subarray(0, length)
          })
        },
      ),
    ),
}

/** Sockets of `node:net`. */
export const nodeSockets: { readonly connect: Connect } = {
  connect: (host, port) =>
    Effect.map(
      openConnection(host, port, async (signal) => {
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
        return fromRead(host, port, async () => {
          const { done, value } = await chunks.next()
          return done === true ? undefined : value
        })
      },
    ),
}
