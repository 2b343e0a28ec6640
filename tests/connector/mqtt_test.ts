/** Streams of MQTT and publishing, against a real server. */
import assert from "node:assert/strict"
import { DStream, StreamingContext } from "@dstream/dstream"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mosquittoServer } from "../servers/mosquitto_server.ts"
import { freePort } from "../servers/free_port.ts"
import { faultProxy } from "./fault_proxy.ts"
import { publishAgain, reasonOf, subscribeOnce } from "./mqtt_session.ts"
import { run, services } from "./running.ts"

const server = mosquittoServer(import.meta.url)
const url = () => server.url()

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !server.available, sanitizeOps: true, sanitizeResources: true, fn })

/** Runs an output for one batch and returns the event of its end. */
const runOutput = <E>(output: DStream.Output<E>): Promise<StreamingContext.StreamingEvent> =>
  Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const ended = Deferred.makeUnsafe<StreamingContext.StreamingEvent>()
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      event._tag === "OutputOperationCompleted" ? Effect.asVoid(Deferred.succeed(ended, event)) : Effect.void)
    yield* StreamingContext.start(ssc, [output])
    return yield* Effect.timeout(Deferred.await(ended), "20 seconds")
  }).pipe(Effect.scoped, Effect.provide(services), Effect.runPromise)

const publish = (messages: ReadonlyArray<Mqtt.MqttOutgoing>, options: Partial<Mqtt.MqttOptions> = {}) =>
  Mqtt.publish({ url: url(), ...options })(messages)

test("pairedStream() receives several topics with wildcards, each text with its topic", async () => {
  const messages = [
    { topic: "plant/a/temperature", payload: "20 °C" },
    { topic: "plant/a/pressure", payload: "not asked for" },
    { topic: "office/door/1", payload: "open" },
  ]
  const options = { url: url(), clientId: "paired", qos: 1 } as const
  await Effect.runPromise(subscribeOnce({ ...options, topics: "plant/+/temperature" }))
  const stream = Mqtt.pairedStream({ ...options, topics: ["plant/+/temperature", "office/#"] })
  const { records } = await run(stream, ({ length }) => length >= 2, Effect.delay(publish(messages), "300 millis"))
  assert.deepEqual(records, [["plant/a/temperature", "20 °C"], ["office/door/1", "open"]])
})

test("pairedByteArrayStream() keeps the bytes", async () => {
  const payload = Uint8Array.from({ length: 256 }, (_, i) => i)
  const options = { url: url(), clientId: "bytes", topics: "bytes", qos: 2 } as const
  await Effect.runPromise(Effect.andThen(subscribeOnce(options), publish([{ topic: "bytes", payload, qos: 2 }])))
  const { records } = await run(Mqtt.pairedByteArrayStream(options), ({ length }) => length > 0)
  assert.deepEqual(records, [["bytes", payload]])
})

test("messageStream() with version 5 has the retained message once, and says that it is one", async () => {
  const message = { topic: "retained/1", payload: "kept", retain: true }
  await Effect.runPromise(publish([message], { protocolVersion: 5 }))
  const stream = Mqtt.messageStream({ url: url(), topics: "retained/#", protocolVersion: 5 })
  const { records } = await run(stream, ({ length }) => length > 0)
  const payload = new TextEncoder().encode("kept")
  assert.deepEqual(records, [{ topic: "retained/1", payload, qos: 1, retain: true }])
})

for (const protocolVersion of [4, 5] as const) {
  test(`a wrong password stops the context at once, with version ${protocolVersion}`, async () => {
    const wrong = server.url("password").replace("//", "//alice:no-secret@")
    const { exit } = await run(Mqtt.textStream({ url: wrong, topics: "allowed/a", protocolVersion }), () => false)
    const error = reasonOf(exit)
    assert.match(error.message, /^MQTT server mqtt:\/\/127\.0\.0\.1:\d+: .*check .*password.* \(reason code \d+\)$/)
    assert.doesNotMatch(JSON.stringify(error) + String(error.stack), /no-secret/)
  })

  test(`the right password is accepted, with version ${protocolVersion}`, async () => {
    const settings = {
      url: server.url("password"),
      username: "alice",
      password: Redacted.make("alice-secret"),
      protocolVersion,
    }
    const allowed = [{ topic: "allowed/a", payload: "yes" }]
    const { records } = await run(
      Mqtt.textStream({ ...settings, topics: "allowed/a" }),
      ({ length }) => length > 0,
      Effect.scoped(Effect.andThen(publishAgain(settings, allowed), Effect.sleep("500 millis"))),
    )
    assert.equal(records[0], "yes")
  })
}

test("a stream connects over WebSocket, over TLS, and over WebSocket with TLS", async () => {
  const tls = { ca: await server.ca() }
  const all = [
    { url: server.url("webSocket") },
    { url: server.url("tls"), tls },
    { url: server.url("secureWebSocket"), tls },
  ]
  for (const options of all) {
    const messages = [{ topic: "secure", payload: options.url, qos: 2 as const }]
    const { records } = await run(
      Mqtt.textStream({ ...options, topics: "secure", qos: 2 }),
      ({ length }) => length > 0,
      Effect.scoped(Effect.andThen(publishAgain(options, messages), Effect.sleep("500 millis"))),
    )
    assert.equal(records[0], options.url)
  }
})

test("a server whose certificate is not trusted stops the context at once", async () => {
  for (const listener of ["tls", "secureWebSocket"] as const) {
    const { exit } = await run(Mqtt.textStream({ url: server.url(listener), topics: "a" }), () => false)
    assert.match(reasonOf(exit).message, /certificate|UnknownIssuer/i, listener)
  }
})

test("streams with a shared subscription receive each message once between them", async () => {
  const shared = (clientId: string) =>
    Mqtt.textStream({ url: url(), topics: "$share/counters/shared/#", protocolVersion: 5, clientId })
  const numbers = Array.from({ length: 200 }, (_, i) => String(i))
  const messages = numbers.map((payload) => ({ topic: `shared/${payload}`, payload }))
  const named = (name: string) => DStream.map(shared(name), (text) => [name, text] as const)
  const { records } = await run(
    DStream.union(named("one"), named("other")),
    ({ length }) => length >= numbers.length,
    Effect.andThen(Effect.sleep("500 millis"), publish(messages)),
  )
  assert.deepEqual(records.map(([, text]) => text).toSorted(), numbers.toSorted())
  assert.deepEqual(Array.from(new Set(records.map(([name]) => name))).sort(), ["one", "other"])
})

test("publish() publishes each record of a batch, and fails the batch if the server is not there", async () => {
  const options = { url: url(), topics: "published/#", clientId: "published", qos: 1 } as const
  await Effect.runPromise(subscribeOnce(options))
  const numbers = Array.from({ length: 2000 }, (_, i) => i)
  const messages = (some: ReadonlyArray<number>) =>
    DStream.constant(some).pipe(
      DStream.map((n) => ({
        topic: `published/${n % 2}`,
        payload: String(n),
        qos: n % 2 === 0 ? 1 as const : 2 as const,
      })),
    )
  const batch = await runOutput(DStream.foreachPartition(messages(numbers), Mqtt.publish({ url: url() })))
  assert.match(JSON.stringify(batch), /"outcome":"done"/)
  const { records } = await run(Mqtt.textStream(options), ({ length }) => length >= 2000)
  assert.deepEqual(Array.from(new Set(records), Number).sort((a, b) => a - b), numbers)

  // More messages without an ID than there are IDs, and one with.
  const many = Array.from({ length: 70_000 }, () => ({ topic: "many", payload: "", qos: 0 as const }))
  await Effect.runPromise(publish([...many, { topic: "published/0", payload: "last" }]))
  assert.deepEqual((await run(Mqtt.textStream(options), ({ length }) => length >= 1)).records, ["last"])

  await using proxy = faultProxy(() => server.port())
  proxy.refuse()
  const refusing = { url: `mqtt://127.0.0.1:${proxy.port}` }
  const failed = await runOutput(DStream.foreachPartition(messages([1]), Mqtt.publish(refusing)))
  assert.match(JSON.stringify(failed), /MQTT server mqtt:\/\/127\.0\.0\.1:\d+: /)
})

test("publish() with version 5 fails when the server does not allow a topic", async () => {
  const options = {
    url: server.url("password").replace("//", "//alice:alice-secret@"),
    protocolVersion: 5,
  } as const
  const error = await Effect.runPromise(Effect.flip(publish([{ topic: "forbidden", payload: "x" }], options)))
  assert.match(error.message, /it does not take a message of forbidden: this client is not authorized/)
})

test("a connection that is refused fails with the reason, over TCP, TLS and WebSocket", async () => {
  const port = freePort()
  for (const scheme of ["mqtt", "mqtts", "ws", "wss"]) {
    const failing = publish([{ topic: "a", payload: "b" }], { url: `${scheme}://127.0.0.1:${port}` })
    const error = await Effect.runPromise(Effect.flip(Effect.timeout(failing, "5 seconds")))
    assert.match(error.message, /the connection has failed: .*refused/i, scheme)
    assert.ok("isFinal" in error && !error.isFinal)
  }
})
