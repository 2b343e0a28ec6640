/**
 * Connections of packets.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { generate, type IConnackPacket, type Packet, parser } from "mqtt-packet"
import { joined } from "../../core/bytes.ts"
import { answered, MqttError, refused } from "./errors.ts"
import type { Endpoint } from "./options.ts"
import { connect as connectTransport } from "./transport.ts"

/** How a client introduces itself. */
export interface Session {
  readonly clientId: string
  /** Whether the server begins a new session. Otherwise it continues the one of this client ID. */
  readonly clean: boolean
  /** How long the server keeps the session without a connection, in seconds. Version 3.1.1 leaves that to the server. */
  readonly expiry: number
}

/** A connection that the server has accepted. */
export interface Connection {
  /** Whether the server continues an earlier session. */
  readonly sessionPresent: boolean
  /** How many messages with a quality of service above 0 the server takes before it has acknowledged one. */
  readonly receiveMaximum: number
  /** Waits for packets and returns those that have arrived, at least one. A server that says goodbye fails it. */
  readonly receive: Effect.Effect<ReadonlyArray<Packet>, MqttError>
  /** Sends packets. */
  readonly send: (packets: ReadonlyArray<Packet>) => Effect.Effect<void, MqttError>
  /** Tells the server from time to time that the client is there. Never ends. */
  readonly stayAlive: Effect.Effect<never, MqttError>
}

/** The client of a connection is dead for the server after one and a half times the interval, and the other way round. */
const MISSED = 1.5

const connackCode = ({ reasonCode, returnCode }: IConnackPacket): number => reasonCode ?? returnCode ?? 0

/** A random client ID. The protocol has servers accept up to 23 letters and digits. */
export const randomClientId: Effect.Effect<string> = Effect.sync(
  () => `dstream${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`,
)

/** Connects and waits until the server has accepted the connection. The end of the scope disconnects. */
export const connect: (
  endpoint: Endpoint,
  session: Session,
) => Effect.Effect<Connection, MqttError, Scope.Scope> = Effect.fnUntraced(
  function* (endpoint: Endpoint, { clean, clientId, expiry }: Session) {
    const { connectTimeout, keepAlive, password, protocolVersion, server, username } = endpoint
    const encode = (packet: Packet): Uint8Array => generate(packet, { protocolVersion })
    const failed = (problem: string, cause?: unknown) => new MqttError({ server, problem, cause, isFinal: false })

    let [arrived, invalid]: [Array<Packet>, unknown] = [[], undefined]
    const packets = parser({ protocolVersion })
    packets.on("packet", (packet) => arrived.push(packet))
    packets.on("error", (error) => {
      invalid ??= error
    })
    const disconnected = (packet: Packet): MqttError | undefined =>
      packet.cmd === "disconnect" ? answered(server, "it has disconnected", packet.reasonCode ?? 0) : undefined

    const transport = yield* connectTransport(endpoint, encode({ cmd: "disconnect" }))
    const receive: Effect.Effect<ReadonlyArray<Packet>, MqttError> = Effect.gen(function* () {
      while (arrived.length === 0) {
        const bytes = yield* transport.read
        packets.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
        if (invalid !== undefined) return yield* failed("it sends what is not MQTT", invalid)
      }
      const found = arrived
      arrived = []
      const error = found.map(disconnected).find((error) => error !== undefined)
      return error === undefined ? found : yield* error
    })
    const send = (packets: ReadonlyArray<Packet>) =>
      packets.length === 0 ? Effect.void : Effect.suspend(() => transport.write(joined(packets.map(encode))))

    const hello: Packet = {
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion,
      clientId,
      clean,
      keepalive: keepAlive,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password: Buffer.from(password) }),
      ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: clean ? 0 : expiry } }),
    }
    const accepted = Effect.gen(function* () {
      // It is sent when the transport is open, which may never happen.
      yield* send([hello])
      const [first, ...others] = yield* receive
      if (first?.cmd !== "connack") return yield* failed("it does not answer as an MQTT server")
      const code = connackCode(first)
      if (code !== 0) return yield* refused(server, protocolVersion, code)
      arrived.unshift(...others)
      return first
    })
    const { properties, sessionPresent } = yield* Effect.timeoutOrElse(accepted, {
      duration: connectTimeout,
      orElse: () => Effect.fail(failed(`it has not answered for ${connectTimeout} ms`)),
    })
    const interval = (properties?.serverKeepAlive ?? keepAlive) * 1000
    return {
      sessionPresent,
      receiveMaximum: properties?.receiveMaximum ?? 65_535,
      receive: Effect.timeoutOrElse(receive, {
        duration: interval * MISSED,
        orElse: () => Effect.fail(failed(`nothing has arrived for ${interval * MISSED} ms`)),
      }),
      send,
      stayAlive: Effect.forever(Effect.andThen(Effect.sleep(interval / 2), send([{ cmd: "pingreq" }]))),
    }
  },
)
