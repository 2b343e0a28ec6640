/** When streams of X connect again, in virtual time, with an HTTP client that answers as the test says. */
import assert from "node:assert/strict"
import type { Receiver } from "@dstream/dstream"
import type * as Twitter from "@dstream/dstream/twitter"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { receiveLines } from "../../lib/connector/twitter/receiving.ts"

/** One connection: how it is answered. Without an answer, the network is down. */
type Answer = () => Response | undefined

/** Lets everything happen that does not wait for the clock. */
const settle = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 10)))

/** An open stream that has sent a keep-alive, and what ends it. */
const openStream = () => {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode("\r\n"))
      end = () => controller.close()
    },
  })
  return { answer: () => new Response(body), end: () => end() }
}

/** Runs a stream whose connections are answered in turn, and gives what has happened so far. */
const running = (
  answers: ReadonlyArray<Answer>,
  body: (happened: {
    readonly attempts: () => number
    readonly reports: ReadonlyArray<string>
    readonly stopped: () => unknown
  }) => Effect.Effect<void>,
) => {
  let attempts = 0
  let stopped: unknown
  const reports: Array<string> = []
  const client = HttpClient.make((request) => {
    const response = answers[attempts++]?.()
    return response === undefined
      ? Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause: new Error("the network is down") }),
        }),
      )
      : Effect.succeed(HttpClientResponse.fromWeb(request, response))
  })
  const store: Receiver.Store<string> = {
    one: () => Effect.void,
    all: () => Effect.void,
    append: () => Effect.void,
    block: () => Effect.void,
    last: Effect.succeed(Option.none()),
    reportError: (message) => Effect.sync(() => void reports.push(message)),
    restart: () => Effect.void,
    stop: (_, error) =>
      Effect.sync(() => {
        stopped = error
      }),
  }
  const options: Twitter.TwitterOptions = { bearerToken: "token" }
  return Effect.gen(function* () {
    yield* Effect.forkScoped(receiveLines("/2/tweets/sample/stream", options, store))
    yield* settle
    yield* body({ attempts: () => attempts, reports, stopped: () => stopped })
  }).pipe(
    Effect.scoped,
    Effect.provideService(HttpClient.HttpClient, client),
    Effect.provide(TestClock.layer()),
    Effect.runPromise,
  )
}

/** Checks that the next attempts come after these waits, in milliseconds, and not earlier. */
const expectWaits = (attempts: () => number, waits: ReadonlyArray<number>) =>
  Effect.forEach(waits, (wait) =>
    Effect.gen(function* () {
      const before = attempts()
      yield* TestClock.adjust(wait - 1)
      yield* settle
      assert.equal(attempts(), before, `before ${wait} ms`)
      yield* TestClock.adjust(1)
      yield* settle
      assert.equal(attempts(), before + 1, `after ${wait} ms`)
    }), { discard: true })

Deno.test("without an answer a stream tries again after 250 ms, 500 ms and so on", () =>
  running([], ({ attempts, reports }) =>
    Effect.gen(function* () {
      yield* expectWaits(attempts, [250, 500, 750, 1000])
      assert.deepEqual(reports.slice(0, 2), ["Connecting to X again in 250 ms", "Connecting to X again in 500 ms"])
    })))

Deno.test("after status 503 a stream waits for 5, 10 and 20 seconds", () =>
  running(
    Array.from({ length: 4 }, () => () => new Response("down", { status: 503 })),
    ({ attempts }) => expectWaits(attempts, [5000, 10_000, 20_000]),
  ))

const limited = (headers: Record<string, string>): Answer => () => new Response("{}", { status: 429, headers })

Deno.test("after status 429 a stream waits until the limit ends, or for a minute and doubles that", () =>
  running([
    limited({ "x-rate-limit-remaining": "0", "x-rate-limit-reset": "300" }),
    limited({}),
    limited({ "x-rate-limit-remaining": "40", "x-rate-limit-reset": "900" }),
    limited({
      "x-rate-limit-remaining": "0",
      "x-rate-limit-reset": "1767226000",
      date: "Thu, 01 Jan 2026 00:05:00 GMT",
    }),
  ], ({ attempts }) => expectWaits(attempts, [301_000, 120_000, 240_000, 101_000])))

Deno.test("a stream connects again at once after a connection, and all waits begin anew", () => {
  const [first, second] = [openStream(), openStream()]
  return running(
    [() => undefined, () => undefined, first.answer, second.answer, () => undefined],
    ({ attempts }) =>
      Effect.gen(function* () {
        yield* expectWaits(attempts, [250, 500])
        yield* TestClock.adjust(5000)
        first.end()
        yield* settle
        assert.equal(attempts(), 4)
        yield* TestClock.adjust(5000)
        second.end()
        yield* settle
        assert.equal(attempts(), 5)
        yield* expectWaits(attempts, [250])
      }),
  )
})

Deno.test("a connection on which nothing arrives for 21 seconds is replaced at once", () => {
  const [first, second] = [openStream(), openStream()]
  return running([first.answer, second.answer], ({ attempts, reports }) =>
    Effect.gen(function* () {
      yield* expectWaits(attempts, [21_000])
      assert.deepEqual(reports, ["Connecting to X again in 0 ms"])
    }))
})

for (const status of [400, 401, 402, 403, 404]) {
  Deno.test(`status ${status} stops a stream at once`, () =>
    running([() => new Response("{}", { status })], ({ attempts, reports, stopped }) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        yield* settle
        assert.deepEqual([attempts(), reports], [1, []])
        assert.match(
          String(stopped()),
          new RegExp(`X at https://api.x.com/2/tweets/sample/stream: .* \\(status ${status}\\)`),
        )
      })))
}
