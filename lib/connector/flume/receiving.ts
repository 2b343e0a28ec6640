/**
 * Streams of the events that Flume agents push.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net"
import type { Readable, Writable } from "node:stream"
import * as zlib from "node:zlib"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { describeCause, InvalidOption } from "../../core/errors.ts"
import type { DStream } from "../../dstream/dstream.ts"
import { fromReceiver } from "../../dstream/inputs/input.ts"
import { make, type Store } from "../../dstream/inputs/receiver.ts"
import { reading, untilClosed, write } from "../byte_stream.ts"
import { encodeFrame, FrameReader } from "./frames.ts"
import { callReader, type FlumeEvent } from "./protocol.ts"

/** Where agents connect to, and how. */
export interface FlumeOptions {
  /** The address to listen on, which is the `hostname` of the agents' sinks. `0.0.0.0` accepts from all networks. */
  readonly host: string
  /** The port to listen on, from 1 to 65,535. */
  readonly port: number
  /** Whether the sinks compress: `compression-type = deflate`. Default: false. Spark: `enableDecompression`. */
  readonly enableDecompression?: boolean | undefined
  /** The longest batch of events that is accepted, in bytes: 64 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** The delay before it listens again after an error: 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
}

/** Nothing can listen on the address. */
export class FlumeError extends Data.Error<{
  /** The host and the port. */
  readonly address: string
  /** The error of the runtime. */
  readonly cause: unknown
}> {
  readonly _tag = "FlumeError" as const
  override get message(): string {
    return `Cannot listen for Flume agents on ${this.address}: ${describeCause(this.cause)}`
  }
}

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/** The program may not listen, or the machine has no such address. */
const isFinal = ({ cause }: FlumeError): boolean =>
  cause instanceof Error && (cause.name === "NotCapable" || /EACCES|EADDRNOTAVAIL|ENOTFOUND/.test(String(cause)))

/** Decompresses what comes in, and compresses what goes out, at once. */
const decompressing = (socket: Socket): { readonly from: Readable; readonly into: Writable } => {
  const from = zlib.createInflate()
  const into = zlib.createDeflate({ flush: zlib.constants.Z_SYNC_FLUSH })
  // The reader sees the end of a connection that fails. Without listeners the events would end the process.
  socket.on("error", () => {})
  into.on("error", () => {})
  socket.on("close", () => {
    from.destroy()
    into.destroy()
  })
  socket.pipe(from)
  into.pipe(socket)
  return { from, into }
}

/** Stores the events of a connection, each batch before it is answered. Ends when the connection does. */
const serve = (
  socket: Socket,
  store: Store<FlumeEvent>,
  { enableDecompression = false, maxMessageBytes = MAX_MESSAGE_BYTES }: FlumeOptions,
) =>
  Effect.gen(function* () {
    const { from, into } = enableDecompression ? decompressing(socket) : { from: socket, into: socket }
    const read = reading(from)
    const frames = new FrameReader(maxMessageBytes)
    const readCall = callReader()
    while (true) {
      const bytes = yield* Effect.catch(read, () => Effect.succeed(undefined))
      if (bytes === undefined) return
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
    Effect.catch((error) => store.reportError("Error receiving from a Flume agent", error)),
    Effect.ensuring(Effect.suspend(() => Effect.andThen(Effect.sync(() => socket.destroy()), untilClosed(socket)))),
  )

/** Listens until the scope closes. */
const listen = (
  { host, port }: FlumeOptions,
  onConnection: (socket: Socket) => void,
): Effect.Effect<void, FlumeError, Scope.Scope> =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.sync(() => createServer({ noDelay: true, pauseOnConnect: false }, onConnection)),
      closeServer,
    ),
    (server) =>
      Effect.callback<void, FlumeError>((resume) => {
        server.once("error", (cause) => resume(Effect.fail(new FlumeError({ address: `${host}:${port}`, cause }))))
        server.listen({ host, port }, () => resume(Effect.void))
      }),
  )

const closeServer = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
  })

const problemsOf = (where: string, { host, maxMessageBytes = MAX_MESSAGE_BYTES, port }: FlumeOptions) =>
  [
    ...(typeof host === "string" && host !== ""
      ? []
      : [new InvalidOption({ where, option: "host", value: host, expected: "a name or an address" })]),
    ...(Number.isInteger(port) && port >= 1 && port <= 65_535
      ? []
      : [new InvalidOption({ where, option: "port", value: port, expected: "a whole number from 1 to 65535" })]),
    ...(Number.isSafeInteger(maxMessageBytes) && maxMessageBytes > 0 ? [] : [
      new InvalidOption({
        where,
        option: "maxMessageBytes",
        value: maxMessageBytes,
        expected: "a positive whole number",
      }),
    ]),
  ].map(({ message }) => message)

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
 * TLS is not supported.
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
    // Connections end before the server does, which waits for them.
    const connected: Array<Socket> = []
    let onConnection = (socket: Socket): void => void connected.push(socket)
    yield* listen(options, (socket) => onConnection(socket))
    const run = yield* FiberSet.makeRuntime<never>()
    onConnection = (socket) => void run(serve(socket, store, options))
    for (const socket of connected) onConnection(socket)
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
