/**
 * Messages that arrive.
 *
 * @module
 */
import type { IPublishPacket } from "mqtt-packet"

/** A quality of service: a message is delivered at most once (0), at least once (1), or exactly once (2). */
export type Qos = 0 | 1 | 2

/** A message, as plain data. */
export interface MqttMessage {
  /** The topic it was published to. */
  readonly topic: string
  /** Its content. */
  readonly payload: Uint8Array
  /** The quality of service that it was delivered with. */
  readonly qos: Qos
  /** Whether the server had kept it as the last message of its topic when the client subscribed. */
  readonly retain: boolean
  /** What its sender has set of the properties of version 5. */
  readonly properties?: MqttProperties
}

/** The properties of a message of version 5. */
export interface MqttProperties {
  /** What the content is, such as `application/json`. */
  readonly contentType?: string
  /** The topic for answers. */
  readonly responseTopic?: string
  /** What an answer must repeat. */
  readonly correlationData?: Uint8Array
  /** Pairs of the sender's own; a name that occurs several times has a list. */
  readonly userProperties?: Readonly<Record<string, string | ReadonlyArray<string>>>
}

const utf8 = new TextDecoder()

/** The bytes of a packet as an array of their own: the packet shares them with others that have arrived. */
const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === "string" ? new TextEncoder().encode(payload) : new Uint8Array(payload)

/** The payload as text. Invalid bytes become U+FFFD. */
export const textOf = ({ payload }: IPublishPacket): string =>
  typeof payload === "string" ? payload : utf8.decode(payload)

/** The payload as bytes. */
export const payloadOf = ({ payload }: IPublishPacket): Uint8Array => bytesOf(payload)

/** The whole message. */
export const messageOf = ({ payload, properties, qos, retain, topic }: IPublishPacket): MqttMessage => {
  const message = { topic, payload: bytesOf(payload), qos, retain }
  if (properties === undefined) return message
  const { contentType, correlationData, responseTopic, userProperties } = properties
  return {
    ...message,
    properties: {
      ...(contentType !== undefined && { contentType }),
      ...(responseTopic !== undefined && { responseTopic }),
      ...(correlationData !== undefined && { correlationData: bytesOf(correlationData) }),
      // The codec makes objects without a prototype, which are not plain data.
      ...(userProperties !== undefined && { userProperties: { ...userProperties } }),
    },
  }
}
