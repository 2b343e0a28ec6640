/**
 * The compression and the TLS of a connection with a Flume agent.
 *
 * @module
 */
import type { Socket } from "node:net"
import { Duplex, type Readable, type Writable } from "node:stream"
import { TLSSocket } from "node:tls"
import * as zlib from "node:zlib"
import * as Effect from "effect/Effect"

/** A certificate and its private key, as PEM texts. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** The bytes of a connection without its layers. The layers are closed with the connection. */
export interface Layered {
  readonly from: Readable
  readonly into: Writable
}

/** Decompresses what comes in, and compresses what goes out, at once. */
const decompressing = (socket: Socket): Layered => {
  const from = zlib.createInflate()
  const into = zlib.createDeflate({ flush: zlib.constants.Z_SYNC_FLUSH })
  socket.on("error", (error) => from.destroy(error))
  // The reader sees that the connection has failed. Without a listener this event would end the process.
  into.on("error", () => {})
  socket.on("close", () => {
    from.destroy()
    into.destroy()
  })
  socket.pipe(from)
  into.pipe(socket)
  return { from, into }
}

/** Makes one stream of two. */
const duplexOf = ({ from, into }: Layered): Duplex => {
  const duplex = new Duplex({
    read: () => void from.resume(),
    write: (bytes: Uint8Array, _, done) => void into.write(bytes, done),
    final: (done) => void into.end(done),
  })
  from.on("data", (bytes: Uint8Array) => {
    if (!duplex.push(bytes)) from.pause()
  })
  from.on("end", () => duplex.push(null))
  from.on("error", (error) => duplex.destroy(error))
  from.on("close", () => duplex.destroy())
  return duplex
}

const encrypted = (stream: Duplex, certificate: Certificate): TLSSocket => {
  const options = { isServer: true, ...certificate }
  const socket = new TLSSocket(stream, options)
  stream.on("error", (error) => socket.destroy(error))
  stream.on("close", () => socket.destroy())
  return socket
}

/** The first byte of a record of TLS that begins a handshake. Compressed data begin with another one. */
const HANDSHAKE = 0x16

/** Returns the first byte that arrives, which the next reader gets as well. Undefined if none does. */
const firstByte = (socket: Socket): Effect.Effect<number | undefined> =>
  Effect.callback((resume) => {
    const look = () => {
      const bytes: Uint8Array | null = socket.read()
      if (bytes !== null) socket.unshift(bytes)
      done(bytes?.[0])
    }
    const close = () => done(undefined)
    const done = (byte: number | undefined) => {
      stopListening()
      resume(Effect.succeed(byte))
    }
    const stopListening = () => socket.off("readable", look).off("close", close)
    socket.once("readable", look).once("close", close)
    return Effect.sync(stopListening)
  })

/**
 * Removes the layers that the agents have been told to use. With both, agents of Flume 1.11 compress what they have encrypted, and
 * those of earlier versions encrypt what they have compressed.
 */
export const layered: (
  socket: Socket,
  certificate: Certificate | undefined,
  isCompressed: boolean,
) => Effect.Effect<Layered> = Effect.fnUntraced(
  function* (socket: Socket, certificate: Certificate | undefined, isCompressed: boolean) {
    // Errors are seen by the reader. Without a listener this event would end the process.
    socket.on("error", () => {})
    if (certificate === undefined) return isCompressed ? decompressing(socket) : { from: socket, into: socket }
    if (isCompressed && (yield* firstByte(socket)) !== HANDSHAKE) {
      const secure = encrypted(duplexOf(decompressing(socket)), certificate)
      return { from: secure, into: secure }
    }
    const secure = encrypted(socket, certificate)
    return isCompressed ? decompressing(secure) : { from: secure, into: secure }
  },
)
