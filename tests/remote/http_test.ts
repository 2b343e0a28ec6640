import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { send } from "../../lib/remote/http.ts"

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
