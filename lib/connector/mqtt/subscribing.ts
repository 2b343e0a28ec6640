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
 * **Delivery.** With a `clientId`, messages of quality of service 1 arrive at least once, and those of 2 exactly once; without
 * one, they arrive at most once. This holds across broken connections, and across processes if the context has a checkpoint.
 * Messages of quality of service 0 arrive at most once. A message is acknowledged when it is stored, so with a checkpoint when
 * it is durable; without one, what is received and not processed is lost with the process. Servers limit how much they keep
 * for a client that is away or slow, and drop what is beyond: see their settings, such as `max_queued_messages` of mosquitto.
 *
 * The messages of a topic keep their order. While batches fall behind, the stream does not read, so that the server holds
 * messages back. The stream connects again after every error that may pass, and stops the context with {@link MqttError} at
 * once for those that do not: refused credentials, topics that may not be read, a client ID that another client takes over.
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
