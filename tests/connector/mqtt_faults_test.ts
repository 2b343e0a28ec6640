/** Streams of MQTT while servers are away, refuse, or do not follow the protocol. */
import assert from "node:assert/strict"
import * as Mqtt from "@dstream/dstream/mqtt"
import * as Effect from "effect/Effect"
import { generate, type Packet } from "mqtt-packet"
import { mosquittoServer } from "../servers/mosquitto_server.ts"
import { faultProxy } from "./fault_proxy.ts"
import { publishAgain, reasonOf, subscribeOnce } from "./mqtt_session.ts"
import { AWAY_MS, run } from "./running.ts"

const server = mosquittoServer(import.meta.url)
const url = () => server.url()
const publish = (messages: ReadonlyArray<Mqtt.MqttOutgoing>) => Mqtt.publish({ url: url() })(messages)

const declare = (ignore: boolean) => (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore, sanitizeOps: true, sanitizeResources: true, fn })
const test = declare(!server.available)
/** Declares a test that stops the server. */
const withOwn = declare(server.command === undefined)
const command = (text: "stop" | "kill" | "start") => Effect.promise(async () => await server.command?.(text))

/** A server that answers the first bytes of each client with these packets. */
const scripted = async (packets: ReadonlyArray<Packet>, use: (url: string) => Promise<void>) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const serving = (async () => {
    for await (const connection of listener) {
      try {
        await connection.read(new Uint8Array(1000))
        for (const packet of packets) await connection.write(generate(packet, { protocolVersion: 5 }))
        await connection.read(new Uint8Array(1000))
      } catch {
        // The client has closed the connection.
      }
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

for (const scheme of ["mqtts", "ws", "wss"]) {
  const name = `connecting over ${scheme} to a server that accepts connections and never answers takes connectTimeout`
  declare(false)(name, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
    const open: Array<Deno.Conn> = []
    const serving = (async () => {
      for await (const connection of listener) open.push(connection)
    })()
    const options = { url: `${scheme}://127.0.0.1:${listener.addr.port}`, connectTimeout: "100 millis" } as const
    const publishing = Mqtt.publish(options)([{ topic: "a", payload: "b" }])
    const error = await Effect.runPromise(Effect.flip(Effect.timeout(publishing, "5 seconds")))
    for (const connection of open) connection.close()
    listener.close()
    await serving
    assert.match(error.message, /it has not answered for 100 ms/)
  })
}

for (const how of ["stop", "kill"] as const) {
  withOwn(
    `a stream goes on after a server that was ${how === "stop" ? "stopped" : "killed"} is there again`,
    async () => {
      const options = { url: url(), topics: "restart", clientId: `restart-${how}`, restartDelay: "100 millis" } as const
      await Effect.runPromise(subscribeOnce({ ...options, qos: 1 }))
      const some = (from: number) =>
        publish(Array.from({ length: 50 }, (_, i) => ({ topic: "restart", payload: String(from + i) })))
      const restarting = Effect.gen(function* () {
        yield* some(0)
        yield* Effect.sleep("300 millis")
        yield* command(how)
        yield* Effect.sleep(AWAY_MS)
        yield* command("start")
        // A killed server has forgotten the session; the stream subscribes again.
        yield* Effect.sleep("1 second")
        yield* some(50)
      })
      const { records } = await run(Mqtt.textStream(options), (found) => found.includes("99"), restarting)
      assert.deepEqual(records, Array.from({ length: 100 }, (_, i) => String(i)))
    },
  )
}

withOwn("a stream receives as soon as a server is there that was not when it started", async () => {
  await Effect.runPromise(command("stop"))
  const starting = Effect.gen(function* () {
    yield* Effect.sleep(AWAY_MS)
    yield* command("start")
    yield* publishAgain({ url: url() }, [{ topic: "late", payload: "here" }])
    yield* Effect.sleep("1 second")
  })
  const stream = Mqtt.textStream({ url: url(), topics: "late", restartDelay: "100 millis" })
  const { records } = await run(stream, ({ length }) => length > 0, Effect.scoped(starting))
  assert.equal(records[0], "here")
})

withOwn(
  "messages that arrive while no process runs are there when one starts, also after a restart of the server",
  async () => {
    const options = { url: url(), topics: "away", clientId: "away", qos: 2 } as const
    await Effect.runPromise(subscribeOnce(options))
    await Effect.runPromise(publish(["a", "b"].map((payload) => ({ topic: "away", payload, qos: 2 }))))
    await Effect.runPromise(Effect.andThen(command("stop"), command("start")))
    const { records } = await run(Mqtt.textStream(options), ({ length }) => length >= 2)
    assert.deepEqual(records, ["a", "b"])
  },
)

test("a connection on which nothing arrives any more is given up, and replaced", async () => {
  await using proxy = faultProxy(() => server.port())
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
