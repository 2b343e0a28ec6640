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

/** So many messages are sent before the first one is acknowledged, if the server does not allow fewer. */
const WINDOW = 500

/**
 * How many messages are sent before the first acknowledgement, if some have quality of service 2 and the version is 3.1.1, in
 * which servers do not tell how many they allow. Mosquitto stops answering when there are more than its `max_inflight_messages`, which is 20 unless it is changed.
 */
const EXACT_WINDOW = 20

/** How long the server may take for the next acknowledgement, in milliseconds. */
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

/** Waits for answers to messages, and returns those that have arrived. Signs of life are no answers. */
const receiveAnswers = Effect.fnUntraced(function* (connection: Connection) {
  while (true) {
    const packets = (yield* connection.receive).filter((packet) =>
      packet.cmd === "puback" || packet.cmd === "pubrec" || packet.cmd === "pubcomp"
    )
    if (packets.length > 0) return packets
  }
})

/** Sends messages, and returns when the server has taken responsibility for all of them. */
const publishAll = Effect.fnUntraced(function* (
  connection: Connection,
  { protocolVersion, server }: Endpoint,
  messages: ReadonlyArray<MqttOutgoing>,
) {
  const isExact = protocolVersion === 4 && messages.some(({ qos }) => qos === 2)
  const window = Math.min(isExact ? EXACT_WINDOW : WINDOW, connection.receiveMaximum)
  /** The messages that are not acknowledged, by packet ID. */
  const open = new Map<number, MqttOutgoing>()
  let next = 0
  /** The messages that may be sent now. Those of quality of service 0 need no ID. */
  const due = (): ReadonlyArray<Packet> => {
    const packets: Array<Packet> = []
    for (let id = 1; open.size < window && packets.length < window;) {
      const message = messages[next]
      if (message === undefined) break
      if (message.qos !== 0) {
        while (open.has(id)) id++
        open.set(id, message)
      }
      packets.push(packetOf(message, id))
      next++
    }
    return packets
  }
  const answers = Effect.timeoutOrElse(receiveAnswers(connection), {
    duration: ANSWER_MS,
    orElse: () =>
      Effect.fail(
        new MqttError({ server, problem: `it has acknowledged no message for ${ANSWER_MS} ms`, isFinal: false }),
      ),
  })
  while (open.size > 0 || next < messages.length) {
    if (open.size === 0) yield* connection.send(due())
    if (open.size === 0) continue
    const released: Array<Packet> = []
    for (const { cmd, messageId = 0, reasonCode = 0 } of yield* answers) {
      if (reasonCode >= FAILED) {
        return yield* answered(server, `it does not take a message of ${open.get(messageId)?.topic}`, reasonCode)
      }
      if (cmd === "pubrec") released.push({ cmd: "pubrel", messageId })
      else open.delete(messageId)
    }
    yield* connection.send([...released, ...due()])
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
