/** Streams of MQTT and publishing, against a real server. */
import assert from "node:assert/strict"
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { generate, type Packet } from "mqtt-packet"
import { mosquittoServer } from "../servers/mosquitto_server.ts"
import { freePort } from "../servers/free_port.ts"
import { faultProxy } from "./fault_proxy.ts"
import { subscribeOnce } from "./mqtt_session.ts"

const server = mosquittoServer(import.meta.url)
const url = () => `mqtt://127.0.0.1:${server.ports.plain}`

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !server.available, sanitizeOps: true, sanitizeResources: true, fn })

const services = Layer.mergeAll(
  Scheduler.layer("50 millis"),
  SparkContext.layer({ master: "local[2]", appName: "mqtt" }),
  Layer.fresh(Layer.sync(StreamingContext.Registry, () => ({ active: undefined }))),
  Logger.layer([]),
)

/** Runs a stream until a condition on its records holds or its context fails, and returns the records. */
const run = <A>(
  stream: DStream.DStream<A>,
  isDone: (records: ReadonlyArray<A>) => boolean,
  meanwhile: Effect.Effect<unknown, unknown> = Effect.void,
  timeout: Duration.Input = "20 seconds",
): Promise<{ readonly records: ReadonlyArray<A>; readonly exit: Exit.Exit<unknown, unknown> }> =>
  Effect.gen(function* () {
    const records: Array<A> = []
    const output = DStream.foreachRDD(
      stream,
      (rdd) => Effect.map(RDD.collect(rdd), (some) => void records.push(...some)),
    )
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    yield* meanwhile
    const done: Effect.Effect<void> = Effect.suspend(() =>
      isDone(records) ? Effect.void : Effect.andThen(Effect.sleep("10 millis"), done)
    )
    const ended = Effect.andThen(StreamingContext.awaitTermination(active), Effect.void)
    const exit = yield* Effect.exit(Effect.timeout(Effect.raceFirst(done, ended), timeout))
    return { records, exit }
  }).pipe(
    Effect.scoped,
    Effect.provide(services),
    Effect.runPromise,
  )

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

/** The error that stopped the context. */
const reasonOf = (exit: Exit.Exit<unknown, unknown>): Mqtt.MqttError => {
  assert.ok(Exit.isFailure(exit), "the context did not fail")
  const error = Cause.squash(exit.cause)
  assert.ok(error instanceof StreamingContext.ReceiverFailed, String(error))
  assert.ok(error.reason instanceof Mqtt.MqttError, String(error))
  return error.reason
}

const publish = (messages: ReadonlyArray<Mqtt.MqttOutgoing>, options: Partial<Mqtt.MqttOptions> = {}) =>
  Mqtt.publish({ url: url(), ...options })(messages)

/** Publishes messages again and again, until the stream has records. For streams without a session. */
const repeat = (messages: ReadonlyArray<Mqtt.MqttOutgoing>, options: Partial<Mqtt.MqttOptions> = {}) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(publish(messages, options), Effect.sleep("50 millis"))))

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
    const wrong = `mqtt://alice:no-secret@127.0.0.1:${server.ports.password}`
    const { exit } = await run(Mqtt.textStream({ url: wrong, topics: "allowed/a", protocolVersion }), () => false)
    const error = reasonOf(exit)
    assert.match(error.message, /^MQTT server mqtt:\/\/127\.0\.0\.1:\d+: .*check .*password.* \(reason code \d+\)$/)
    assert.doesNotMatch(JSON.stringify(error) + String(error.stack), /no-secret/)
  })

  test(`the right password is accepted, with version ${protocolVersion}`, async () => {
    const settings = {
      url: `mqtt://127.0.0.1:${server.ports.password}`,
      username: "alice",
      password: Redacted.make("alice-secret"),
      protocolVersion,
    }
    const allowed = [{ topic: "allowed/a", payload: "yes" }]
    const { records } = await run(
      Mqtt.textStream({ ...settings, topics: "allowed/a" }),
      ({ length }) => length > 0,
      Effect.scoped(Effect.andThen(repeat(allowed, settings), Effect.sleep("500 millis"))),
    )
    assert.equal(records[0], "yes")
  })
}

test("a stream connects over WebSocket and over TLS", async () => {
  const ca = await server.ca()
  for (
    const options of [
      { url: `ws://127.0.0.1:${server.ports.webSocket}/mqtt` },
      { url: `mqtts://localhost:${server.ports.tls}`, tls: { ca } },
    ]
  ) {
    const messages = [{ topic: "secure", payload: options.url, qos: 2 as const }]
    const { records } = await run(
      Mqtt.textStream({ ...options, topics: "secure", qos: 2 }),
      ({ length }) => length > 0,
      Effect.scoped(Effect.andThen(repeat(messages, options), Effect.sleep("500 millis"))),
    )
    assert.equal(records[0], options.url)
  }
})

test("a server whose certificate is not trusted stops the context at once", async () => {
  const { exit } = await run(
    Mqtt.textStream({ url: `mqtts://localhost:${server.ports.tls}`, topics: "a" }),
    () => false,
  )
  assert.match(reasonOf(exit).message, /certificate|UnknownIssuer/i)
})

/** A server that answers the first bytes of each client with these packets. */
const scripted = async (packets: ReadonlyArray<Packet>, use: (url: string) => Promise<void>) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1000))
      for (const packet of packets) await connection.write(generate(packet, { protocolVersion: 5 }))
      await connection.read(new Uint8Array(1000))
      connection.close()
    }
  })()
  await use(`mqtt://127.0.0.1:${listener.addr.port}`)
  listener.close()
  await serving
}

const accepted = { cmd: "connack", reasonCode: 0, sessionPresent: false } as const

test("a client ID that another client takes over, and a refused subscription, stop the context", async () => {
  const cases: ReadonlyArray<readonly [Packet, RegExp]> = [
    [{ cmd: "disconnect", reasonCode: 0x8e }, /another client has connected with the same client ID/],
    [{ cmd: "suback", messageId: 1, granted: [0x87] }, /refuses the subscription of some\/topic: .*not authorized/],
  ]
  for (const [packet, expected] of cases) {
    await scripted([accepted, packet], async (url) => {
      const options = { url, topics: "some/topic", protocolVersion: 5, connectTimeout: "1 second" } as const
      const { exit } = await run(Mqtt.textStream(options), () => false)
      assert.match(reasonOf(exit).message, expected)
    })
  }
})

test("a server that is busy, answers nothing or is no MQTT server is tried again", async () => {
  const cases: ReadonlyArray<ReadonlyArray<Packet>> = [
    [{ cmd: "connack", reasonCode: 0x89, sessionPresent: false }],
    [{ cmd: "pingresp" }],
    [],
  ]
  for (const packets of cases) {
    await scripted(packets, async (url) => {
      const options = {
        url,
        topics: "a",
        protocolVersion: 5,
        connectTimeout: "50 millis",
        restartDelay: "10 millis",
      } as const
      const { exit } = await run(Mqtt.textStream(options), () => false, Effect.void, "500 millis")
      assert.match(String(exit), /TimeoutError/)
    })
  }
})

for (const how of ["stop", "kill"] as const) {
  test(`a stream goes on after a server that was ${how === "stop" ? "stopped" : "killed"} is there again`, async () => {
    const options = { url: url(), topics: "restart", clientId: `restart-${how}`, restartDelay: "100 millis" } as const
    await Effect.runPromise(subscribeOnce({ ...options, qos: 1 }))
    const some = (from: number) =>
      publish(Array.from({ length: 50 }, (_, i) => ({ topic: "restart", payload: String(from + i) })))
    const restarting = Effect.gen(function* () {
      yield* some(0)
      yield* Effect.sleep("300 millis")
      yield* Effect.promise(() => server.stop(how))
      yield* Effect.sleep("300 millis")
      yield* Effect.promise(() => server.start())
      // A killed server has forgotten the session; the stream subscribes again.
      yield* Effect.sleep("1 second")
      yield* some(50)
    })
    const { records } = await run(Mqtt.textStream(options), (found) => found.includes("99"), restarting)
    assert.deepEqual(records, Array.from({ length: 100 }, (_, i) => String(i)))
  })
}

test("messages that arrive while no process runs are there when one starts, also after a restart of the server", async () => {
  const options = { url: url(), topics: "away", clientId: "away", qos: 2 } as const
  await Effect.runPromise(subscribeOnce(options))
  await Effect.runPromise(publish(["a", "b"].map((payload) => ({ topic: "away", payload, qos: 2 }))))
  await server.stop()
  await server.start()
  const { records } = await run(Mqtt.textStream(options), ({ length }) => length >= 2)
  assert.deepEqual(records, ["a", "b"])
})

test("a connection on which nothing arrives any more is given up, and replaced", async () => {
  await using proxy = faultProxy(() => server.ports.plain)
  const options = {
    url: `mqtt://127.0.0.1:${proxy.port}`,
    topics: "stalled",
    clientId: "stalled",
    keepAlive: "1 second",
    restartDelay: "50 millis",
  } as const
  await Effect.runPromise(subscribeOnce({ ...options, url: url(), qos: 1 }))
  const stalling = Effect.gen(function* () {
    yield* publish([{ topic: "stalled", payload: "before" }])
    yield* Effect.sleep("300 millis")
    proxy.stall()
    yield* publish([{ topic: "stalled", payload: "after" }])
    yield* Effect.sleep("2 seconds")
    proxy.go()
  })
  const { records } = await run(Mqtt.textStream(options), (found) => found.includes("after"), stalling)
  assert.deepEqual(Array.from(new Set(records)), ["before", "after"])
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

  await using proxy = faultProxy(() => server.ports.plain)
  proxy.refuse()
  const refusing = { url: `mqtt://127.0.0.1:${proxy.port}` }
  const failed = await runOutput(DStream.foreachPartition(messages([1]), Mqtt.publish(refusing)))
  assert.match(JSON.stringify(failed), /MQTT server mqtt:\/\/127\.0\.0\.1:\d+: /)
})

test("publish() with version 5 fails when the server does not allow a topic", async () => {
  const options = {
    url: `mqtt://alice:alice-secret@127.0.0.1:${server.ports.password}`,
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
