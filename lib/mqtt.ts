/**
 * MQTT, versions 3.1.1 and 5: streams of the messages of topics, and publishing.
 *
 * **Guarantees.** With a checkpoint and a `clientId`, in: exactly once with quality of service 2, at least once with 1, at most
 * once with 0. Out: at least once.
 *
 * Needs the npm packages `mqtt-packet` and, for WebSocket, `ws`, and the permissions net and env.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Mqtt from "@dstream/dstream/mqtt"
 *
 * const server = { url: "mqtt://localhost:1883" }
 * const counts = Mqtt.pairedStream({ ...server, topics: "rooms/#", clientId: "counts" }).pipe(
 *   DStream.countByValue(),
 *   DStream.map(([[topic, text], n]) => ({ topic: `counts/${topic}`, payload: `${text} ${n}` })),
 *   DStream.foreachPartition(Mqtt.publish(server)),
 * )
 * assert.equal(counts.operation, "foreachPartition")
 * ```
 *
 * @module
 */
export { MqttError } from "./connector/mqtt/errors.ts"
export type { MqttMessage, MqttProperties, Qos } from "./connector/mqtt/message.ts"
export type { MqttOptions, MqttTls } from "./connector/mqtt/options.ts"
export { type MqttOutgoing, publish } from "./connector/mqtt/publishing.ts"
export { messageStream, pairedByteArrayStream, pairedStream, textStream } from "./connector/mqtt/subscribing.ts"
export type { SubscribeOptions } from "./connector/mqtt/topics.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
