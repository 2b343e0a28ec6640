/** Sessions of MQTT clients, and the errors of streams, for tests. */
import assert from "node:assert/strict"
import { StreamingContext } from "@dstream/dstream"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
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

/** The error that stopped the context. */
export const reasonOf = (exit: Exit.Exit<unknown, unknown>): Mqtt.MqttError => {
  assert.ok(Exit.isFailure(exit), "the context did not fail")
  const error = Cause.squash(exit.cause)
  assert.ok(error instanceof StreamingContext.ReceiverFailed, String(error))
  assert.ok(error.reason instanceof Mqtt.MqttError, String(error))
  return error.reason
}

/** Publishes messages again and again until the scope closes, for streams without a session. */
export const publishAgain = (
  options: MqttOptions,
  messages: ReadonlyArray<Mqtt.MqttOutgoing>,
): Effect.Effect<unknown, never, Scope.Scope> =>
  Effect.forkScoped(Effect.forever(Effect.andThen(Mqtt.publish(options)(messages), Effect.sleep("50 millis"))))
