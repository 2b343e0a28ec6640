/**
 * Streams of the events that are polled from Flume agents with Spark's sink.
 *
 * @module
 */
import * as net from "node:net"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeCause } from "../../core/errors.ts"
import { invalidOptions, limitChecks } from "../../core/option_checks.ts"
import type { DStream } from "../../dstream/dstream.ts"
import { fromReceiver } from "../../dstream/inputs/input.ts"
import { make, type Store } from "../../dstream/inputs/receiver.ts"
import { destroy, reading, write } from "../byte_stream.ts"
import { encodeFrame, FlumeProtocolError, FrameReader } from "./frames.ts"
import { addressesChecks, type FlumeAddress, KEEPALIVE_MS, MAX_MESSAGE_BYTES } from "./options.ts"
import { SparkSinkCalls } from "./polling_protocol.ts"
import type { FlumeEvent } from "./protocol.ts"

/** Which sinks to poll, and how. */
export interface FlumePollingOptions {
  /** The sinks, at least one. */
  readonly addresses: ReadonlyArray<FlumeAddress>
  /** The most events of a batch that is fetched: 1000. */
  readonly maxBatchSize?: number | undefined
  /** How many batches are fetched at the same time, from all sinks together; at least one from each. Default: 5. */
  readonly parallelism?: number | undefined
  /** The longest batch of events that is accepted, in bytes: 64 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** The delay before a connection to a sink is made again: 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
}

/** The numbers of the options, with their defaults. */
const limitsOf = (
  { maxBatchSize = 1000, maxMessageBytes = MAX_MESSAGE_BYTES, parallelism = 5 }: FlumePollingOptions,
) => ({ maxBatchSize, maxMessageBytes, parallelism })

/** Connects to a sink. The end of the scope closes the connection. */
const connect = ({ host, port }: FlumeAddress): Effect.Effect<net.Socket, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => net.connect({ host, port }).setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS)),
    destroy,
  )

/** Fetches batches, stores each and acknowledges it. Never ends. */
const poll = Effect.fnUntraced(function* (
  address: FlumeAddress,
  store: Store<FlumeEvent>,
  maxBatchSize: number,
  maxMessageBytes: number,
) {
  const socket = yield* connect(address)
  const read = reading(socket)
  const frames = new FrameReader(maxMessageBytes)
  const calls = new SparkSinkCalls()
  let serial = 0
  const call = Effect.fnUntraced(function* <A>(bytes: Uint8Array, decode: (answer: Uint8Array) => A) {
    yield* write(socket, encodeFrame({ serial: serial++, bytes }))
    while (true) {
      const arrived = yield* read
      const [answer] = yield* Effect.try({ try: () => frames.push(arrived), catch: (error) => error })
      if (answer === undefined) continue
      return yield* Effect.try({ try: () => decode(answer.bytes), catch: (error) => error })
    }
  })
  while (true) {
    const batch = yield* call(calls.getEventBatch(maxBatchSize), (answer) => calls.eventBatch(answer))
    if (batch.problem !== "") {
      return yield* Effect.fail(new FlumeProtocolError(`the sink has no events: ${batch.problem}`))
    }
    if (batch.events.length > 0) yield* store.block(batch.events)
    yield* call(calls.ack(batch.sequenceNumber), (answer) => calls.acknowledged(answer))
  }
})

const problemsOf = (where: string, options: FlumePollingOptions): ReadonlyArray<string> =>
  invalidOptions(where, [...addressesChecks(options.addresses), ...limitChecks(limitsOf(options))])

/**
 * Makes a stream of the events that it polls from Spark's sink (`org.apache.spark.streaming.flume.sink.SparkSink`) in Flume
 * agents. Spark: `FlumeUtils.createPollingStream`.
 *
 * **Delivery.** At least once: the sink removes a batch of events from its channel when the stream has stored it, so with a
 * checkpoint when it is durable. After a fault it gives them again as soon as its `timeout` has passed. Batches that are fetched
 * at the same time or again are in no particular order.
 *
 * While batches fall behind, nothing is fetched. A sink that cannot be reached is reported and tried again, and the others go on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Flume from "@dstream/dstream/flume"
 *
 * const lines = Flume.pollingStream({ addresses: [{ host: "agent1", port: 4141 }, { host: "agent2", port: 4141 }] }).pipe(
 *   DStream.map(({ body }) => new TextDecoder().decode(body)),
 * )
 * assert.equal(lines.operation, "map")
 * ```
 */
export const pollingStream = (options: FlumePollingOptions): DStream<FlumeEvent> => {
  const problems = problemsOf("Flume.pollingStream", options)
  const { addresses } = options
  const { maxBatchSize, maxMessageBytes, parallelism } = limitsOf(options)
  /** One address for each connection. Not computed before the options are checked. */
  const polled = () =>
    Array.from(
      { length: Math.max(parallelism, addresses.length) },
      (_, i) => addresses[i % addresses.length],
    ).filter((address) => address !== undefined)
  const onStart = (store: Store<FlumeEvent>) =>
    Effect.forEach(polled(), (address) =>
      Effect.scoped(poll(address, store, maxBatchSize, maxMessageBytes)).pipe(
        Effect.catch((error) => {
          const reason = error === undefined ? "the agent has closed the connection" : describeCause(error)
          return store.reportError(`Error polling ${address.host}:${address.port}: ${reason}`, error)
        }),
        Effect.andThen(Effect.sleep(options.restartDelay ?? "2 seconds")),
        Effect.forever,
      ), { concurrency: "unbounded", discard: true })
  return fromReceiver("pollingStream", make({ name: "FlumePolling", onStart }), { check: () => problems })
}
