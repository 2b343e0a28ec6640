/** Streams of MQTT pass the contract of receivers against a real server, with a proxy in between that breaks connections. */
import * as Mqtt from "@dstream/dstream/mqtt"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import { mosquittoServer } from "../servers/mosquitto_server.ts"
import { faultProxy } from "./fault_proxy.ts"
import { subscribeOnce } from "./mqtt_session.ts"

const server = mosquittoServer(import.meta.url)

const promises: ReadonlyArray<readonly [qos: Mqtt.Qos, version: 4 | 5, promise: Testing.Delivery]> = [
  [0, 4, "atMostOnce"],
  [1, 4, "atLeastOnce"],
  [1, 5, "atLeastOnce"],
  [2, 4, "exactlyOnce"],
  [2, 5, "exactlyOnce"],
]

for (const [qos, protocolVersion, promise] of promises) {
  Deno.test({
    name: `textStream() with quality of service ${qos} and version ${protocolVersion} delivers ${promise}`,
    ignore: !server.available,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: async () => {
      await using proxy = faultProxy(() => server.port())
      const direct = { url: server.url(), protocolVersion } as const
      const topic = `numbers/${qos}/${protocolVersion}`
      const clientId = `contract-${qos}-${protocolVersion}`
      const options = { ...direct, topics: topic, qos, clientId }
      await Effect.runPromise(Effect.gen(function* () {
        // The server keeps messages for a client that it knows.
        yield* subscribeOnce(options)
        yield* Testing.checkReceiver({
          promises: promise,
          stream: () =>
            Mqtt.textStream({ ...options, url: `mqtt://127.0.0.1:${proxy.port}`, restartDelay: "20 millis" }),
          send: (numbers) => Mqtt.publish(direct)(numbers.map((number) => ({ topic, payload: String(number), qos }))),
          numberOf: Number,
          cut: Effect.sync(proxy.cut),
          refuse: Effect.sync(proxy.refuse),
          accept: Effect.sync(proxy.accept),
          connections: Effect.sync(proxy.connections),
        })
      }))
    },
  })
}
