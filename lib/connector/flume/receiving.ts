/**
 * Streams of the events that Flume agents push.
 *
 * @module
 */
import type { Socket } from "node:net"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import { isDenied } from "../../core/denied.ts"
import { invalidOptions, limitChecks } from "../../core/option_checks.ts"
import type { DStream } from "../../dstream/dstream.ts"
import { fromReceiver } from "../../dstream/inputs/input.ts"
import { make, type Store } from "../../dstream/inputs/receiver.ts"
import { destroy, reading, write } from "../byte_stream.ts"
import type { SettingError } from "../settings.ts"
import { encodeFrame, FlumeProtocolError, FrameReader } from "./frames.ts"
import { type Certificate, layered } from "./layers.ts"
import { type FlumeError, type FlumeTls, listen, readCertificate } from "./listening.ts"
import { addressChecks, MAX_MESSAGE_BYTES } from "./options.ts"
import { callReader, type FlumeEvent } from "./protocol.ts"

/** Where agents connect to, and how. */
export interface FlumeOptions {
  /** The address to listen on, which is the `hostname` of the agents' sinks. `0.0.0.0` accepts from all networks. */
  readonly host: string
  /** The port to listen on, from 1 to 65,535. */
  readonly port: number
  /** Whether the sinks compress: `compression-type = deflate`. Default: false. Spark: `enableDecompression`. */
  readonly enableDecompression?: boolean | undefined
  /** The certificate of this receiver, if the sinks use TLS: `ssl = true`. It is read each time the receiver starts. */
  readonly tls?: FlumeTls | undefined
  /** The longest batch of events that is accepted, in bytes: 64 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** The delay before it listens again after an error: 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
}

/** A setting is wrong, the program may not listen, or the machine has no such address. */
const isFinal = (error: FlumeError | SettingError): boolean =>
  error._tag === "SettingError" ||
  isDenied(error.cause) ||
  (error.cause instanceof Error && /EACCES|EADDRNOTAVAIL|ENOTFOUND/.test(String(error.cause)))

const isNotCompressed = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "Z_DATA_ERROR"

const notCompressed = (): FlumeProtocolError =>
  new FlumeProtocolError(
    "its data are not compressed; set compression-type = deflate in the sink, or no enableDecompression",
  )

/** Stores the events of a connection, each batch before it is answered. Ends when the connection does. */
const serve = (
  socket: Socket,
  certificate: Certificate | undefined,
  store: Store<FlumeEvent>,
  { enableDecompression = false, maxMessageBytes = MAX_MESSAGE_BYTES }: FlumeOptions,
) =>
  Effect.gen(function* () {
    const { from, into } = yield* layered(socket, certificate, enableDecompression)
    const read = Effect.mapError(reading(from), (cause) => isNotCompressed(cause) ? notCompressed() : cause)
    const frames = new FrameReader(maxMessageBytes)
    const readCall = callReader()
    while (true) {
      const bytes = yield* read
      const calls = yield* Effect.try({
        try: () => frames.push(bytes).map(({ bytes, serial }) => ({ serial, ...readCall(bytes) })),
        catch: (error) => error,
      })
      for (const { answer, events, serial } of calls) {
        yield* store.block(events)
        yield* Effect.ignore(write(into, encodeFrame({ serial, bytes: answer })))
      }
    }
  }).pipe(
    // Undefined: the agent has closed the connection.
    Effect.catch((error) =>
      error === undefined ? Effect.void : store.reportError("Error receiving from a Flume agent", error)
    ),
    Effect.ensuring(destroy(socket)),
  )

const problemsOf = (where: string, options: FlumeOptions): ReadonlyArray<string> =>
  invalidOptions(where, [
    ...addressChecks(options),
    ...limitChecks({ maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES }),
  ])

/**
 * Makes a stream of the events that the Avro sinks of Flume agents push. It listens on a port, and any number of agents may
 * connect. Spark: `FlumeUtils.createStream`.
 *
 * **Delivery.** At least once: a batch of events is acknowledged when it is stored, so with a checkpoint when it is durable.
 * Agents keep what is not acknowledged in their channel and send it again, also to another process of the program. Events
 * arrive twice when a connection breaks, or the sink's `request-timeout` passes, before the agent has seen the answer. The
 * events of an agent with one sink keep their order.
 *
 * While batches fall behind, events are not answered and agents wait; set a `request-timeout` that is longer than that takes.
 *
 * It stops the context with {@link FlumeError} if it may not listen on the address, and with `SettingError` if the certificate
 * cannot be used. It tries again if the port is taken. A connection that does not follow the protocol is reported and closed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Flume from "@dstream/dstream/flume"
 *
 * // In the agent: sinks.k.type = avro, sinks.k.hostname = the name of this machine, sinks.k.port = 4141
 * const hosts = Flume.pushStream({ host: "0.0.0.0", port: 4141 }).pipe(
 *   DStream.map(({ headers }) => headers["host"] ?? "unknown"),
 * )
 * assert.equal(hosts.operation, "map")
 * ```
 */
export const pushStream = (options: FlumeOptions): DStream<FlumeEvent> => {
  const problems = problemsOf("Flume.pushStream", options)
  const onStart = Effect.fnUntraced(function* (store: Store<FlumeEvent>) {
    const certificate = options.tls === undefined ? undefined : yield* readCertificate(options.tls)
    // Connections end before the server does, which waits for them.
    const connected: Array<Socket> = []
    let onConnection = (socket: Socket): void => void connected.push(socket)
    yield* listen(options, (socket) => onConnection(socket))
    const run = yield* FiberSet.makeRuntime<never>()
    onConnection = (socket) => void run(serve(socket, certificate, store, options))
    for (const socket of connected) onConnection(socket)
    // The server waits for connections that are made while the others end. No fiber would close them.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => onConnection = (socket) => void socket.on("error", () => {}).destroy())
    )
    yield* Effect.never
  })
  const receiver = make({
    name: "Flume",
    restartDelay: options.restartDelay,
    onStart: (store: Store<FlumeEvent>) =>
      Effect.catch(onStart(store), (error) => {
        const message = "Cannot receive from Flume agents"
        return isFinal(error) ? store.stop(message, error) : store.restart(message, error)
      }),
  })
  return fromReceiver("pushStream", receiver, { check: () => problems })
}
