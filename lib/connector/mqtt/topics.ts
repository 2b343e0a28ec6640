/**
 * The topics that a stream receives.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type { Setting } from "../settings.ts"
import type { Qos } from "./message.ts"
import type { MqttOptions } from "./options.ts"
import type { Subscriptions } from "./session.ts"

/** Which messages to receive, and how. */
export interface SubscribeOptions extends MqttOptions {
  /**
   * A topic or several, which may have wildcards: `plant/+/temperature`, `plant/#`. An object sets the `qos` of each. Streams of
   * several programs with the same shared subscription, such as `$share/counters/plant/#`, get each message once between them, if
   * the server supports that. They get no retained messages.
   */
  readonly topics: string | ReadonlyArray<string> | Readonly<Record<string, Qos>>
  /** The quality of service of topics that are not in an object: 1. */
  readonly qos?: Qos | undefined
  /**
   * The name by which the server knows this stream: at most one connection uses it at a time, and all processes of a program
   * use the same. The server then keeps what is published while the stream is not connected. Without it, each connection has
   * a random name, and what is published in between is lost.
   */
  readonly clientId?: Setting<string> | undefined
  /** Whether the server forgets what it has kept when the stream connects: false with a `clientId`, true without. */
  readonly cleanSession?: boolean | undefined
  /**
   * How long a server of version 5 keeps the session of a client that is away: 7 days. Infinity: for ever. Other servers have
   * a setting of their own.
   */
  readonly sessionExpiry?: Duration.Input | undefined
  /** The delay before connecting again: 2 seconds. */
  readonly restartDelay?: Duration.Input | undefined
}

/** The number of seconds that means for ever, and the greatest one. */
const FOR_EVER = 0xffff_ffff

/** How long the server keeps the session, in whole seconds. Undefined if the option is not a duration. */
export const expiryOf = ({ sessionExpiry = "7 days" }: Pick<SubscribeOptions, "sessionExpiry">): number | undefined => {
  const expiry = Duration.fromInput(sessionExpiry)
  return expiry._tag === "Some" ? Math.min(FOR_EVER, Math.ceil(Duration.toMillis(expiry.value) / 1000)) : undefined
}

/** The topics with their quality of service. */
export const subscriptionsOf = ({ qos = 1, topics }: Pick<SubscribeOptions, "qos" | "topics">): Subscriptions => {
  if (typeof topics === "string") return { [topics]: qos }
  return isList(topics) ? Object.fromEntries(topics.map((topic): [string, Qos] => [topic, qos])) : topics
}

const isList = (topics: SubscribeOptions["topics"]): topics is ReadonlyArray<string> => Array.isArray(topics)

/** A filter of topics: `+` stands for one level and `#`, at the end, for all further ones. */
const isFilter = (topic: string): boolean =>
  topic.length > 0 && !topic.includes("\0") &&
  topic.split("/").every((level, i, levels) =>
    !/[+#]/.test(level) || level === "+" || (level === "#" && i === levels.length - 1)
  )

/** What is wrong with the topics. */
export const topicProblems = (
  where: string,
  options: Pick<SubscribeOptions, "qos" | "sessionExpiry" | "topics">,
): ReadonlyArray<string> => {
  const topics = Object.entries(subscriptionsOf(options))
  return [
    ...(topics.length === 0 ? [`${where}: topics is empty; name at least one topic`] : []),
    ...topics.flatMap(([topic, qos]) => [
      ...(isFilter(topic)
        ? []
        : [`${where}: topics has "${topic}", but + and # must be whole levels, # the last one, and no topic is empty`]),
      ...([0, 1, 2].includes(qos) ? [] : [`${where}: the qos of ${topic} is ${String(qos)}, but must be 0, 1 or 2`]),
    ]),
    ...(expiryOf(options) !== undefined ? [] : [`${where}: sessionExpiry is not a duration`]),
  ]
}
