/** Sessions of MQTT clients, for tests. */
import * as Effect from "effect/Effect"
import { connect } from "../../lib/connector/mqtt/connection.ts"
import { type Endpoint, type MqttOptions, readEndpoint } from "../../lib/connector/mqtt/options.ts"

/** Subscribes as a client, and disconnects. The server keeps the session. */
export const subscribeOnce = (
  options: MqttOptions & { readonly clientId: string; readonly topics: string; readonly qos: 0 | 1 | 2 },
): Effect.Effect<void, unknown> =>
  Effect.scoped(Effect.gen(function* () {
    const endpoint: Endpoint = yield* readEndpoint(options)
    const connection = yield* connect(endpoint, { clientId: options.clientId, clean: false, expiry: 1000 })
    const subscriptions = [{ topic: options.topics, qos: options.qos }]
    yield* connection.send([{ cmd: "subscribe", messageId: 1, subscriptions }])
    for (const { cmd } of yield* connection.receive) if (cmd === "suback") return
  }))
