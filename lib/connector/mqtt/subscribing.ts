/**
 * Streams of the messages of an MQTT server.
 *
 * @module
 */
import type { IPublishPacket } from "mqtt-packet"
import type { DStream } from "../../dstream/dstream.ts"
import { fromReceiver } from "../../dstream/inputs/input.ts"
import { settingProblems } from "../settings.ts"
import { messageOf, type MqttMessage, payloadOf, textOf } from "./message.ts"
import { optionProblems, urlProblem } from "./options.ts"
import { receiver } from "./receiving.ts"
import { type SubscribeOptions, topicProblems } from "./topics.ts"

const subscribe = <A>(
  operation: string,
  options: SubscribeOptions,
  recordOf: (packet: IPublishPacket) => A,
): DStream<A> => {
  const where = `Mqtt.${operation}`
  const problems = [
    ...settingProblems(where, "url", options.url, urlProblem),
    ...optionProblems(where, options),
    ...topicProblems(where, options),
  ]
  return fromReceiver(operation, receiver(options, recordOf), { check: () => problems })
}

/**
 * Makes a stream of the messages of topics, as UTF-8 text. Spark: `MQTTUtils.createStream`, with several topics.
 *
 * **Delivery.** With a `clientId` and a checkpoint, each message of quality of service 2 arrives exactly once, and of 1 at least
 * once, whatever breaks: connections, the server's process if it stores its sessions, or this process. Messages of quality of
 * service 0, and all messages without a `clientId`, arrive at most once. A message is acknowledged when it is stored: with a
 * checkpoint when it is durable. Without one, what is received and not processed is lost with the process.
 *
 * Servers limit how much they keep for a client that is away or slow, and drop the rest: see their settings, such as
 * `max_queued_messages` of Mosquitto. The messages of a topic keep their order. While batches fall behind, the stream stops
 * reading, so that the server waits.
 *
 * After most errors the stream connects again. It stops the context with {@link MqttError} for errors that trying again does not
 * cure: refused credentials, refused subscriptions, certificates that are not trusted, a client ID that another client takes over
 * (version 5 only: with 3.1.1, servers do not tell, and both clients connect in turn).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 *
 * const lines = Mqtt.textStream({ url: "mqtt://localhost:1883", topics: "plant/#", clientId: "plant-counts" })
 * assert.equal(lines.operation, "textStream")
 * ```
 */
export const textStream = (options: SubscribeOptions): DStream<string> => subscribe("textStream", options, textOf)

/**
 * Makes a stream of pairs of the topic and the text of each message. Delivery is that of {@link textStream}. Spark:
 * `MQTTUtils.createPairedStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 *
 * const latest = Mqtt.pairedStream({ url: "mqtt://localhost", topics: ["a/+", "b/#"], clientId: "latest" }).pipe(
 *   DStream.reduceByKey((_, text) => text),
 * )
 * assert.equal(latest.operation, "reduceByKey")
 * ```
 */
export const pairedStream = (options: SubscribeOptions): DStream<[topic: string, text: string]> =>
  subscribe("pairedStream", options, (packet) => [packet.topic, textOf(packet)])

/**
 * Makes a stream of pairs of the topic and the bytes of each message. Delivery is that of {@link textStream}. Spark:
 * `MQTTUtils.createPairedByteArrayStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 *
 * const images = Mqtt.pairedByteArrayStream({ url: "mqtt://localhost", topics: { "cameras/#": 0 } })
 * assert.equal(images.operation, "pairedByteArrayStream")
 * ```
 */
export const pairedByteArrayStream = (options: SubscribeOptions): DStream<[topic: string, payload: Uint8Array]> =>
  subscribe("pairedByteArrayStream", options, (packet) => [packet.topic, payloadOf(packet)])

/**
 * Makes a stream of whole messages, with quality of service, retain flag and the properties of version 5. Delivery is that of
 * {@link textStream}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 *
 * const news = Mqtt.messageStream({ url: "mqtt://localhost", topics: "news", protocolVersion: 5, clientId: "reader" }).pipe(
 *   DStream.filter(({ retain }) => !retain),
 * )
 * assert.equal(news.operation, "filter")
 * ```
 */
export const messageStream = (options: SubscribeOptions): DStream<MqttMessage> =>
  subscribe("messageStream", options, messageOf)
