/** Requests over TCP connections, against a server that answers as a test says. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type Exchange, exchanges } from "../../../lib/connector/kafka/exchange.ts"
import type { ReadConnection } from "../../../lib/connector/kafka/options.ts"

/** What the server does with a request: answers, answers and hangs up, hangs up within the answer, or keeps silent. */
type Reply = "answer" | "answer, then close" | "half" | "silence"

class Server {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  readonly #open = new Set<Deno.Conn>()
  readonly #reply: () => Reply
  readonly #serving: Promise<void>
  readonly broker = { host: "127.0.0.1", port: (this.#listener.addr as Deno.NetAddr).port }
  connections = 0
  requests = 0
  /** Is called when the other side closes a connection. */
  closed = () => {}
  constructor(reply: () => Reply) {
    this.#reply = reply
    this.#serving = this.#serve()
  }

  async #serve(): Promise<void> {
    const all: Array<Promise<void>> = []
    for await (const connection of this.#listener) {
      this.connections++
      this.#open.add(connection)
      all.push(this.#answer(connection).catch(() => {}))
    }
    await Promise.all(all)
  }

  async #answer(connection: Deno.Conn): Promise<void> {
    const request = new Uint8Array(100)
    for (let n = await connection.read(request); n !== null; n = await connection.read(request)) {
      this.requests++
      const reply = this.#reply()
      if (reply === "silence") continue
      // The request comes back, with its length.
      await connection.write(request.slice(0, reply === "half" ? n - 1 : n))
      if (reply !== "answer") break
    }
    this.closed()
    this.#close(connection)
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close()
    for (const connection of this.#open) this.#close(connection)
    await this.#serving
  }
}

const options: ReadConnection = { brokers: [], clientId: "c", sasl: undefined, tls: undefined, retryMs: 0 }

const REQUEST = new Uint8Array([0, 0, 0, 5, 1, 2, 3, 4, 5])

/** Gives `use` the effect that sends the request to the server. The connections end with it. */
const asking = <A, E>({ broker }: Server, use: (ask: ReturnType<Exchange>) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.scoped(
    Effect.flatMap(exchanges(options), (exchange) => {
      assert.ok(exchange !== undefined)
      return use(exchange(broker, "read", REQUEST))
    }),
  ))

Deno.test("requests one after another share a connection, and requests side by side do not", async () => {
  await using server = new Server(() => "answer")
  await asking(server, (ask) =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) assert.deepEqual([...yield* ask], [1, 2, 3, 4, 5])
      assert.equal(server.connections, 1)
      yield* Effect.all([ask, ask, ask], { concurrency: 3 })
      assert.equal(server.connections, 3)
    }))
  assert.equal(server.requests, 6)
})

Deno.test("a connection that the broker has closed between two requests is replaced", async () => {
  await using server = new Server(() => "answer, then close")
  await asking(server, (ask) =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) assert.deepEqual([...yield* ask], [1, 2, 3, 4, 5])
    }))
  assert.equal(server.connections, 3)
})

Deno.test("an answer that is cut off, and a broker that is not there, fail for now", async () => {
  const server = new Server(() => "half")
  const error = await asking(server, (ask) => Effect.flip(ask))
  assert.match(error.message, /cannot read at 127\.0\.0\.1:\d+ \(Unreachable\): .*the broker closed the connection/)
  assert.equal(error.isTemporary, true)
  await server[Symbol.asyncDispose]()
  const refused = await asking(server, (ask) => Effect.flip(ask))
  assert.deepEqual([refused.reason, refused.isTemporary], ["Unreachable", true])
})

Deno.test("a request that is interrupted, or whose scope ends, closes its connection", async () => {
  await using server = new Server(() => "silence")
  const closed = () => new Promise<void>((resolve) => server.closed = resolve)
  const started = (ask: ReturnType<Exchange>) =>
    Effect.gen(function* () {
      const { requests } = server
      const fiber = yield* Effect.forkDetach(Effect.exit(ask))
      while (server.requests === requests) yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
      return fiber
    })
  const first = closed()
  await asking(server, (ask) => Effect.flatMap(started(ask), Fiber.interrupt))
  await first
  const second = closed()
  const fiber = await asking(server, started)
  const error = await Effect.runPromise(Effect.flatMap(Fiber.join(fiber), Effect.flip))
  assert.deepEqual([error.reason, error.isTemporary], ["Unreachable", false])
  await second
})

Deno.test("brokers that ask for TLS or a login are left to the client library", async () => {
  const sasl = { mechanism: "PLAIN", username: "u", password: "p" } as const
  for (const other of [{ ...options, tls: {} }, { ...options, sasl }]) {
    assert.equal(await Effect.runPromise(Effect.scoped(exchanges(other))), undefined)
  }
})
