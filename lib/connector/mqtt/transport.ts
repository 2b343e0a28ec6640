/**
 * Connections of bytes: TCP, TLS and WebSocket.
 *
 * @module
 */
import * as net from "node:net"
import * as tls from "node:tls"
import type { Duplex } from "node:stream"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { isDenied } from "../../core/denied.ts"
import { reading, write } from "../byte_stream.ts"
import { MqttError } from "./errors.ts"
import type { Endpoint } from "./options.ts"

/** An open connection. */
export interface Transport {
  /** Reads the next bytes, at least one. Nothing more is read meanwhile, so a slow reader slows the server down. */
  readonly read: Effect.Effect<Uint8Array, MqttError>
  /** Writes bytes. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, MqttError>
}

/** How long the server may take to close a connection, in milliseconds. */
const CLOSE_MS = 500

/** Servers that speak MQTT over WebSocket know it by this name. */
const SUBPROTOCOL = "mqtt"

const open = async ({ host, port, tls: secure, transport, url }: Endpoint): Promise<Duplex> => {
  if (transport === "ws") {
    const { createWebSocketStream, WebSocket } = await import("ws")
    return createWebSocketStream(new WebSocket(url, SUBPROTOCOL, { ...secure, perMessageDeflate: false }))
  }
  const servername = net.isIP(host) === 0 ? { servername: host } : {}
  const socket = transport === "tcp"
    ? net.connect({ host, port })
    : tls.connect({ host, port, ...secure, ...servername })
  // Packets are short and wait for answers.
  return socket.setNoDelay(true)
}

/** The program may not connect, or does not trust the server. Runtimes name these errors differently. */
const isFinal = (cause: unknown): boolean =>
  isDenied(cause) || (cause instanceof Error && /certificate|UnknownIssuer|NotCapable/i.test(String(cause)))

/** Sends the last bytes and waits until the server has closed the connection, for a short time; then closes it. */
const close = (stream: Duplex, hasClosed: Effect.Effect<void>, goodbye: Uint8Array): Effect.Effect<void> =>
  Effect.gen(function* () {
    const soon = Effect.map(Effect.timeoutOption(hasClosed, CLOSE_MS), (option) => option._tag === "Some")
    if (!stream.destroyed) {
      stream.resume()
      stream.end(goodbye)
      if (yield* soon) return
      stream.destroy()
    }
    yield* soon
  })

/**
 * Connects. The end of the scope sends `goodbye`, unless the connection has failed, and closes. A TCP connection is not
 * known to be open before the server has answered.
 */
export const connect: (
  endpoint: Endpoint,
  goodbye: Uint8Array,
) => Effect.Effect<Transport, MqttError, Scope.Scope> = Effect.fnUntraced(
  function* (endpoint: Endpoint, goodbye: Uint8Array) {
    const { server } = endpoint
    const failed = (cause?: unknown) =>
      new MqttError({
        server,
        problem: cause === undefined ? "it has closed the connection" : "the connection has failed",
        cause,
        isFinal: isFinal(cause),
      })
    const closed = Deferred.makeUnsafe<void>()
    const stream = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const stream = await open(endpoint)
          // Streams of WebSockets do not tell afterwards that they are closed.
          return stream.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        },
        catch: failed,
      }),
      (stream) => close(stream, Deferred.await(closed), goodbye),
    )
    let failure: unknown
    stream.on("error", (error) => {
      failure ??= error
    })
    // Later operations fail with another error, which does not tell the reason.
    const firstFailure = (cause: unknown) => failed(failure ?? cause)
    return {
      read: Effect.mapError(reading(stream), firstFailure),
      write: (bytes) => Effect.mapError(write(stream, bytes), firstFailure),
    }
  },
)
