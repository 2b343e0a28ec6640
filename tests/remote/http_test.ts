import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { open, send } from "../../lib/remote/http.ts"

Deno.test("send() limits real time: a test clock that advances does not end a request", async () => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Response>()
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    asked.resolve()
    return answer.promise
  })
  const url = `http://127.0.0.1:${server.addr.port}/`
  const body = await Effect.runPromise(Effect.provide(
    Effect.gen(function* () {
      const sending = yield* Effect.forkChild(send({ method: "GET", url, headers: {} }))
      yield* Effect.promise(() => asked.promise)
      yield* TestClock.adjust("1 hour")
      answer.resolve(new Response("late"))
      return (yield* Fiber.join(sending)).body
    }),
    TestClock.layer(),
  ))
  assert.equal(new TextDecoder().decode(body), "late")
  await server.shutdown()
})

Deno.test("send() sends a body with the content type that the headers name", async () => {
  const types: Array<string | null> = []
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    types.push(request.headers.get("content-type"))
    return new Response()
  })
  const url = `http://127.0.0.1:${server.addr.port}/`
  for (const headers of [{ "content-type": "application/json" }, {}]) {
    await Effect.runPromise(send({ method: "POST", url, headers, body: new TextEncoder().encode("{}") }))
  }
  assert.deepEqual(types, ["application/json", "application/octet-stream"])
  await server.shutdown()
})

Deno.test("open() gives the body while it arrives, and the end of its scope closes the connection", async () => {
  const closed = Promise.withResolvers<void>()
  let say = (_: string) => {}
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          say = (text) => controller.enqueue(new TextEncoder().encode(text))
          say("a")
        },
        cancel: () => closed.resolve(),
      }),
      { status: 201, headers: { "X-Name": "value" } },
    ))
  const url = `http://127.0.0.1:${server.addr.port}/`
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const { headers, read, status } = yield* open({ method: "GET", url, headers: {} })
    assert.deepEqual([status, headers["x-name"]], [201, "value"])
    const text = Effect.map(read, (bytes) => new TextDecoder().decode(bytes))
    assert.equal(yield* text, "a")
    say("b")
    assert.equal(yield* text, "b")
  })))
  await closed.promise
  await server.shutdown()
})

Deno.test("open() tells the end of a body from a connection that breaks", async () => {
  const bodies = ["1\r\na\r\n0\r\n\r\n", "1\r\na\r\n"]
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1000))
      const end = bodies.shift() ?? ""
      await connection.write(new TextEncoder().encode(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${end}`))
      connection.close()
    }
  })()
  const url = `http://127.0.0.1:${listener.addr.port}/`
  const readTwice = Effect.scoped(Effect.gen(function* () {
    const { read } = yield* open({ method: "GET", url, headers: {} })
    assert.deepEqual(yield* read, Uint8Array.of(97))
    return yield* Effect.result(read)
  }))
  const [whole, broken] = [await Effect.runPromise(readTwice), await Effect.runPromise(readTwice)]
  assert.ok(Result.isSuccess(whole) && whole.success === undefined)
  assert.ok(Result.isFailure(broken) && broken.failure._tag === "NoAnswer")
  assert.match(broken.failure.message, /^no answer from http:\/\/127\.0\.0\.1:\d+: /)
  listener.close()
  await serving
})
