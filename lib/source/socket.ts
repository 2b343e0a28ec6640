/**
 * Streams that connect to a TCP server: lines of text, records in a format of your own, or blocks of encoded records.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { decode } from "../core/codec.ts"
import { invalidOptions, limitChecks, portCheck } from "../core/option_checks.ts"
import type { Port } from "../core/literals.ts"
import type { DStream } from "../dstream/dstream.ts"
import type { StorageLevel } from "../rdd/storage_level.ts"
import { fromReceiver } from "../dstream/inputs/input.ts"
import { make, type Store } from "../dstream/inputs/receiver.ts"
import type { Connection, SocketError } from "./connection.ts"
import type { ReceiverStopped } from "../dstream/inputs/receiver_stopped.ts"
import { forEachArray, forEachUntilUndefined } from "./draining.ts"
import { MAX_MESSAGE_BYTES, MessageReader } from "./messages.ts"
import { Sockets } from "./sockets.ts"
import { type Lines, LineSplitter, LineTooLong, MAX_LINE_BYTES } from "../rdd/text_lines.ts"

/** Options of all socket streams. */
export interface SocketOptions {
  /** The delay before connecting again. Default 2 seconds. Spark: `spark.streaming.receiverRestartDelay`. */
  readonly restartDelay?: Duration.Input | undefined
  /** Where received blocks are kept. Default: `MEMORY_AND_DISK`. Spark: `storageLevel`. */
  readonly storageLevel?: StorageLevel | undefined
}

/** Options of {@link socketTextStream}. */
export interface SocketTextOptions extends SocketOptions {
  /** The longest allowed line in bytes. Longer lines are reported and skipped. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined
}

/** Options of {@link rawSocketStream}. */
export interface RawSocketOptions<A> extends SocketOptions {
  /** Decodes the records of a message. Default: decodes this library's own format. */
  readonly decode?: ((bytes: Uint8Array) => ReadonlyArray<A>) | undefined
  /** The longest allowed message in bytes. After a longer one the stream connects again. Default 64 MiB. */
  readonly maxMessageBytes?: number | undefined
}

/**
 * Makes a stream of the lines of UTF-8 text that a TCP server sends, such as `nc -lk 9999`.
 *
 * Lines end with `\n`, `\r\n` or `\r`. When the server closes the connection, the text after the last line end is a
 * line too. The stream connects again after every end and every error, without limit. If a connection breaks in the
 * middle of a line, that line is lost. Spark: `socketTextStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * const lines = DStream.socketTextStream("localhost", 9999)
 * assert.equal(lines.operation, "socketTextStream")
 * // @ts-expect-error a port is a whole number from 1 to 65535
 * DStream.socketTextStream("localhost", 70000)
 * ```
 */
export const socketTextStream = <const N extends number>(
  host: string,
  port: Port<N>,
  options: SocketTextOptions = {},
): DStream<string> => {
  const max = options.maxLineBytes ?? MAX_LINE_BYTES
  return socketInput(
    "socketTextStream",
    "Socket",
    host,
    Number(port),
    options,
    { maxLineBytes: max },
    (connection, store) =>
      Effect.suspend(() => {
        const splitter = new LineSplitter(max)
        const storeLines = ({ block, bytes, tooLong }: Lines): Effect.Effect<void, ReceiverStopped> => {
          const stored = block === undefined ? Effect.void : store.append(block, bytes + LINE * block.length)
          if (tooLong === 0) return stored
          const error = new LineTooLong({ maxLineBytes: max })
          const report = store.reportError(`Error receiving data from ${host}:${port}`, error)
          return Effect.andThen(stored, Effect.replicateEffect(report, tooLong))
        }
        return Effect.andThen(
          forEachUntilUndefined(
            Effect.suspend(() => connection.read(splitter.room())),
            (chunk) => storeLines(splitter.push(chunk)),
          ),
          Effect.suspend(() => storeLines(splitter.finish())),
        )
      }),
  )
}

/**
 * Makes a stream of the records that `decoder` reads from a TCP server. `decoder` turns the stream of received bytes
 * into a stream of records.
 *
 * When the stream of records ends or fails, a new connection is opened. Each array that it emits is stored at once.
 * Operators that keep arrays whole (`Stream.mapArray`, `Stream.decodeText`, `Stream.splitLines`) are therefore many
 * times faster than operators that emit single records. Spark: `socketStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Stream } from "effect"
 *
 * const words = DStream.socketStream("localhost", 9999, (bytes) =>
 *   bytes.pipe(Stream.decodeText, Stream.splitLines, Stream.mapArray((lines) => [lines[0]])))
 * assert.equal(words.operation, "socketStream")
 * ```
 */
export const socketStream = <const N extends number, A, E, R>(
  host: string,
  port: Port<N>,
  decoder: (bytes: Stream.Stream<Uint8Array, SocketError>) => Stream.Stream<A, E, R>,
  options: SocketOptions = {},
): DStream<A, never, Exclude<R, Scope.Scope>> =>
  socketInput("socketStream", "Socket", host, Number(port), options, {}, (connection, store: Store<A>) => {
    const pull = Effect.flatMap(
      Effect.suspend(() => connection.read()),
      (chunk) => chunk === undefined ? Cause.done() : Effect.succeed([chunk.slice()] as const),
    )
    return forEachArray(decoder(Stream.fromPull(Effect.succeed(pull))), (records) => store.all(records))
  })

/**
 * Makes a stream of the records that a TCP server sends in messages. A message is its length (four bytes, big-endian),
 * followed by that many bytes of encoded records.
 *
 * Each message is stored as one block, without regard to the rate limit. A message that cannot be decoded is reported
 * and skipped. Spark: `rawSocketStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 *
 * const numbers = DStream.rawSocketStream("localhost", 9999, { decode: (bytes) => Array.from(bytes) })
 * assert.equal(numbers.operation, "rawSocketStream")
 * ```
 */
export const rawSocketStream = <const N extends number, A = unknown>(
  host: string,
  port: Port<N>,
  options: RawSocketOptions<A> = {},
): DStream<A> => {
  const max = options.maxMessageBytes ?? MAX_MESSAGE_BYTES
  // Nothing can check that the server has encoded records of type A: the caller vouches for it.
  const decodeRecords = options.decode ?? ((bytes) => decode(bytes) as Array<A>)
  return socketInput(
    "rawSocketStream",
    "Raw",
    host,
    Number(port),
    options,
    { maxMessageBytes: max },
    (connection, store: Store<A>) =>
      Effect.suspend(() => {
        const messages = new MessageReader(max)
        const storeMessage = (message: Uint8Array): Effect.Effect<void, ReceiverStopped> =>
          Effect.matchEffect(Effect.try({ try: () => decodeRecords(message), catch: (error) => error }), {
            onFailure: (error) => store.reportError("Error decoding a message", error),
            onSuccess: (records) => store.block(records),
          })
        return Effect.andThen(
          forEachUntilUndefined(
            Effect.suspend(() => connection.read()),
            (chunk) =>
              Effect.flatMap(messages.push(chunk), (complete) =>
                Effect.forEach(complete, storeMessage, { discard: true })),
          ),
          Effect.suspend(() =>
            messages.finish()
          ),
        )
      }),
  )
}

/** What a line takes besides its bytes when it is read, in bytes. */
const LINE = 20

/** Makes the stream of a receiver that connects to a server, runs `receive`, and connects again when that has ended. */
const socketInput = <A, E, R>(
  operation: string,
  title: string,
  host: string,
  port: number,
  options: SocketOptions,
  limits: Readonly<Record<string, number>>,
  receive: (connection: Connection, store: Store<A>) => Effect.Effect<void, E, R>,
): DStream<A, never, Exclude<R, Scope.Scope>> => {
  const problems = invalidOptions(`DStream.${operation}`, [portCheck(port), ...limitChecks(limits)])
  const receiver = make({
    name: title,
    restartDelay: options.restartDelay,
    storageLevel: options.storageLevel,
    onStart: (store: Store<A>) =>
      Effect.matchEffect(Effect.flatMap(Sockets, (sockets) => sockets.connect(host, port)), {
        onFailure: (error) => {
          const message = `Error connecting to ${host}:${port}`
          return error.isDenied === true ? store.stop(message, error) : store.restart(message, error)
        },
        onSuccess: (connection) =>
          Effect.matchCauseEffect(receive(connection, store), {
            onFailure: (cause) => store.restart("Error receiving data", Cause.squash(cause)),
            onSuccess: () => store.restart("Socket data stream had no more data"),
          }),
      }),
  })
  return fromReceiver(operation, receiver, { check: () => problems })
}
