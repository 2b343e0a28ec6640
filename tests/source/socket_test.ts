import assert from "node:assert/strict"
import net from "node:net"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { encode } from "../../lib/core/codec.ts"
import { SocketError } from "../../lib/source/connection.ts"
import { denoSockets, nodeSockets } from "../../lib/source/runtime_sockets.ts"
import { rawSocketStream, socketStream, socketTextStream } from "../../lib/source/socket.ts"
import { Sockets } from "../../lib/source/sockets.ts"
import { problemsOf, receive } from "./running.ts"

const utf8 = new TextEncoder()
const restartDelay = "10 millis"
const decoded = (bytes: Stream.Stream<Uint8Array, SocketError>) => bytes.pipe(Stream.decodeText, Stream.splitLines)
const END = "stopped Restarting receiver with delay 10 ms: Socket data stream had no more data"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

/** Accepts connections, each served by the next function; the last function serves all further connections. */
const serve = (...serving: ReadonlyArray<(connection: Deno.TcpConn) => Promise<void>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
      const open = new Set<Deno.TcpConn>()
      const close = (connection: Deno.TcpConn) => {
        if (!open.delete(connection)) return
        connection.close()
      }
      let accepted = 0
      const done = (async () => {
        const served: Array<Promise<void>> = []
        for await (const connection of listener) {
          open.add(connection)
          const f = serving[Math.min(accepted++, serving.length - 1)] ?? assert.fail()
          served.push(f(connection).catch(() => {}).finally(() => close(connection)))
        }
        await Promise.all(served)
      })()
      return { listener, port: listener.addr.port, open, close, done, accepted: () => accepted }
    }),
    ({ listener, open, close, done }) =>
      Effect.promise(() => {
        listener.close()
        for (const connection of [...open]) close(connection)
        return done
      }),
  )

const send = async (connection: Deno.TcpConn, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at))
}

const sending = (...parts: ReadonlyArray<string | Uint8Array>) => async (connection: Deno.TcpConn) => {
  for (const part of parts) {
    await send(connection, typeof part === "string" ? utf8.encode(part) : part)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const stay = (...parts: ReadonlyArray<string | Uint8Array>) => async (connection: Deno.TcpConn) => {
  await sending(...parts)(connection)
  const buffer = new Uint8Array(1)
  await connection.read(buffer)
}

/** A server that sends each connection the next text, or the last one. `reset` resets the newest connection. */
const resetting = (...texts: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = net.createServer((socket) => {
        const text = texts[Math.min(accepted++, texts.length - 1)] ?? assert.fail()
        socket.on("error", () => {})
        socket.write(text)
        last = socket
      })
      let accepted = 0
      let last: net.Socket | undefined
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      assert(address !== null && typeof address === "object")
      return { server, port: address.port, reset: () => last?.resetAndDestroy() }
    }),
    ({ server, reset }) =>
      Effect.promise(() => {
        reset()
        return new Promise((resolve) => server.close(resolve))
      }),
  )

/** A port that no server listens on. */
const freePort = () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  listener.close()
  return listener.addr.port
}

for (const [name, sockets] of Object.entries({ denoSockets, nodeSockets })) {
  const using = Effect.provideService(Sockets, sockets)

  Deno.test(`socketTextStream() with ${name} returns the same lines however they arrive, and the last one before the restart`, () =>
    run(
      Effect.gen(function* () {
        const face = utf8.encode("😀")
        const { port } = yield* serve(
          sending("one\ntw", "o\r", "\n\n", face.subarray(0, 1), face.subarray(1, 3), face.subarray(3), "\rlast"),
          stay(),
        )
        const { until, records, log } = yield* receive(socketTextStream("127.0.0.1", port, { restartDelay }))
        yield* until(() => log.length === 3)
        assert.deepEqual(records, ["one", "two", "", "😀", "last"])
        assert.deepEqual(log, ["started", END, "started"])
      }).pipe(using),
    ))

  Deno.test(`socketTextStream() with ${name} connects again until the server is there`, () =>
    run(
      Effect.gen(function* () {
        const port = freePort()
        const { until, records, log } = yield* receive(socketTextStream("127.0.0.1", port, { restartDelay }))
        yield* until(() => log.filter((text) => text === "started").length === 3)
        assert.match(
          log[1] ?? "",
          new RegExp(`^error Error connecting to 127.0.0.1:${port}: Error connecting to .*refused`, "i"),
        )
        assert.equal(log[2], `stopped Restarting receiver with delay 10 ms: Error connecting to 127.0.0.1:${port}`)
        yield* Effect.acquireRelease(
          Effect.sync(() => Deno.listen({ hostname: "127.0.0.1", port })),
          (listener) => Effect.sync(() => listener.close()),
        ).pipe(Effect.flatMap((listener) =>
          Effect.promise(async () => {
            const connection = await listener.accept()
            await send(connection, utf8.encode("at last\n"))
            connection.close()
          })
        ))
        yield* until(() => records.length === 1)
        assert.deepEqual(records, ["at last"])
      }).pipe(using),
    ))

  Deno.test(`socketTextStream() with ${name} makes a server that writes without end wait until records are taken`, () =>
    run(
      Effect.gen(function* () {
        let written = 0
        const chunk = utf8.encode("0123456\n".repeat(8192))
        const { port } = yield* serve(async (connection) => {
          while (true) {
            // A write may take a part of the chunk. The next one must not begin in the middle of a line.
            for (let at = 0; at < chunk.length;) {
              const bytes = await connection.write(chunk.subarray(at))
              at += bytes
              written += bytes
            }
          }
        })
        const capacity = 16 * chunk.length
        const { running, until, records } = yield* receive(
          socketTextStream("127.0.0.1", port, { restartDelay }),
          { capacity },
        )
        /** Waits until the server has written nothing for 100 ms. */
        const stalled: Effect.Effect<number> = Effect.suspend(() => {
          const before = written
          return Effect.flatMap(
            Effect.sleep("100 millis"),
            () => written === before && before > 0 ? Effect.succeed(before) : stalled,
          )
        })
        yield* stalled
        yield* running.cut
        const held = yield* running.take
        assert(held.reduce((sum, { weight }) => sum + weight, 0) <= capacity)
        const at = yield* stalled
        yield* running.release(held)
        yield* until(() => written > at + 4 * capacity)
        assert(records.every((line) => line === "0123456"))
        yield* running.stop
      }).pipe(using),
    ))

  Deno.test(`socketTextStream() with ${name} restarts when the peer resets the connection, and loses only the broken line`, () =>
    run(
      Effect.gen(function* () {
        const { port, reset } = yield* resetting("whole\nbrok", "next\n")
        const { until, records, log } = yield* receive(socketTextStream("127.0.0.1", port, { restartDelay }))
        yield* until(() => records.length === 1)
        reset()
        yield* until(() => records.length === 2)
        assert.deepEqual(records, ["whole", "next"])
        assert.match(log[1] ?? "", /^error Error receiving data: Error receiving data from 127.0.0.1:\d+: .*reset/i)
        assert.deepEqual([log[2], log[3]], [
          "stopped Restarting receiver with delay 10 ms: Error receiving data",
          "started",
        ])
      }).pipe(using),
    ))
}

Deno.test("socketTextStream() skips and reports a line over the limit, and keeps the lines around it", () =>
  run(Effect.gen(function* () {
    const chunk = new Uint8Array(1024 * 1024).fill(97)
    const { port } = yield* serve(async (connection) => {
      await send(connection, utf8.encode("before\n"))
      for (let i = 0; i < 50; i++) await send(connection, chunk)
      await stay("\r\nafter\n")(connection)
    })
    const { until, records, log } = yield* receive(socketTextStream("127.0.0.1", port, { restartDelay }))
    yield* until(() => records.length === 2)
    assert.deepEqual(records, ["before", "after"])
    const text = "A line longer than 16777216 bytes has been skipped (maxLineBytes)"
    assert.deepEqual(log, ["started", `error Error receiving data from 127.0.0.1:${port}: ${text}`])
  })))

Deno.test("socketTextStream() replaces bytes that are not UTF-8 by U+FFFD", () =>
  run(Effect.gen(function* () {
    const { port } = yield* serve(stay(new Uint8Array([97, 0xff, 98, 10, 0xe2, 0x82, 10, 99, 10])))
    const { until, records } = yield* receive(socketTextStream("127.0.0.1", port))
    yield* until(() => records.length === 3)
    assert.deepEqual(records, ["a\ufffdb", "\ufffd", "c"])
  })))

Deno.test("socketTextStream() survives servers that close at once, for many connections in a row", () =>
  run(Effect.gen(function* () {
    let n = 0
    const { port, accepted } = yield* serve((connection) =>
      n++ % 2 === 0 ? Promise.resolve() : send(connection, utf8.encode(`line ${n}`))
    )
    const { until, records, running } = yield* receive(
      socketTextStream("127.0.0.1", port, { restartDelay: "1 millis" }),
    )
    yield* until(() => records.length >= 50)
    yield* running.stop
    assert(accepted() >= 100)
    assert.deepEqual(records.slice(0, 50), Array.from({ length: 50 }, (_, i) => `line ${2 * i + 2}`))
  })))

Deno.test("socketTextStream() stops while connected, and while connecting, without waiting for the server", () =>
  run(Effect.gen(function* () {
    const { port, accepted } = yield* serve(stay())
    const connected = yield* receive(socketTextStream("127.0.0.1", port))
    yield* connected.until(() => accepted() === 1)
    yield* connected.running.stop
    assert.deepEqual(connected.log, ["started", "stopped Stopped by driver"])

    const never = { connect: () => Effect.never }
    const connecting = yield* Effect.provideService(receive(socketTextStream("127.0.0.1", port)), Sockets, never)
    yield* connecting.running.stop
    assert.deepEqual(connecting.log, ["started", "stopped Stopped by driver"])
  })))

Deno.test("socketTextStream() checks its numbers, and literal ports at compile time", () => {
  const port: number = 70000
  assert.deepEqual(problemsOf(socketTextStream("h", port)), [
    "DStream.socketTextStream: port is 70000, but must be a whole number from 1 to 65535",
  ])
  assert.deepEqual(problemsOf(socketTextStream("h", 1, { maxLineBytes: 0 })), [
    "DStream.socketTextStream: maxLineBytes is 0, but must be a positive whole number",
  ])
  assert.deepEqual(problemsOf(socketTextStream("h", 65535)), [])
  // @ts-expect-error a port is a whole number from 1 to 65535
  socketTextStream("h", 65536)
  // @ts-expect-error a port is a whole number from 1 to 65535
  socketStream("h", 0, (bytes) => bytes)
  // @ts-expect-error a port is a whole number from 1 to 65535
  rawSocketStream("h", -1)
})

Deno.test({
  name: "connect() without permission fails with an error that names the flag",
  permissions: { net: false },
  fn: () =>
    run(Effect.gen(function* () {
      for (const host of ["example.org", "::1"]) {
        const error = yield* Effect.flip(denoSockets.connect(host, 9999))
        assert(error instanceof SocketError)
        const address = host === "::1" ? "[::1]:9999" : "example.org:9999"
        assert.equal(error.message, `Connecting to ${address} needs --allow-net=${address}`)
      }
    })),
})

Deno.test({
  name: "socketTextStream() without permission stops for good, with an error that names the flag",
  permissions: { net: false },
  fn: () =>
    run(Effect.gen(function* () {
      const { running, log } = yield* receive(socketTextStream("example.org", 9999, { restartDelay }))
      const failure = yield* Effect.flip(Deferred.await(running.failure))
      assert.match(
        failure.message,
        /has stopped: Error connecting to example.org:9999: .* needs --allow-net=example.org:9999$/,
      )
      assert.deepEqual(log.filter((line) => line === "started"), ["started"])
    })),
})

Deno.test("socketStream() stores what the decoder emits, provides its services, and restarts at its end and on failure", () =>
  run(Effect.gen(function* () {
    const Mark = Context.Service<"Mark", string>("tests/Mark")
    const { port } = yield* serve(sending("a,b", ",c"), sending("bad"), stay("d,"))
    const words = socketStream("127.0.0.1", port, (bytes) =>
      bytes.pipe(
        Stream.decodeText,
        Stream.mapEffect((text) =>
          text === "bad" ? Effect.fail("bad text") : Effect.map(Mark, (mark) => `${text.replaceAll(",", "")}${mark}`)
        ),
      ), { restartDelay })
    const { until, records, log } = yield* Effect.provideService(receive(words), Mark, "!")
    yield* until(() => records.join("").endsWith("d!"))
    assert.equal(records.join("").replaceAll("!", ""), "abcd")
    assert.deepEqual(log, [
      "started",
      END,
      "started",
      "error Error receiving data: bad text",
      "stopped Restarting receiver with delay 10 ms: Error receiving data",
      "started",
    ])
  })))

Deno.test("the socket streams call read() anew for each chunk", () =>
  run(Effect.gen(function* () {
    for (const open of [socketTextStream, (host: string, port: 9) => socketStream(host, port, decoded)]) {
      const capture = ["one\n", "two\n", "three\n"]
      const replay = Sockets.of({
        connect: () =>
          Effect.succeed({
            read: () => {
              const next = capture.shift()
              return next === undefined ? Effect.never : Effect.succeed(utf8.encode(next))
            },
          }),
      })
      const { records, running, until } = yield* Effect.provideService(
        receive(open("replay.example", 9)),
        Sockets,
        replay,
      )
      yield* until(() => records.length >= 3)
      yield* running.stop
      assert.deepEqual(records, ["one", "two", "three"])
    }
  })))

const framed = (body: Uint8Array): Uint8Array => {
  const message = new Uint8Array(4 + body.length)
  new DataView(message.buffer).setUint32(0, body.length)
  message.set(body, 4)
  return message
}

Deno.test("rawSocketStream() stores each message as a block, reports those it cannot decode, and restarts", () =>
  run(Effect.gen(function* () {
    const whole = framed(encode([["a", 1], ["b", 2]]))
    const { port } = yield* serve(
      sending(whole.subarray(0, 3), whole.subarray(3), framed(new Uint8Array([9])), framed(encode(["c"]))),
      sending(whole.subarray(0, 6)),
      stay(new Uint8Array([255, 0, 0, 0])),
    )
    const { running, until, log } = yield* receive(rawSocketStream("127.0.0.1", port, { restartDelay }))
    while ((yield* running.waiting) < 2) yield* Effect.sleep("1 millis")
    const blocks = yield* running.take
    assert.deepEqual(blocks.map(({ block }) => block?.records), [[["a", 1], ["b", 2]], ["c"]])
    yield* until(() => log.length >= 9)
    const failed = "stopped Restarting receiver with delay 10 ms: Error receiving data"
    assert.deepEqual(log.slice(0, 9), [
      "started",
      "error Error decoding a message: Corrupt block of encoded records: it is of version 9, not 1",
      END,
      "started",
      "error Error receiving data: End of channel: the connection has ended within a message",
      failed,
      "started",
      "error Error receiving data: A message announces 4278190080 bytes, but no more than 67108864 are allowed (maxMessageBytes)",
      failed,
    ])
  })))

Deno.test("rawSocketStream() takes a custom decoder", () =>
  run(Effect.gen(function* () {
    const { port } = yield* serve(stay(framed(new Uint8Array([1, 2]))))
    const numbers = rawSocketStream("127.0.0.1", port, { decode: (bytes) => Array.from(bytes) })
    const { until, records } = yield* receive(numbers)
    yield* until(() => records.length === 2)
    assert.deepEqual(records, [1, 2])
  })))
