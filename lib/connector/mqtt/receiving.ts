/**
 * The receiver of subscriptions.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { IPublishPacket, ISubackPacket, Packet } from "mqtt-packet"
import { make, type Receiver, type Store } from "../../dstream/inputs/receiver.ts"
import { readSetting } from "../settings.ts"
import { connect, type Connection, randomClientId } from "./connection.ts"
import { answered } from "./errors.ts"
import { readEndpoint } from "./options.ts"
import { SubscriberSession, type Subscriptions } from "./session.ts"
import { expiryOf, type SubscribeOptions, subscriptionsOf } from "./topics.ts"

/** The first codes of an answer to a subscription that mean that it is refused. */
const REFUSED = 0x80

const codesOf = ({ granted }: ISubackPacket): ReadonlyArray<number> => granted.map(Number)

/** What has arrived together, and how to answer it once it is stored. */
interface Arrived<A> {
  readonly records: ReadonlyArray<A>
  readonly answers: ReadonlyArray<Packet>
}

/** Sorts packets into records and answers. `session` drops messages that have been stored before. */
const sort = <A>(
  packets: ReadonlyArray<Packet>,
  session: SubscriberSession,
  recordOf: (packet: IPublishPacket) => A,
): Arrived<A> => {
  const records: Array<A> = []
  const answers: Array<Packet> = []
  for (const packet of packets) {
    const { messageId = 0 } = packet
    if (packet.cmd === "pubrel") {
      session.release(messageId)
      answers.push({ cmd: "pubcomp", messageId })
    }
    if (packet.cmd !== "publish") continue
    if (packet.qos !== 2 || session.receive(messageId)) records.push(recordOf(packet))
    if (packet.qos > 0) answers.push({ cmd: packet.qos === 1 ? "puback" : "pubrec", messageId })
  }
  return { records, answers }
}

/** Stores what arrives, then acknowledges it. Never ends. */
const receive = Effect.fnUntraced(function* <A>(
  connection: Connection,
  session: SubscriberSession,
  server: string,
  subscriptions: Subscriptions,
  recordOf: (packet: IPublishPacket) => A,
  store: Store<A>,
) {
  const asked = session.changes.flatMap((packet) => packet.cmd === "subscribe" ? packet.subscriptions : [])
  yield* connection.send(session.changes)
  while (true) {
    const packets = yield* connection.receive
    for (const packet of packets) {
      if (packet.cmd !== "suback") continue
      for (const [i, code] of codesOf(packet).entries()) {
        const topic = asked[i]?.topic ?? ""
        if (code >= REFUSED) return yield* answered(server, `it refuses the subscription of ${topic}`, code)
        if (code < (subscriptions[topic] ?? 0)) {
          yield* store.reportError(`MQTT server ${server}: ${topic} is delivered with quality of service ${code} only`)
        }
      }
    }
    const { answers, records } = sort(packets, session, recordOf)
    // Without an answer that depends on it, records need no block of their own.
    if (answers.length > 0) yield* store.block(records, session.state)
    else if (records.length > 0) yield* store.all(records)
    yield* connection.send(answers)
  }
})

/** Makes the receiver of a stream, which makes a record of each message. */
export const receiver = <A>(
  options: SubscribeOptions,
  recordOf: (packet: IPublishPacket) => A,
): Receiver<A> => {
  const subscriptions = subscriptionsOf(options)
  const onStart = Effect.fnUntraced(function* (store: Store<A>) {
    const endpoint = yield* readEndpoint(options)
    const given = options.clientId === undefined ? undefined : yield* readSetting("clientId", options.clientId)
    const clientId = given ?? (yield* randomClientId)
    const clean = options.cleanSession ?? given === undefined
    const connection = yield* connect(endpoint, { clientId, clean, expiry: expiryOf(options) ?? 0 })
    const earlier = Option.getOrUndefined(yield* store.last)
    const session = new SubscriberSession(clientId, subscriptions, earlier, connection.sessionPresent)
    const receiving = receive(connection, session, endpoint.server, subscriptions, recordOf, store)
    yield* Effect.raceFirst(receiving, connection.stayAlive)
  })
  return make({
    name: "MQTT",
    restartDelay: options.restartDelay,
    onStart: (store: Store<A>) =>
      Effect.catch(onStart(store), (error) => {
        const isFinal = error._tag === "SettingError" || (error._tag === "MqttError" && error.isFinal)
        return isFinal
          ? store.stop("Cannot receive from MQTT", error)
          : store.restart("Error receiving from MQTT", error)
      }),
  })
}
