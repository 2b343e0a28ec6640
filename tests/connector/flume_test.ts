/** The protocol of Flume's sinks, and connections that do not follow it. */
import assert from "node:assert/strict"
import * as Flume from "@dstream/dstream/flume"
import * as fc from "fast-check"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { joined } from "../../lib/core/bytes.ts"
import { encodeFrame, FrameReader } from "../../lib/connector/flume/frames.ts"
import { readCertificate } from "../../lib/connector/flume/listening.ts"
import { SparkSinkCalls } from "../../lib/connector/flume/polling_protocol.ts"
import { callReader } from "../../lib/connector/flume/protocol.ts"
import type { Store } from "../../lib/dstream/inputs/receiver.ts"
import { CA, CERT, KEY } from "./certificate.ts"
import { freePort } from "../servers/free_port.ts"
import { problemsOf, receive } from "../source/running.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true }
const utf8 = new TextEncoder()

/** Avro's encoding of a whole number. */
const long = (n: number): Uint8Array => {
  const bytes: Array<number> = []
  let left = n < 0 ? -2 * n - 1 : 2 * n
  for (; left > 127; left = Math.floor(left / 128)) bytes.push(left % 128 + 128)
  return Uint8Array.from([...bytes, left])
}
const bytes = (value: Uint8Array | string) => {
  const encoded = typeof value === "string" ? utf8.encode(value) : value
  return joined([long(encoded.length), encoded])
}
const event = (headers: ReadonlyArray<readonly [string, string]>, body: Uint8Array | string) =>
  joined([
    ...(headers.length === 0 ? [] : [long(headers.length), ...headers.flatMap(([k, v]) => [bytes(k), bytes(v)])]),
    long(0),
    bytes(body),
  ])
const call = (name: string, ...parts: ReadonlyArray<Uint8Array>) => joined([long(0), bytes(name), ...parts])
/** A handshake with the text of a protocol and without metadata. */
const handshake = joined([new Uint8Array(16), long(1), bytes("{}"), new Uint8Array(16), long(0)])
const batch = (...bodies: ReadonlyArray<string>) =>
  call("appendBatch", long(bodies.length), ...bodies.map((body) => event([], body)), long(0))
const frame = (serial: number, ...parts: ReadonlyArray<Uint8Array>) => {
  const int = (n: number) => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n)
  return joined([int(serial), int(parts.length), ...parts.flatMap((part) => [int(part.length), part])])
}

Deno.test("FrameReader finds the same messages however their bytes are cut", () => {
  const messages = fc.array(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }), { maxLength: 5 })
  fc.assert(fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (messages, lengths) => {
    const all = joined(messages.map((parts, i) => frame(i, ...parts)))
    const reader = new FrameReader(1000)
    const found = []
    for (let at = 0; at < all.length;) {
      const end = at + (lengths.next().value ?? 1)
      found.push(...reader.push(all.slice(at, end)))
      at = end
    }
    assert.deepEqual(found, messages.map((parts, serial) => ({ serial, bytes: joined(parts) })))
  }))
})

Deno.test("FrameReader refuses messages above the limit, and what is not a message, before all of it has arrived", () => {
  assert.throws(() => new FrameReader(100).push(frame(1, new Uint8Array(101)).slice(0, 12)), /longer than 100 bytes/)
  assert.throws(() => new FrameReader(100).push(utf8.encode("GET / HTTP/1.1\r\n")), /is the other side an Avro client/)
})

Deno.test("the calls of a connection give events, with any header and in arrays of several blocks", () => {
  const read = callReader()
  const first = read(joined([handshake, call("append", event([["__proto__", "a"], ["host", "b"]], "body"))]))
  assert.deepEqual(first.answer, new Uint8Array(7))
  assert.deepEqual(Object.entries(first.events[0]?.headers ?? {}), [["__proto__", "a"], ["host", "b"]])
  // A block with a negative count tells its size in bytes.
  const blocks = call(
    "appendBatch",
    long(-1),
    long(99),
    event([], "1"),
    long(2),
    event([], "2"),
    event([], "3"),
    long(0),
  )
  const second = read(blocks)
  assert.deepEqual(second.events.map(({ body }) => new TextDecoder().decode(body)), ["1", "2", "3"])
  assert.deepEqual(second.answer, new Uint8Array(3))
  assert.deepEqual(read(call("")), { events: [], answer: new Uint8Array(2) })
  assert.throws(() => read(call("remove")), /the call "remove" is not one of Flume's Avro sinks/)
  assert.throws(() => read(call("append").slice(0, 3)), /ends in the middle of a value/)
})

const text = (events: ReadonlyArray<unknown>) =>
  (events as ReadonlyArray<Flume.FlumeEvent>).map(({ body }) => new TextDecoder().decode(body))

const withConnection = <A>(port: number, use: (connection: Deno.Conn) => Promise<A>): Effect.Effect<A> =>
  Effect.promise(async () => {
    let connection: Deno.Conn | undefined
    while (connection === undefined) {
      connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined)
    }
    try {
      return await use(connection)
    } finally {
      connection.close()
    }
  })

Deno.test(
  "pushStream() answers each batch after it is stored, on several connections at once",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const port = freePort()
      const { records, until } = yield* receive(Flume.pushStream({ host: "127.0.0.1", port }))
      const push = (name: string) =>
        withConnection(port, async (connection) => {
          const answer = new Uint8Array(100)
          await connection.write(frame(7, handshake, batch(`${name}1`, `${name}2`)))
          const n = await connection.read(answer) ?? 0
          assert.deepEqual(answer.slice(0, n), encodeFrame({ serial: 7, bytes: new Uint8Array(7) }))
          await connection.write(frame(8, batch(`${name}3`)))
          assert.equal(await connection.read(answer), 15)
        })
      yield* Effect.all([push("a"), push("b")], { concurrency: 2 })
      yield* until(() => records.length === 6)
      for (const name of ["a", "b"]) {
        assert.deepEqual(text(records).filter((body) => body.startsWith(name)), [`${name}1`, `${name}2`, `${name}3`])
      }
    }))),
)

Deno.test(
  "pushStream() reports a connection that is not of an agent, closes it, and goes on",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const port = freePort()
      const { log, records, until } = yield* receive(Flume.pushStream({ host: "127.0.0.1", port }))
      const end = yield* withConnection(port, async (connection) => {
        await connection.write(utf8.encode("GET / HTTP/1.1\r\n\r\n"))
        return await connection.read(new Uint8Array(10)).catch(() => null)
      })
      assert.equal(end, null)
      assert.match(log.join("\n"), /Error receiving from a Flume agent: .*is the other side an Avro client/)
      yield* withConnection(port, async (connection) => {
        await connection.write(frame(1, handshake, batch("after")))
        await connection.read(new Uint8Array(100))
      })
      yield* until(() => records.length === 1)
      assert.deepEqual(text(records), ["after"])
    }))),
)

Deno.test(
  "pushStream() listens as soon as its port is free",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 })
      const { port } = taken.addr
      const { log, records, until } = yield* receive(
        Flume.pushStream({ host: "127.0.0.1", port, restartDelay: "10 millis" }),
      )
      yield* until(() => log.some((line) => line.includes(`Cannot listen for Flume agents on 127.0.0.1:${port}: `)))
      taken.close()
      yield* withConnection(port, async (connection) => {
        await connection.write(frame(1, handshake, batch("free")))
        await connection.read(new Uint8Array(100))
      })
      yield* until(() => records.length === 1)
    }))),
)

Deno.test(
  "pushStream() with TLS receives from clients that trust its certificate, and reports connections without TLS",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const port = freePort()
      const tls = { cert: CERT, key: Redacted.make(KEY) }
      const { log, records, until } = yield* receive(Flume.pushStream({ host: "127.0.0.1", port, tls }))
      const end = yield* withConnection(port, async (connection) => {
        await connection.write(frame(1, handshake, batch("plain")))
        while (await connection.read(new Uint8Array(100)).catch(() => null) !== null);
        return "closed"
      })
      assert.equal(end, "closed")
      yield* until(() => log.some((line) => line.startsWith("error Error receiving from a Flume agent: ")))
      yield* Effect.promise(async () => {
        using connection = await Deno.connectTls({ hostname: "localhost", port, caCerts: [CA] })
        await connection.write(frame(1, handshake, batch("secret")))
        await connection.read(new Uint8Array(100))
      })
      yield* until(() => records.length === 1)
      assert.deepEqual(text(records), ["secret"])
      // A client that never begins the handshake does not keep the receiver from stopping.
      const silent = yield* Effect.promise(() => Deno.connect({ hostname: "127.0.0.1", port }))
      yield* Effect.addFinalizer(() => Effect.sync(() => silent.close()))
      yield* Effect.sleep("50 millis")
    }))),
)

Deno.test("pushStream() closes a connection that an agent makes while the receiver stops", sanitizers, async () => {
  const port = freePort()
  const { source } = Flume.pushStream({ host: "127.0.0.1", port }).traits
  assert(source?.kind === "blocks")
  const isStoring = Promise.withResolvers<void>()
  // The first connection takes a while to end.
  const block = () => Effect.uninterruptible(Effect.andThen(Effect.sync(isStoring.resolve), Effect.sleep("300 millis")))
  const store = { block, reportError: () => Effect.void } as unknown as Store<never>
  const running = Effect.runFork(Effect.scoped(source.receiver.onStart(store) as Effect.Effect<void, unknown, Scope>))
  await Effect.runPromise(withConnection(port, async (first) => {
    await first.write(frame(1, handshake, batch("first")))
    await isStoring.promise
    const ended = Effect.runPromise(Fiber.interrupt(running))
    const second = await Deno.connect({ hostname: "127.0.0.1", port })
    const isClosed = second.read(new Uint8Array(10)).then(() => true, () => true)
    const { promise: isLate, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), 2000)
    const result = await Promise.race([isClosed, isLate])
    clearTimeout(timer)
    second.close()
    await ended
    assert.equal(result, true)
  }))
})

Deno.test("pushStream() stops its context when its certificate cannot be used, and does not show the key", async () => {
  const cases: ReadonlyArray<readonly [cert: string, key: string, expected: RegExp]> = [
    ["secret", KEY, /Cannot read the setting tls\.cert: it is not a certificate in PEM format/],
    [CERT, "secret", /Cannot read the setting tls\.key: it is not a private key without a passphrase in PEM format/],
    [CA, KEY, /Cannot read the setting tls\.key: it is not the key of tls\.cert/],
  ]
  for (const [cert, key, expected] of cases) {
    const error = await Effect.runPromise(Effect.flip(readCertificate({ cert, key })))
    assert.match(error.message, expected)
    assert.doesNotMatch(JSON.stringify(error) + String(error.stack), /secret/)
  }
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const tls = { cert: CERT, key: Config.Redacted("NO_SUCH_KEY") }
    const { log, until } = yield* receive(Flume.pushStream({ host: "127.0.0.1", port: freePort(), tls }))
    yield* until(() => log.includes("stopped Cannot receive from Flume agents"))
  })))
})

Deno.test(
  "pushStream() reports an agent that does not compress when it expects that",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const port = freePort()
      const { log, until } = yield* receive(Flume.pushStream({ host: "127.0.0.1", port, enableDecompression: true }))
      yield* withConnection(port, async (connection) => {
        await connection.write(frame(1, handshake, batch("plain")))
        await connection.read(new Uint8Array(100)).catch(() => null)
      })
      yield* until(() =>
        log.some((line) => /Error receiving from a Flume agent: its data are not compressed/.test(line))
      )
    }))),
)

Deno.test("the answers of Spark's sink give batches, and errors of an agent that does not have it", () => {
  const match = (n: number) => joined([long(n), long(0), long(0), long(0)])
  const calls = new SparkSinkCalls()
  const first = calls.getEventBatch(10)
  // The first call has a handshake with the text of the protocol, later ones have none.
  assert.match(new TextDecoder().decode(first), /SparkFlumeProtocol.*getEventBatch.$/s)
  assert.deepEqual(calls.ack("7"), call("ack", bytes("7")))
  const batch = joined([bytes(""), bytes("7"), long(1), event([["a", "b"]], "body"), long(0)])
  assert.deepEqual(calls.eventBatch(joined([match(1), long(0), Uint8Array.of(0), batch])), {
    problem: "",
    sequenceNumber: "7",
    events: [{ headers: { a: "b" }, body: utf8.encode("body") }],
  })
  calls.acknowledged(Uint8Array.of(0, 0))
  const failed = joined([long(0), Uint8Array.of(1), long(0), bytes("no channel")])
  assert.throws(() => calls.eventBatch(failed), /the agent answers with an error: no channel/)
  assert.throws(() => new SparkSinkCalls().eventBatch(match(2)), /does not speak the protocol of Spark's sink/)
})

Deno.test(
  "pollingStream() reports a sink that is not there, and polls it once it is",
  sanitizers,
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const port = freePort()
      const addresses = [{ host: "127.0.0.1", port }]
      const { log, until } = yield* receive(
        Flume.pollingStream({ addresses, parallelism: 1, restartDelay: "20 millis" }),
      )
      yield* until(() => log.some((line) => line.startsWith(`error Error polling 127.0.0.1:${port}: `)))
      const listener = Deno.listen({ hostname: "127.0.0.1", port })
      const connection = yield* Effect.promise(() => listener.accept())
      const first = new Uint8Array(10_000)
      const length = (yield* Effect.promise(() => connection.read(first))) ?? 0
      assert.match(new TextDecoder().decode(first.subarray(0, length)), /getEventBatch/)
      connection.close()
      listener.close()
    }))),
)

Deno.test("pollingStream() names options that are not allowed", () => {
  assert.deepEqual(problemsOf(Flume.pollingStream({ addresses: [], maxBatchSize: 0 })), [
    "Flume.pollingStream: addresses is , but must be a list of at least one address",
    "Flume.pollingStream: maxBatchSize is 0, but must be a positive whole number",
  ])
  assert.deepEqual(
    problemsOf(Flume.pollingStream({ addresses: [{ host: "a", port: 70_000 }], parallelism: Infinity })),
    [
      "Flume.pollingStream: port is 70000, but must be a whole number from 1 to 65535",
      "Flume.pollingStream: parallelism is Infinity, but must be a positive whole number",
    ],
  )
})

Deno.test("pushStream() names options that are not allowed", () => {
  assert.deepEqual(problemsOf(Flume.pushStream({ host: "", port: 0, maxMessageBytes: -1 })), [
    "Flume.pushStream: host is , but must be a name or an address",
    "Flume.pushStream: port is 0, but must be a whole number from 1 to 65535",
    "Flume.pushStream: maxMessageBytes is -1, but must be a positive whole number",
  ])
})
