/**
 * Publishing records to an MQTT server.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Packet } from "mqtt-packet"
import type { SettingError } from "../settings.ts"
import { connect, type Connection, randomClientId } from "./connection.ts"
import { answered, MqttError } from "./errors.ts"
import type { Qos } from "./message.ts"
import { type Endpoint, type MqttOptions, readEndpoint } from "./options.ts"

/** A message to publish. */
export interface MqttOutgoing {
  /** Where it is published. */
  readonly topic: string
  /** Text is sent as UTF-8. */
  readonly payload: string | Uint8Array
  /** The quality of service: 1. */
  readonly qos?: Qos | undefined
  /** Whether the server keeps it as the last message of its topic, for clients that subscribe later. Default: false. */
  readonly retain?: boolean | undefined
}

/** So many messages are sent before the answers to them are awaited, if the server does not allow fewer. */
const WINDOW = 500

/**
 * The same for messages of quality of service 2 with version 3.1.1, where servers do not tell how many they allow: mosquitto
 * stops answering when there are more than its `max_inflight_messages`, which is 20 unless it is changed.
 */
const EXACT_WINDOW = 20

/** How long the server may take to acknowledge a window of messages, in milliseconds. */
const ANSWER_MS = 30_000

/** The first reason code that is an error. */
const FAILED = 0x80

const packetOf = ({ payload, qos = 1, retain = false, topic }: MqttOutgoing, messageId: number): Packet => ({
  cmd: "publish",
  topic,
  payload: typeof payload === "string" ? payload : Buffer.from(payload),
  qos,
  retain,
  dup: false,
  ...(qos > 0 && { messageId }),
})

/** Sends a window of messages and waits until the server has taken responsibility for them. */
const publishWindow = Effect.fnUntraced(function* (
  connection: Connection,
  server: string,
  messages: ReadonlyArray<MqttOutgoing>,
) {
  yield* connection.send(messages.map((message, i) => packetOf(message, i + 1)))
  let unanswered = messages.filter(({ qos = 1 }) => qos > 0).length
  while (unanswered > 0) {
    const released: Array<Packet> = []
    for (const packet of yield* connection.receive) {
      if (packet.cmd !== "puback" && packet.cmd !== "pubrec" && packet.cmd !== "pubcomp") continue
      const { cmd, messageId = 0, reasonCode = 0 } = packet
      if (reasonCode >= FAILED) {
        const { topic } = messages[messageId - 1] ?? { topic: "" }
        return yield* answered(server, `it does not take a message of ${topic}`, reasonCode)
      }
      if (cmd === "pubrec") released.push({ cmd: "pubrel", messageId })
      else unanswered--
    }
    yield* connection.send(released)
  }
})

/** Sends messages, a window at a time. */
const publishAll = Effect.fnUntraced(function* (
  connection: Connection,
  { protocolVersion, server }: Endpoint,
  messages: ReadonlyArray<MqttOutgoing>,
) {
  const isExact = protocolVersion === 4 && messages.some(({ qos }) => qos === 2)
  const window = Math.min(isExact ? EXACT_WINDOW : WINDOW, connection.receiveMaximum)
  const late = new MqttError({
    server,
    problem: `it has not acknowledged ${window} messages within ${ANSWER_MS} ms`,
    isFinal: false,
  })
  for (let from = 0; from < messages.length; from += window) {
    const published = publishWindow(connection, server, messages.slice(from, from + window))
    yield* Effect.timeoutOrElse(published, { duration: ANSWER_MS, orElse: () => Effect.fail(late) })
  }
})

/**
 * Makes the function that publishes a partition of messages, for `DStream.foreachPartition` and `RDD.foreachPartitionEffect`.
 *
 * **Delivery.** At least once: it returns when the server has acknowledged all messages, and a batch that runs again publishes
 * them again, with any quality of service. Put the batch time and a number into the messages if readers must recognise that.
 * With quality of service 0 nothing is acknowledged, so messages can be lost. A server of version 3.1.1 does not say whether
 * it allows a message; one of version 5 does, and refusals fail with {@link MqttError}.
 *
 * Each partition has a connection of its own for each batch, and sends in order. A failure fails the output; set a policy such
 * as `OutputPolicy.retry`. The options are read each time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, OutputPolicy } from "@dstream/dstream"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Config, Schedule } from "effect"
 *
 * const server = { url: "mqtt://counter@localhost", password: Config.Redacted("MQTT_PASSWORD") }
 * const output = Testing.input<[string, number]>([[["a", 1]]]).pipe(
 *   DStream.map(([word, n]) => ({ topic: `counts/${word}`, payload: String(n), retain: true })),
 *   DStream.foreachPartition(Mqtt.publish(server)),
 *   DStream.onFailure(OutputPolicy.retry(Schedule.exponential("100 millis"))),
 * )
 * assert.equal(output.operation, "foreachPartition")
 * ```
 */
export const publish = (
  options: MqttOptions,
): (messages: ReadonlyArray<MqttOutgoing>) => Effect.Effect<void, MqttError | SettingError> =>
(messages) =>
  messages.length === 0 ? Effect.void : Effect.scoped(Effect.gen(function* () {
    const endpoint = yield* readEndpoint(options)
    const clientId = yield* randomClientId
    const connection = yield* connect(endpoint, { clientId, clean: true, expiry: 0 })
    yield* Effect.raceFirst(publishAll(connection, endpoint, messages), connection.stayAlive)
  }))
