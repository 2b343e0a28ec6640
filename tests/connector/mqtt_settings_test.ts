/** The options of MQTT streams, which need no server. */
import assert from "node:assert/strict"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { readEndpoint } from "../../lib/connector/mqtt/options.ts"
import { expiryOf } from "../../lib/connector/mqtt/topics.ts"
import { SubscriberSession } from "../../lib/connector/mqtt/session.ts"
import { problemsOf } from "../source/running.ts"

const problems = (options: Partial<Mqtt.SubscribeOptions>) =>
  problemsOf(Mqtt.textStream({ url: "mqtt://localhost", topics: "a", ...options })).join("\n")

Deno.test("a stream accepts all forms of URLs and topics", () => {
  for (const url of ["mqtt://a", "tcp://a:1", "mqtts://u:p@a", "ssl://[::1]:8883", "ws://a/mqtt", "wss://a:1/x"]) {
    assert.equal(problems({ url }), "", url)
  }
  for (const topics of ["a", "a/+/b", "+", "#", "a/#", ["a", "b/+"], { a: 0, "b/#": 2 } as const]) {
    assert.equal(problems({ topics }), "")
  }
  assert.equal(problems({ url: Config.String("MQTT_URL") }), "")
})

Deno.test("a stream names options that are not allowed, and never shows a URL", () => {
  assert.match(problems({ url: "http://me:secret@a" }), /^Mqtt\.textStream: url does not begin with mqtt:\/\/, tcp:/)
  assert.match(problems({ url: "no URL, secret" }), /url is not a URL \(it is not shown/)
  assert.match(problems({ url: "mqtt://me:100%secret@a" }), /url has a % in its user or password .* write %25/)
  for (const url of ["http://me:secret@a", "secret:me@a", "no URL, secret", "mqtt://me:100%secret@a"]) {
    assert.doesNotMatch(problems({ url }), /secret/)
  }
  for (const topic of ["", "a/b+", "a#", "#/a"]) {
    assert.match(problems({ topics: topic }), /\+ and # must be whole levels/, topic)
  }
  assert.match(problems({ topics: [] }), /topics is empty/)
  assert.match(problems({ qos: 3 as never }), /the qos of a is 3, but must be 0, 1 or 2/)
  assert.match(problems({ protocolVersion: 3 as never }), /protocolVersion is 3, but must be 4 or 5/)
  assert.match(problems({ keepAlive: "500 millis" }), /keepAlive is 500 millis, but must be whole seconds/)
  assert.match(problems({ connectTimeout: 0 }), /connectTimeout is 0, but must be a positive duration/)
})

Deno.test("settings are read from configuration, and user and password of a URL are decoded", async () => {
  const provider = ConfigProvider.fromEnvRecord({ MQTT_URL: "mqtts://me%40home:p%2Fw@host:99", MQTT_CA: "pem" })
  const options = { url: Config.Redacted("MQTT_URL"), tls: { ca: Config.String("MQTT_CA") } }
  const read = Effect.provideService(readEndpoint(options), ConfigProvider.ConfigProvider, provider)
  const { host, password, port, server, tls, transport, username } = await Effect.runPromise(read)
  assert.deepEqual([transport, host, port, username, password, tls], ["tls", "host", 99, "me@home", "p/w", {
    ca: "pem",
  }])
  assert.equal(server, "mqtts://host:99")
})

Deno.test("a URL of configuration whose password is not percent-encoded is refused, and not shown", async () => {
  const provider = ConfigProvider.fromEnvRecord({ MQTT_URL: "mqtt://me:100%secret@host" })
  const read = Effect.flip(readEndpoint({ url: Config.Redacted("MQTT_URL") }))
  const error = await Effect.runPromise(Effect.provideService(read, ConfigProvider.ConfigProvider, provider))
  assert.match(error.message, /^Cannot read the setting url: it has a % in its user or password/)
  assert.doesNotMatch(String(error.stack), /secret/)
})

Deno.test("a session expires after whole seconds, and never if its time is infinite or too long", () => {
  const times = [undefined, "1500 millis", "90000 days", Duration.infinity] as const
  assert.deepEqual(times.map((sessionExpiry) => expiryOf({ sessionExpiry })), [
    604_800,
    2,
    4_294_967_295,
    4_294_967_295,
  ])
})

Deno.test("a session asks only for what the server does not have, and remembers what it may send again", () => {
  const topics = { a: 1, b: 2 } as const
  const first = new SubscriberSession("me", topics, undefined, false)
  assert.deepEqual(first.changes.map(({ cmd }) => cmd), ["subscribe"])
  assert.deepEqual([first.receive(7), first.receive(7), first.receive(8)], [true, false, true])
  first.release(8)

  const next = new SubscriberSession("me", topics, first.state, true)
  assert.deepEqual(next.changes, [])
  assert.deepEqual([next.receive(7), next.receive(8)], [false, true])

  const changed = new SubscriberSession("me", { b: 1 }, first.state, true)
  assert.deepEqual(changed.changes.map(({ cmd }) => cmd), ["subscribe", "unsubscribe"])
  for (
    const other of [
      new SubscriberSession("you", topics, first.state, true),
      new SubscriberSession("me", topics, first.state, false),
    ]
  ) {
    assert.deepEqual([other.changes.length, other.receive(7)], [1, true])
  }
})
